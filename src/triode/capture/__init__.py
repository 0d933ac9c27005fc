"""Two recordings of the same playing, before and after the gear, made into a usable pair.

Delay and polarity are measured, levels and clipping checked, repeated passages found, the file
cut so that dry and wet lie over each other, and training told from validation. What cannot be
used is refused with a `CaptureError` that says why; what is doubtful becomes a warning.
"""

from triode.capture.alignment import align
from triode.capture.customary import CustomaryLayout, recognise_customary
from triode.capture.examining import Examination, examine
from triode.capture.excitation import Layout, excitation_signal, recognise_excitation
from triode.capture.making import make_pair
from triode.capture.pair import Facts, Pair
from triode.capture.repeats import Repeat, find_repeats
from triode.capture.replicate import best_possible_esr, replicate_floor_esr, replicate_text
from triode.capture.splitting import Range, Split, split
from triode.capture.timing import Alignment, Jump, Vote

__all__ = [
    "Alignment",
    "CustomaryLayout",
    "Examination",
    "Facts",
    "Jump",
    "Layout",
    "Pair",
    "Range",
    "Repeat",
    "Split",
    "Vote",
    "align",
    "best_possible_esr",
    "examine",
    "excitation_signal",
    "find_repeats",
    "make_pair",
    "recognise_customary",
    "recognise_excitation",
    "replicate_floor_esr",
    "replicate_text",
    "split",
]
