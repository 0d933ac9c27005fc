"""Reading a SlimmableContainer."""

from collections.abc import Mapping

from triode.nam import limits
from triode.nam.model import ContainerConfig, Submodel
from triode.nam.notices import Edit
from triode.nam.parser.scope import Scope
from triode.nam.parser.values import Fields

__all__ = ["parse_container"]

_MAX_VALUE_LIMIT = 1e6


def parse_container(
    fields: Fields, scope: Scope, metadata: Mapping[str, object]
) -> ContainerConfig:
    """The config of a container, its submodels included; `metadata` is the container's own."""
    entries = [entry.fields() for entry in fields.required("submodels").items(limits.SUBMODELS)]
    submodels: list[Submodel] = []
    for entry in entries:
        value = entry.required("max_value")
        max_value = value.number(0.0, _MAX_VALUE_LIMIT)
        if submodels and max_value <= submodels[-1].max_value:
            value.refuse("not ascending", f"more than {submodels[-1].max_value:g}")
        model = scope.nested(entry.required("model"), "SlimmableContainer")
        submodels.append(Submodel(max_value=max_value, model=model))
        entry.close()
    if submodels[-1].max_value < 1.0:
        entries[-1].required("max_value").refuse("the last size is too small", "1 or more")
    _check_rates(entries, submodels, scope)
    _note_metadata(fields, metadata, submodels[-1])
    fields.close()
    return ContainerConfig(submodels=tuple(submodels))


def _check_rates(entries: list[Fields], submodels: list[Submodel], scope: Scope) -> None:
    """Refuse rates that differ among the sizes; a rate that one of them lacks is only noted."""
    named = [s.model.sample_rate_hz for s in submodels if s.model.sample_rate_hz is not None]
    if not named:
        return
    for entry, submodel in zip(entries, submodels, strict=True):
        model = entry.required("model")
        rate = submodel.model.sample_rate_hz
        if rate is None:
            path = (*model.path, "sample_rate")
            model.notices.add(
                "sample-rate-missing",
                path,
                f"other sizes say {named[0]:g} Hz; read as that.",
                Edit(path, _plain(named[0])),
            )
        elif rate != named[0]:
            model.fields().required("sample_rate").refuse(
                "the sizes have different sample rates", f"{named[0]:g}"
            )
    if scope.rate_hz is None:
        path = (*entries[0].path[:-3], "sample_rate")
        entries[0].notices.add(
            "sample-rate-missing",
            path,
            f"the sizes say {named[0]:g} Hz; read as that.",
            Edit(path, _plain(named[0])),
        )


def _plain(rate_hz: float) -> float | int:
    return int(rate_hz) if rate_hz.is_integer() else rate_hz


def _note_metadata(fields: Fields, own: Mapping[str, object], largest: Submodel) -> None:
    owner = fields.path[:-1]
    for key in ("loudness", "gain"):
        theirs = largest.model.metadata.get(key)
        if isinstance(theirs, bool) or not isinstance(theirs, int | float):
            continue
        path = (*owner, "metadata", key)
        if own.get(key) is None:
            fields.notices.add(
                "container-metadata",
                path,
                f"missing, though the largest size says {theirs:.6g}.",
                Edit(path, theirs),
            )
        elif own[key] != theirs:
            fields.notices.add(
                "container-metadata",
                path,
                f"differs from the largest size, which says {theirs:.6g}.",
            )
