"""Diagonal convolutions go into the convolutions around them."""

from triode.compiler.passes import fold_diagonal
from unit.compiler.passes.before_after import check_rewrite


def test_it_goes_back_into_a_convolution() -> None:
    check_rewrite(
        fold_diagonal,
        """
        input = input() channels=2
        conv = conv(input) in_channels=2 out_channels=4 kernel_size=3 groups=2 bias=False
        diagonal = conv(conv) in_channels=4 out_channels=4 groups=4
        act = activation(diagonal) kind='Tanh'
        return act
        """,
        """
        input = input() channels=2
        conv = conv(input) in_channels=2 out_channels=4 kernel_size=3 groups=2 bias=True
        act = activation(conv) kind='Tanh'
        return act
        """,
    )


def test_it_goes_back_into_a_sum_of_convolutions_and_shifts_once() -> None:
    check_rewrite(
        fold_diagonal,
        """
        input = input() channels=2
        one = conv(input) in_channels=2 out_channels=2 kernel_size=2
        two = conv(input) in_channels=2 out_channels=2 bias=False
        three = conv(input) in_channels=2 out_channels=2
        some = add(one, two)
        sum = add(three, some)
        diagonal = conv(sum) in_channels=2 out_channels=2 groups=2
        return diagonal
        """,
        """
        input = input() channels=2
        one = conv(input) in_channels=2 out_channels=2 kernel_size=2
        two = conv(input) in_channels=2 out_channels=2 bias=False
        three = conv(input) in_channels=2 out_channels=2
        some = add(one, two)
        sum = add(three, some)
        return sum
        """,
    )


def test_it_goes_forward_into_every_convolution_that_reads_it() -> None:
    check_rewrite(
        fold_diagonal,
        """
        input = input() channels=4
        act = activation(input) kind='Tanh'
        diagonal = conv(act) in_channels=4 out_channels=4 groups=4
        one = conv(diagonal) in_channels=4 out_channels=6 kernel_size=3 dilation=2 groups=2
        two = conv(diagonal) in_channels=4 out_channels=6 bias=False
        sum = add(one, two)
        return sum
        """,
        """
        input = input() channels=4
        act = activation(input) kind='Tanh'
        one = conv(act) in_channels=4 out_channels=6 kernel_size=3 dilation=2 groups=2
        two = conv(act) in_channels=4 out_channels=6 bias=True
        sum = add(one, two)
        return sum
        """,
    )


def test_several_in_a_row_become_one_or_none() -> None:
    check_rewrite(
        fold_diagonal,
        """
        input = input() channels=2
        act = activation(input) kind='Tanh'
        one = conv(act) in_channels=2 out_channels=2 groups=2 bias=False
        two = conv(one) in_channels=2 out_channels=2 groups=2
        sum = add(act, two)
        return sum
        """,
        """
        input = input() channels=2
        act = activation(input) kind='Tanh'
        two = conv(act) in_channels=2 out_channels=2 groups=2
        sum = add(act, two)
        return sum
        """,
    )


def test_it_stays_where_others_need_the_value_as_it_is() -> None:
    text = """
        input = input() channels=2
        shared = conv(input) in_channels=2 out_channels=2
        first = conv(shared) in_channels=2 out_channels=2 groups=2
        twice = conv(input) in_channels=2 out_channels=2
        doubled = add(twice, twice)
        second = conv(doubled) in_channels=2 out_channels=2 groups=2
        product = mul(first, second)
        third = conv(product) in_channels=2 out_channels=2 groups=2
        reader = conv(third) in_channels=2 out_channels=2
        sum = add(reader, third)
        last = add(sum, shared)
        return last
        """
    check_rewrite(fold_diagonal, text, text)


def test_the_output_itself_stays_when_it_cannot_go_back() -> None:
    text = """
        input = input() channels=2
        act = activation(input) kind='Tanh'
        diagonal = conv(act) in_channels=2 out_channels=2 groups=2
        return diagonal
        """
    check_rewrite(fold_diagonal, text, text)
