"""The knobs of the white-box amplifier."""

import math
from dataclasses import dataclass, fields

import numpy as np

from triode.errors import RecipeError

__all__ = ["AmplifierSettings", "random_settings"]

_MOST_STAGES = 4


@dataclass(frozen=True, kw_only=True)
class AmplifierSettings:
    """One amplifier. The defaults are a crunch sound that a small network can learn.

    Attributes:
        gain: 0 (clean) to 1 (fuzz), on a logarithmic potentiometer of 50 dB.
        stages: Triode stages before the tone stack, 2 to 4; each adds gain.
        bias: -1 (cold, early cut-off) to 1 (hot, early grid conduction).
        bias_shift: 0 to 1, how far grid conduction charges the coupling capacitors.
        bass: 0 to 1.
        middle: 0 to 1.
        treble: 0 to 1.
        master: 0 to 1, how hard the output stage is driven, on 40 dB.
        sag: 0 (stiff supply) to 1 (the supply gives way by almost half).
    """

    gain: float = 0.4
    stages: int = 2
    bias: float = 0.0
    bias_shift: float = 0.5
    bass: float = 0.5
    middle: float = 0.5
    treble: float = 0.5
    master: float = 0.45
    sag: float = 0.4

    def __post_init__(self) -> None:
        for knob in fields(self):
            lowest, highest = _range(knob.name)
            value = getattr(self, knob.name)
            if not (math.isfinite(value) and lowest <= value <= highest):
                raise RecipeError(
                    "the knob does not go there",
                    where=f"AmplifierSettings.{knob.name}",
                    expected=f"{lowest:g} to {highest:g}",
                    got=value,
                )
        if self.stages != int(self.stages):
            raise RecipeError(
                "there is no such number of stages",
                where="AmplifierSettings.stages",
                expected="a whole number",
                got=self.stages,
            )


def random_settings(generator: np.random.Generator) -> AmplifierSettings:
    """Draw an amplifier, every knob independent and uniform, from clean to fuzz."""
    drawn: dict[str, float] = {}
    for knob in fields(AmplifierSettings):
        lowest, highest = _range(knob.name)
        drawn[knob.name] = float(generator.uniform(lowest, highest))
    drawn.pop("stages")
    return AmplifierSettings(stages=int(generator.integers(2, _MOST_STAGES + 1)), **drawn)


def _range(knob: str) -> tuple[float, float]:
    match knob:
        case "stages":
            return 2, _MOST_STAGES
        case "bias":
            return -1.0, 1.0
        case _:
            return 0.0, 1.0
