"""What the output does not depend on goes, with its parameters."""

from triode.compiler.passes import remove_dead
from unit.compiler.passes.before_after import check_rewrite


def test_a_branch_that_nothing_reads() -> None:
    rewrite = check_rewrite(
        remove_dead,
        """
        input = input() channels=1
        conv = conv(input) in_channels=1 out_channels=2
        dead = conv(conv) in_channels=2 out_channels=2
        deader = activation(dead) kind='Tanh'
        head = conv(conv) in_channels=2 out_channels=1
        return head
        """,
        """
        input = input() channels=1
        conv = conv(input) in_channels=1 out_channels=2
        head = conv(conv) in_channels=2 out_channels=1
        return head
        """,
    )
    names = {parameter.name for parameter in rewrite.graph.parameters}
    assert names == {"conv.weight", "conv.bias", "head.weight", "head.bias"}


def test_nodes_after_the_output() -> None:
    check_rewrite(
        remove_dead,
        """
        input = input() channels=1
        act = activation(input) kind='Tanh'
        after = activation(act) kind='ReLU'
        return act
        """,
        """
        input = input() channels=1
        act = activation(input) kind='Tanh'
        return act
        """,
    )
