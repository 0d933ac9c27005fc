"""What all plots share: colours by name, dashes, axes, and which parts they have."""

from typing import Any

__all__ = ["SIZE_STYLES", "axis", "caption", "colour_axis", "layout", "line", "size_style"]

SIZE_STYLES = (("size1", "solid"), ("size2", "dash"), ("size3", "dot"), ("size4", "dashdot"))
"""Colour name and dash, the largest size first: told apart without seeing colours, too."""


def size_style(rank: int) -> tuple[str, str]:
    """Colour name and dash of the size with that rank, 0 being the largest."""
    count = len(SIZE_STYLES)
    colour, _ = SIZE_STYLES[rank % count]
    _, dash = SIZE_STYLES[(rank + rank // count) % count]
    return colour, dash


def line(colour: str, *, width: float = 1.6, dash: str = "solid") -> dict[str, Any]:
    """A line in the page's colour of that name."""
    return {"color": f"@{colour}", "width": width, "dash": dash}


def axis(title: str, **extra: Any) -> dict[str, Any]:
    """An axis in the page's style; `extra` overrides."""
    return {
        "title": {"text": title, "standoff": 8},
        "gridcolor": "@grid",
        "linecolor": "@axis",
        "zeroline": False,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": "@axis",
        "automargin": True,
        **extra,
    }


def layout(**extra: Any) -> dict[str, Any]:
    """A layout in the page's style; `extra` overrides."""
    return {
        "paper_bgcolor": "@clear",
        "plot_bgcolor": "@clear",
        "font": {"family": "@font", "size": 12.5, "color": "@muted"},
        "margin": {"l": 56, "r": 12, "t": 34, "b": 48},
        "hovermode": "x unified",
        "hoverlabel": {
            "bgcolor": "@surface",
            "bordercolor": "@line",
            "font": {"color": "@ink", "family": "@font"},
        },
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "font": {"color": "@ink"},
        },
        "modebar": {"bgcolor": "@clear", "color": "@muted", "activecolor": "@ink"},
        "dragmode": "zoom",
        **extra,
    }


def caption(text: str, top: float) -> dict[str, Any]:
    """The name of one picture of several in a figure, above the place `top` of 0 to 1."""
    return {
        "text": text,
        "x": 0,
        "y": top,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"color": "@ink", "size": 13},
    }


def colour_axis(low_db: float, high_db: float) -> dict[str, Any]:
    """The page's colours of heat from one level to another."""
    return {
        "cmin": low_db,
        "cmax": high_db,
        "colorscale": [[step / 4, f"@heat{step}"] for step in range(5)],
        "colorbar": {"title": {"text": "dB"}, "thickness": 10, "outlinewidth": 0, "ticks": ""},
    }
