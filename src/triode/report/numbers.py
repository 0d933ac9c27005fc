"""Numbers as readers of a page want them: few digits, real minus signs, exact value attached."""

import html
import math

__all__ = ["data", "db", "integer", "ratio", "seconds", "span"]

_PLAIN_FROM = 1e-4
_MINUS = "\N{MINUS SIGN}"
_INFINITY = "\N{INFINITY}"
_TIMES = "\N{MULTIPLICATION SIGN}"


def data(value: float, shown: str) -> str:
    """HTML that shows `shown` (already HTML) and carries the exact value for machines."""
    return f'<data value="{html.escape(repr(value))}">{shown}</data>'


def db(value: float, *, digits: int = 1, signed: bool = False) -> str:
    """A value in dB as HTML, with its unit: 12.3 dB with a real minus sign."""
    if math.isnan(value):
        return data(value, "none")
    size = _INFINITY if math.isinf(value) else f"{abs(value):.{digits}f}"
    negative = value < 0 and (math.isinf(value) or float(size) != 0)
    sign = _MINUS if negative else "+" if signed and value > 0 else ""
    return data(value, f"{sign}{size}&nbsp;dB")


def ratio(value: float) -> str:
    """A ratio of energies as HTML, three digits, with a power of ten when it is tiny."""
    if value == 0 or value >= _PLAIN_FROM:
        return data(value, f"{value:.3g}" if value < 1000 else f"{value:,.0f}")
    mantissa, exponent = f"{value:.1e}".split("e-")
    return data(value, f"{mantissa}&nbsp;{_TIMES}&nbsp;10<sup>{_MINUS}{int(exponent)}</sup>")


def integer(value: int) -> str:
    """A count as HTML, with thousands separated."""
    return data(value, f"{value:,}")


def seconds(value: float) -> str:
    """A time as plain text: 108.8 s."""
    return f"{value:.1f}\N{NO-BREAK SPACE}s"


def span(start_seconds: float, stop_seconds: float) -> str:
    """A stretch of time as plain text: 108.8 s to 118.8 s."""
    return f"{seconds(start_seconds)} to {seconds(stop_seconds)}"
