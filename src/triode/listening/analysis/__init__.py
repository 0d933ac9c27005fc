"""What follows from answers: means, contrasts, screening and power, each with its doubt.

Listeners and gear are both samples, so every interval and test is about all such listeners and all
such gear, unless it says "these pieces". All functions are pure: rows in, plain results out.
"""

from triode.listening.analysis.analysis import Analysis, analyse
from triode.listening.analysis.findings import CHANCE, Contrast, Findings, SystemMean
from triode.listening.analysis.rows import Row, rows_of
from triode.listening.analysis.screening import Screened, screen

__all__ = [
    "CHANCE",
    "Analysis",
    "Contrast",
    "Findings",
    "Row",
    "Screened",
    "SystemMean",
    "analyse",
    "rows_of",
    "screen",
]
