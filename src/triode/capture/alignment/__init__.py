"""How a wet recording lies against its dry one, and the one laid over the other.

First the delay is followed through the recording, roughly (`tracking`) and finely (`following`):
where clocks drift, it has a slope, and where samples were lost or repeated, it breaks. Then four
estimators (`phase`, `clicks`, `onsets`) say where on this course the gear's answer begins.
"""

from triode.capture.alignment.aligning import align, given_delay
from triode.capture.alignment.laying import excluded_ranges, lay_over

__all__ = ["align", "excluded_ranges", "given_delay", "lay_over"]
