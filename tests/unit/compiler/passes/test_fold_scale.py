"""A scale goes into the convolution before it; elsewhere it stays."""

from triode.compiler.passes import fold_scale
from unit.compiler.passes.before_after import check_rewrite


def test_it_goes_into_the_convolution_before_it() -> None:
    check_rewrite(
        fold_scale,
        """
        input = input() channels=1
        head = conv(input) in_channels=1 out_channels=2 kernel_size=3
        head_scale = scale(head)
        return head_scale
        """,
        """
        input = input() channels=1
        head = conv(input) in_channels=1 out_channels=2 kernel_size=3
        return head
        """,
    )


def test_a_convolution_without_bias() -> None:
    check_rewrite(
        fold_scale,
        """
        input = input() channels=1
        head = conv(input) in_channels=1 out_channels=2 bias=False
        head_scale = scale(head)
        last = activation(head_scale) kind='ReLU'
        return last
        """,
        """
        input = input() channels=1
        head = conv(input) in_channels=1 out_channels=2 bias=False
        last = activation(head) kind='ReLU'
        return last
        """,
    )


def test_it_stays_after_anything_else() -> None:
    text = """
        input = input() channels=1
        conv = conv(input) in_channels=1 out_channels=1
        of_shared = scale(conv)
        act = activation(conv) kind='Tanh'
        of_activation = scale(act)
        sum = add(of_shared, of_activation)
        return sum
        """
    check_rewrite(fold_scale, text, text)


def test_of_two_the_first_goes() -> None:
    check_rewrite(
        fold_scale,
        """
        input = input() channels=1
        conv = conv(input) in_channels=1 out_channels=1
        first = scale(conv)
        second = scale(first)
        return second
        """,
        """
        input = input() channels=1
        conv = conv(input) in_channels=1 out_channels=1
        second = scale(conv)
        return second
        """,
    )
