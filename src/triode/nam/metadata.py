"""The metadata that a user gives a capture, typed and checked.

Kept apart from `triode.nam` itself because importing pydantic takes longer than all the rest.
"""

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from triode.errors import NamFileError
from triode.nam.metadata_fields import FIELDS
from triode.nam.parser.values import suggestion

__all__ = ["Date", "GearType", "Metadata", "ToneType"]

_LEVEL_RULE = FIELDS["input_level_dbu"]
_LOUDNESS_RULE = FIELDS["loudness"]


class GearType(StrEnum):
    """What kind of gear was captured."""

    AMP = "amp"
    PEDAL = "pedal"
    PEDAL_AMP = "pedal_amp"
    AMP_CAB = "amp_cab"
    AMP_PEDAL_CAB = "amp_pedal_cab"
    PREAMP = "preamp"
    STUDIO = "studio"


class ToneType(StrEnum):
    """What the gear sounds like."""

    CLEAN = "clean"
    OVERDRIVE = "overdrive"
    CRUNCH = "crunch"
    HI_GAIN = "hi_gain"
    FUZZ = "fuzz"


class Date(BaseModel):
    """When the capture was made, without a time zone, as `.nam` files have it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    year: int = Field(ge=1900, le=9999)
    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)
    hour: int = Field(ge=0, le=23)
    minute: int = Field(ge=0, le=59)
    second: int = Field(ge=0, le=60)

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """`moment` to the second."""
        return cls(
            year=moment.year,
            month=moment.month,
            day=moment.day,
            hour=moment.hour,
            minute=moment.minute,
            second=moment.second,
        )


class Metadata(BaseModel):
    """The known metadata fields; None leaves a field out of the file.

    Attributes:
        name: What the user calls the capture.
        modeled_by: Who made it.
        gear_make, gear_model: Maker and model of the gear.
        gear_type, tone_type: One of the fixed choices.
        input_level_dbu: Analog level of a sine that peaks at digital full scale, going in, in dBu.
        output_level_dbu: The same coming out.
        loudness: RMS of the output for a standard input, in dB.
        gain: 0 (clean) to 1 (heavily compressed).
        date: When it was made.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = None
    modeled_by: str | None = None
    gear_make: str | None = None
    gear_model: str | None = None
    gear_type: GearType | None = None
    tone_type: ToneType | None = None
    input_level_dbu: float | None = Field(
        default=None, ge=_LEVEL_RULE.low, le=_LEVEL_RULE.high, allow_inf_nan=False
    )
    output_level_dbu: float | None = Field(
        default=None, ge=_LEVEL_RULE.low, le=_LEVEL_RULE.high, allow_inf_nan=False
    )
    loudness: float | None = Field(
        default=None, ge=_LOUDNESS_RULE.low, le=_LOUDNESS_RULE.high, allow_inf_nan=False
    )
    gain: float | None = Field(default=None, ge=0.0, le=1.0, allow_inf_nan=False)
    date: Date | None = None

    @classmethod
    def of(cls, **values: object) -> Self:
        """Checked metadata.

        Raises:
            NamFileError: An unknown field, a wrong type, an unknown choice or a value out of
                range; the error names the first such field.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise _nam_file_error(error) from error

    def to_document(self) -> dict[str, object]:
        """The JSON object for a file: the fields that were given, in a fixed order."""
        return self.model_dump(mode="json", exclude_none=True)


def _nam_file_error(error: ValidationError) -> NamFileError:
    first = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(step) for step in first["loc"])
    hint = None
    if first["type"] == "extra_forbidden":
        hint = suggestion(first["loc"][-1], Metadata.model_fields).strip() or None
    return NamFileError(
        "this metadata field is wrong",
        where=f"metadata.{place}",
        expected=first["msg"][:1].lower() + first["msg"][1:],
        got=ascii(first["input"])[:60],
        hint=hint,
    )
