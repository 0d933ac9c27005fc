"""A convolution with a past reads past a widening 1x1 before it."""

from triode.compiler.passes import compose_convolutions
from unit.compiler.passes.before_after import check_rewrite


def test_the_first_layer_convolves_what_the_rechannel_read() -> None:
    check_rewrite(
        compose_convolutions,
        """
        input = input() channels=1
        rechannel = conv(input) in_channels=1 out_channels=4 bias=False
        conv = conv(rechannel) in_channels=4 out_channels=4 kernel_size=3 dilation=2
        residual = add(rechannel, conv)
        return residual
        """,
        """
        input = input() channels=1
        rechannel = conv(input) in_channels=1 out_channels=4 bias=False
        conv = conv(input) in_channels=1 out_channels=4 kernel_size=3 dilation=2
        residual = add(rechannel, conv)
        return residual
        """,
    )


def test_what_would_cost_more_or_be_wrong_stays() -> None:
    text = """
        input = input() channels=2
        biased = conv(input) in_channels=2 out_channels=4
        grouped = conv(input) in_channels=2 out_channels=4 groups=2 bias=False
        narrowing = conv(input) in_channels=2 out_channels=1 bias=False
        past = conv(input) in_channels=2 out_channels=4 kernel_size=2 bias=False
        wide = conv(input) in_channels=2 out_channels=4 bias=False
        a = conv(biased) in_channels=4 out_channels=1 kernel_size=2
        b = conv(grouped) in_channels=4 out_channels=1 kernel_size=2
        c = conv(narrowing) in_channels=1 out_channels=1 kernel_size=2
        d = conv(past) in_channels=4 out_channels=1 kernel_size=2
        e = conv(wide) in_channels=4 out_channels=1
        f = conv(wide) in_channels=4 out_channels=2 kernel_size=2 groups=2
        all = concat(a, b, c, d, e, f)
        return all
        """
    check_rewrite(compose_convolutions, text, text)


def test_a_chain_is_read_past_one_step_at_a_time() -> None:
    check_rewrite(
        compose_convolutions,
        """
        input = input() channels=1
        one = conv(input) in_channels=1 out_channels=2 bias=False
        two = conv(one) in_channels=2 out_channels=4 bias=False
        conv = conv(two) in_channels=4 out_channels=2 kernel_size=2
        return conv
        """,
        """
        input = input() channels=1
        one = conv(input) in_channels=1 out_channels=2 bias=False
        two = conv(one) in_channels=2 out_channels=4 bias=False
        conv = conv(one) in_channels=2 out_channels=2 kernel_size=2
        return conv
        """,
    )
