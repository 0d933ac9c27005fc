"""The plot of what options cost."""

from triode.report.figures.encoding import Figure
from triode.report.figures.style import SIZE_STYLES, axis, layout
from triode.study.testset.collect import Collection, specimen_cost

__all__ = ["cost_figure", "costed_options"]

_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "star")


def costed_options(collection: Collection) -> tuple[str, ...]:
    """The options that have a price in some result, the dearest in the first such result first."""
    prices: dict[str, float] = {}
    for result in collection.results:
        for option in collection.options:
            cost = specimen_cost(result, option)
            if cost is not None:
                prices.setdefault(option, cost.share)
    return tuple(sorted(prices, key=lambda option: -prices[option]))


def cost_figure(collection: Collection) -> Figure:
    """Extra time of every option, one mark per result."""
    options = costed_options(collection)[::-1]
    traces = []
    for index, result in enumerate(collection.results):
        costs = [(option, specimen_cost(result, option)) for option in options]
        known = [(option, cost) for option, cost in costs if cost is not None]
        colour, _ = SIZE_STYLES[index % len(SIZE_STYLES)]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": result.title,
                "x": [100.0 * cost.share for _, cost in known],
                "y": [option for option, _ in known],
                "marker": {
                    "color": f"@{colour}",
                    "size": 9,
                    "symbol": _SYMBOLS[index % len(_SYMBOLS)],
                },
                "hovertemplate": "%{y}: %{x:+.0f} %",
            }
        )
    return {
        "data": traces,
        "layout": layout(
            xaxis=axis("Extra time, %", zeroline=True, zerolinecolor="@axis"),
            yaxis=axis("", type="category", ticks="", tickfont={"size": 11}),
            hovermode="closest",
            showlegend=True,
            legend={
                "orientation": "h",
                "x": 0,
                "xref": "container",
                "y": 1.01,
                "yanchor": "bottom",
                "font": {"color": "@ink"},
            },
        ),
    }
