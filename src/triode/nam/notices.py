"""What the reader finds odd in a file that it accepts, and the change that would put it right."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

__all__ = ["REMOVE", "RULES", "Edit", "Notice", "Path", "Rule", "Severity", "path_text"]

Path = tuple[str | int, ...]
Severity = str


class _Remove:
    """The value of an edit that takes a key away."""


REMOVE: Final = _Remove()


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of the linter: `severity` is "error", "warning" or "info"."""

    severity: Severity
    summary: str


RULES: dict[str, Rule] = {
    "broken-file": Rule(severity="error", summary="the file breaks a rule of the format"),
    "sample-rate-type": Rule(severity="error", summary="sample_rate is null or a string"),
    "weights-missing": Rule(severity="error", summary="a container has no weights key"),
    "version-missing": Rule(severity="error", summary="the file names no version"),
    "metadata-type": Rule(severity="error", summary="a metadata field has the wrong type"),
    "kernel-size-spelling": Rule(severity="error", summary="a kernel size is spelled wrongly"),
    "field-missing": Rule(severity="error", summary="players demand a field that has a default"),
    "film-null": Rule(severity="error", summary="a FiLM slot is null"),
    "sample-rate-missing": Rule(
        severity="error", summary="one of two nested models lacks the sample rate"
    ),
    "softsigmoid": Rule(severity="error", summary="players refuse the activation Softsigmoid"),
    "gating-spelling": Rule(severity="error", summary="the gating is spelled wrongly"),
    "secondary-activation-missing": Rule(
        severity="error", summary="a gated or blended layer has an empty secondary activation"
    ),
    "prelu-one-slope": Rule(
        severity="warning", summary="players read one PReLU slope per channel here"
    ),
    "gated-means-sigmoid": Rule(
        severity="warning", summary="beside gated, a secondary activation is ignored"
    ),
    "film-without-active": Rule(
        severity="warning", summary="players switch the FiLM on, the trainer off"
    ),
    "version-too-low": Rule(
        severity="warning", summary="the version is below what the content needs"
    ),
    "unknown-key": Rule(severity="warning", summary="an unknown key, kept as it is"),
    "both-spellings": Rule(
        severity="warning", summary="an old and a new key for the same thing; the new one wins"
    ),
    "weights-in-container": Rule(severity="warning", summary="a container's own weights are idle"),
    "layer1x1-inactive": Rule(
        severity="warning", summary="trainer and players differ without layer1x1"
    ),
    "layer1x1-post-film": Rule(
        severity="warning", summary="older players skip this FiLM unless gating is blended"
    ),
    "hardtanh-limits": Rule(severity="warning", summary="players always limit Hardtanh to +-1"),
    "head-dilation": Rule(severity="warning", summary="players ignore head_dilation"),
    "not-mono": Rule(severity="warning", summary="plugins play one channel in, one out"),
    "metadata-value": Rule(severity="warning", summary="a metadata field is out of its range"),
    "container-metadata": Rule(
        severity="warning", summary="loudness or gain of the largest size is not the container's"
    ),
    "a2-off-fast-path": Rule(
        severity="warning", summary="an A2 network whose JSON misses the players' fast path"
    ),
    "linear-order": Rule(
        severity="info", summary="the trainer reads the impulse response backwards"
    ),
    "version-too-high": Rule(severity="info", summary="older players refuse the file without need"),
    "integer-as-decimal": Rule(severity="info", summary="a whole number is written as a decimal"),
    "empty-secondary-activation": Rule(
        severity="info", summary='secondary_activation is "" and should be null'
    ),
    "head-scale-differs": Rule(
        severity="info", summary="head_scale differs from the last weight, which wins"
    ),
}
"""Every id that `Notice` and the linter's `Finding` may carry."""


@dataclass(frozen=True)
class Edit:
    """Put `value` at `path` of the JSON document, or take the key away when it is `REMOVE`."""

    path: Path
    value: object


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One oddity: its rule, its place in the document, a sentence, and the edits that cure it."""

    id: str
    path: Path
    message: str
    edits: tuple[Edit, ...] = ()

    @property
    def text(self) -> str:
        """The place and the sentence, as kept in `Model.warnings`."""
        return f"{path_text(self.path)}: {self.message}"


def path_text(path: Path) -> str:
    """`path` as people write it: `config.layers[0].dilations[3]`."""
    return "".join(_steps(path)) or "top level"


def _steps(path: Path) -> Iterator[str]:
    for index, step in enumerate(path):
        if isinstance(step, int):
            yield f"[{step}]"
        else:
            plain = step if step.isidentifier() and step.isascii() else ascii(step[:40])
            yield plain if index == 0 else f".{plain}"
