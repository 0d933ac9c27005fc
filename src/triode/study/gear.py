"""The gear of a study: pairs of recordings, or amplifiers made of formulas."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Self

from pydantic import Field, model_validator

from triode.study.names import Name
from triode.synthetic import AmplifierSettings
from triode.training.table import Table, did_you_mean

__all__ = ["Gear", "Performance"]

_SHA256 = r"^[0-9a-f]{64}$"


class Performance(Table):
    """What is played into an amplifier of the demo family.

    Attributes:
        seconds: How long.
        seed: Which music.
        rate_hz: The sample rate.
    """

    seconds: Annotated[float, Field(ge=8.0, le=3600.0)] = 60.0
    seed: Annotated[int, Field(ge=0)] = 0
    rate_hz: Annotated[int, Field(ge=8000, le=384000)] = 48000


class Gear(Table):
    """One piece of gear: `dry` and `wet` recordings, or an `amplifier` of the demo family.

    Attributes:
        name: What it is called.
        source: Where it comes from, such as "demo-family", "guitarix", "caps", "ngspice", "real";
            verdicts are also given by source.
        dry: What was sent, a path relative to the study file.
        wet: What came back.
        dry_sha256: The dry file's SHA-256; when it is given, another file is refused from the
            first run on.
        wet_sha256: The wet file's.
        amplifier: Knobs of `triode.synthetic.AmplifierSettings`; those left out stay where they
            are by default.
        performance: What is played into the amplifier.
        seeds: Instead of the study's.
    """

    name: Name
    source: Name
    dry: str | None = None
    wet: str | None = None
    dry_sha256: Annotated[str, Field(pattern=_SHA256)] | None = None
    wet_sha256: Annotated[str, Field(pattern=_SHA256)] | None = None
    amplifier: Mapping[str, float] | None = None
    performance: Performance = Performance()
    seeds: tuple[Annotated[int, Field(ge=0)], ...] | None = None

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Self:
        files = self.dry is not None and self.wet is not None
        any_file = self.dry is not None or self.wet is not None
        if any_file == (self.amplifier is not None) or any_file != files:
            raise ValueError(f"gear {self.name} needs both dry and wet, or amplifier alone")
        return self

    @model_validator(mode="after")
    def _has_these_knobs(self) -> Self:
        known = [knob.name for knob in fields(AmplifierSettings)]
        for knob in self.amplifier or {}:
            if knob not in known:
                hint = did_you_mean(knob, known) or f"One of {', '.join(known)}."
                raise ValueError(f"an amplifier with the knob {knob}, which there is not. {hint}")
        return self

    def settings(self) -> AmplifierSettings:
        """The amplifier's knobs.

        Raises:
            RecipeError: A knob does not go there.
        """
        given = dict(self.amplifier or {})
        stages = int(given.pop("stages", AmplifierSettings.stages))
        return AmplifierSettings(stages=stages, **given)
