"""Random small graphs over every operation."""

from hypothesis import strategies as st

from triode.graph import (
    ACTIVATIONS,
    Activation,
    Add,
    BatchNorm,
    Blend,
    Concat,
    Conv,
    Fir,
    Graph,
    GraphBuilder,
    Lstm,
    Mul,
    Operation,
    Scale,
    Slice,
)

__all__ = ["graphs"]

_WIDTHS = st.integers(1, 4)
_NUMBERS = st.floats(-2.0, 2.0, allow_nan=False)
_JOINING: dict[str, tuple[Operation, int]] = {
    "add": (Add(), 2),
    "mul": (Mul(), 2),
    "blend": (Blend(), 3),
}


@st.composite
def graphs(draw: st.DrawFn, *, lstm: bool = True) -> Graph:
    """Up to eight nodes with any inputs that fit; the last one is the output."""
    builder = GraphBuilder()
    width = draw(_WIDTHS)
    widths = {builder.input(width): width}
    kinds = ["conv", "activation", "scale", "slice", "concat", "batchnorm", "fir", *_JOINING]
    if lstm:
        kinds.append("lstm")
    last = next(iter(widths))
    for number in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(kinds))
        source = draw(st.sampled_from(sorted(widths)))
        equal = st.sampled_from(sorted(name for name in widths if widths[name] == widths[source]))
        inputs: tuple[str, ...] = (source,)
        if kind in _JOINING:
            operation, count = _JOINING[kind]
            inputs = (source, *(draw(equal) for _ in range(count - 1)))
        elif kind == "concat":
            inputs = (source, *draw(st.lists(st.sampled_from(sorted(widths)), max_size=2)))
            operation = Concat()
        else:
            if kind == "fir" and widths[source] != 1:
                source = builder.add(f"mono{number}", Slice(start=0, stop=1), source)
                widths[source] = 1
                inputs = (source,)
            operation = draw(_operations(kind, widths[source]))
        last = builder.add(f"node{number}.{kind}", operation, *inputs)
        widths[last] = builder.build(last).output_channels
    settle_seconds = draw(st.sampled_from([0.0, 0.5, 1e-5])) if lstm else 0.0
    return builder.build(last, settle_seconds=settle_seconds)


@st.composite
def _operations(draw: st.DrawFn, kind: str, width: int) -> Operation:
    """An operation of this kind for one input of this width."""
    match kind:
        case "conv":
            groups = draw(st.sampled_from([n for n in range(1, width + 1) if width % n == 0]))
            return Conv(
                in_channels=width,
                out_channels=groups * draw(st.integers(1, 2)),
                kernel_size=draw(st.integers(1, 4)),
                dilation=draw(st.integers(1, 5)),
                groups=groups,
                bias=draw(st.booleans()),
            )
        case "activation":
            name = draw(st.sampled_from(sorted(ACTIVATIONS)))
            count = len(ACTIVATIONS[name].constants)
            return Activation(
                kind=name,
                constants=tuple(sorted(draw(st.lists(_NUMBERS, min_size=count, max_size=count)))),
                slope_count=draw(st.sampled_from([1, width])) if name == "PReLU" else 0,
            )
        case "slice":
            start = draw(st.integers(0, width - 1))
            return Slice(start=start, stop=draw(st.integers(start + 1, width)))
        case "batchnorm":
            return BatchNorm(channels=width)
        case "lstm":
            fast = draw(st.booleans())
            return Lstm(input_size=width, hidden_size=draw(st.integers(1, 3)), fast=fast)
        case "fir":
            return Fir(taps=draw(st.integers(1, 9)), bias=draw(st.booleans()))
        case _:
            return Scale()
