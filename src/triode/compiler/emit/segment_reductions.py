"""The C of a backward pass that sums up the gradients of parameters, chunk by chunk."""

from triode.compiler.emit.reduction import (
    correlation_blocks,
    correlation_limits,
    correlation_name,
    correlation_text,
    row_sum_name,
    row_sum_text,
)
from triode.compiler.emit.segment_layout import SegmentLayout, floored, plane_at, row_at
from triode.compiler.gradient import Reduction
from triode.compiler.isa import Isa
from triode.compiler.segment_plan import SegmentPlan
from triode.graph import Activation, Conv

__all__ = ["reduction_call", "reduction_functions", "take_over_call"]


def reduction_call(layout: SegmentLayout, reduction: Reduction, begin: int, isa: Isa) -> str:
    """The C that adds one chunk to the gradients of one node's parameters."""
    plan, side, name = layout.plan, layout.plan.backward, reduction.node.name
    if reduction.gradient in side.rows:
        gradient = f"{row_at(layout, side, reduction.gradient, 1)} + (first - from)"
        plane = f"{layout.scratch_plane}"
    else:
        gradient = f"{plane_at(layout, side, reduction.gradient)} + first"
        plane = "stride"
    saved = f"planes + {plan.forward.planes[reduction.saved]} * stride + first"
    lines = [
        f"    if (to > {floored(begin)}) {{ /* {name} */",
        f"        const unsigned first = from > {floored(begin)} ? from : {floored(begin)};",
        f"        const float *const g = {gradient};",
        f"        const float *const x = {saved};",
    ]
    operation = reduction.node.operation
    if isinstance(operation, Activation):
        sums = f"sums + {layout.sums[f'{name}.slopes']}"
        width = plan.graph.widths[name]
        call = f"sum_negative(g, {plane}, x, stride, {sums}, {width}, {operation.slope_count},"
        return "\n".join([*lines, f"        {call} to - first);", "    }"])
    if not isinstance(operation, Conv):
        raise TypeError(f"no reduction for {type(operation).__name__}")
    inputs = operation.in_channels // operation.groups
    outputs = operation.out_channels // operation.groups
    taps = operation.kernel_size
    most_out, most_in = correlation_limits(isa)
    if operation.bias:
        base = layout.sums[f"{name}.bias"]
        lines += [
            f"        {row_sum_name(size)}(g + {first} * {plane}, {plane}, sums + {base + first}, "
            "to - first);"
            for first, size in correlation_blocks(operation.out_channels, most_out)
        ]
    base = layout.sums[f"{name}.weight"]
    for group in range(operation.groups):
        for o, o_size in correlation_blocks(outputs, most_out):
            for i, i_size in correlation_blocks(inputs, most_in):
                first = group * outputs + o
                place = base + (first * inputs + i) * taps
                call = correlation_name(o_size, i_size)
                lines.append(
                    f"        {call}(g + {first} * {plane}, {plane}, "
                    f"x + {group * inputs + i} * stride, stride, sums + {place}, "
                    f"{inputs * taps}, {taps}, {taps}, {operation.dilation}, to - first);"
                )
    return "\n".join([*lines, "    }"])


def take_over_call(layout: SegmentLayout, value: str, begin: int) -> str:
    """The C that moves a gradient from scratch to the planes it takes over."""
    side = layout.plan.backward
    width = layout.plan.gradient.graph.widths[value]
    return (
        f"    take_over({plane_at(layout, side, value)}, stride, {row_at(layout, side, value, 1)}, "
        f"{layout.scratch_plane}, {width}, from, to, {floored(begin)});"
    )


def reduction_functions(plan: SegmentPlan, isa: Isa) -> list[str]:
    """The functions that the reductions call."""
    most_out, most_in = correlation_limits(isa)
    sizes, rows = set(), set()
    convs = [one.node.operation for some in plan.reductions for one in some]
    for conv in (one for one in convs if isinstance(one, Conv)):
        for _, o in correlation_blocks(conv.out_channels // conv.groups, most_out):
            for _, i in correlation_blocks(conv.in_channels // conv.groups, most_in):
                sizes.add((o, i))
        if conv.bias:
            rows |= {size for _, size in correlation_blocks(conv.out_channels, most_out)}
    return [
        *(row_sum_text(size, isa) for size in sorted(rows)),
        *(correlation_text(o, i, isa) for o, i in sorted(sizes)),
    ]
