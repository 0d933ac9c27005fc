"""A dry and a wet recording that lie over each other, and what is known about them."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from triode.audio import Levels
from triode.capture.checks.finding import Finding, Severity
from triode.capture.customary import CustomaryLayout
from triode.capture.excitation import Layout
from triode.capture.repeats import Repeat
from triode.capture.splitting import Range
from triode.capture.timing import Alignment

__all__ = ["Facts", "Pair"]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What `make_pair` found. Samples count at `rate_hz`, the rate of the pair.

    `dry_levels` and `wet_levels` are those of the files as read. `repeats` and `customary` are
    positions in the pair. `replicate_floor_esr` is the ESR between two recordings of the longest
    repeated passage; None when nothing is repeated. `excitation` says where the parts of Triode's
    own signal lie, when that is what was sent; `noise_floor_dbfs` is then the RMS level of the wet
    signal in its silences. `findings` holds what every
    check says. `excluded` are ranges of the pair that must neither be trained on nor judged by,
    since samples were lost or put in there. `repairs` says,
    one sentence each, what was changed beyond moving the wet signal by whole samples.
    """

    dry_path: str
    wet_path: str
    dry_rate_hz: int
    wet_rate_hz: int
    rate_hz: int
    frames: int
    alignment: Alignment
    dry_levels: Levels
    wet_levels: Levels
    repeats: tuple[Repeat, ...]
    replicate_floor_esr: float | None
    customary: CustomaryLayout | None
    findings: tuple[Finding, ...] = ()
    excitation: Layout | None = None
    noise_floor_dbfs: float | None = None
    excluded: tuple[Range, ...] = ()
    repairs: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What makes the capture worse, one summary each."""
        return tuple(one.summary for one in self.findings if one.severity is Severity.WARNING)

    @property
    def seconds(self) -> float:
        """Length of the pair."""
        return self.frames / self.rate_hz

    def to_json(self) -> dict[str, Any]:
        """The facts as what `json.dumps` takes."""
        plain = asdict(replace(self, findings=()))
        findings = [one.to_json() for one in self.findings]
        return {
            **plain,
            "seconds": self.seconds,
            "findings": findings,
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class Pair:
    """Training material: `dry` and `wet`, both of shape (frames,), aligned, at `rate_hz`.

    The wet signal keeps its polarity and its level: both are part of the amplifier's sound.
    """

    dry: npt.NDArray[np.float32]
    wet: npt.NDArray[np.float32]
    rate_hz: int
    facts: Facts
