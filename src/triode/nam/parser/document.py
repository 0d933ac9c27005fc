"""Reading a whole `.nam` object."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from triode.nam import limits
from triode.nam.layout import weight_count
from triode.nam.model import Config, ContainerConfig, Model
from triode.nam.notices import Edit, Notice
from triode.nam.parser.container import parse_container
from triode.nam.parser.convolutional import parse_convnet, parse_linear
from triode.nam.parser.metadata import check_metadata
from triode.nam.parser.oddities import note_fast_path, note_head_scale, note_version, note_width
from triode.nam.parser.recurrent import parse_lstm
from triode.nam.parser.scope import Scope
from triode.nam.parser.values import Fields, Notices, Value
from triode.nam.parser.wavenet import parse_wavenet
from triode.nam.sizes import reach
from triode.nam.versions import NEWEST_MINOR, OLDEST_MINOR, minor_version

__all__ = ["ARCHITECTURES", "parse_config_value", "parse_document"]

ARCHITECTURES = ("WaveNet", "LSTM", "ConvNet", "Linear", "SlimmableContainer")


def parse_document(document: dict[str, object]) -> tuple[Model, tuple[Notice, ...]]:
    """The model in a JSON object, and everything odd about it.

    Raises:
        NamFileError: The document breaks a rule of the format or a limit.
    """
    notices = Notices()
    model = _parse_model(Value(document, (), notices), Scope(parse_model=_parse_model))
    return model, tuple(notices.items)


def parse_config_value(architecture: str, value: Value, rate_hz: float | None) -> Config:
    """A config on its own, without weights; see `triode.nam.parse_config`."""
    name = Value(architecture, ("architecture",), value.notices)
    scope = Scope(rate_hz=rate_hz, parse_model=_parse_model)
    config = _parse_config(_architecture(name), value.fields(), scope, {})
    _check_sizes(value, config)
    return config


def _parse_model(value: Value, scope: Scope) -> Model:
    if scope.depth >= limits.MODEL_DEPTH:
        value.refuse("models are nested too deeply", f"at most {limits.MODEL_DEPTH} models")
    first_notice = len(value.notices.items)
    fields = value.fields()
    version = _version(fields.required("version"))
    architecture_value = fields.required("architecture")
    architecture = _architecture(architecture_value)
    if architecture == "SlimmableContainer" and scope.within is not None:
        architecture_value.refuse("a container cannot be inside a model", "a plain model")
    metadata = _metadata(fields)
    rate_hz = _sample_rate(fields, scope)
    inner = Scope(
        rate_hz=rate_hz,
        depth=scope.depth,
        within=scope.within,
        parse_model=scope.parse_model,
    )
    config_value = fields.required("config")
    config = _parse_config(architecture, config_value.fields(), inner, metadata)
    _check_sizes(config_value, config)
    weights = _weights(fields, config)
    fields.close()
    note_head_scale(config_value, config, weights)
    note_version(fields, version, config, nested=scope.within is not None)
    note_fast_path(config_value, config)
    if scope.within != "WaveNet":
        note_width(config_value, config)
    if rate_hz is None and isinstance(config, ContainerConfig):
        rate_hz = config.submodels[-1].model.sample_rate_hz
    return Model(
        version=version,
        config=config,
        weights=weights,
        sample_rate_hz=rate_hz,
        metadata=metadata,
        document=fields.raw,
        warnings=_warnings(value, first_notice),
    )


def _warnings(value: Value, first: int) -> tuple[str, ...]:
    """The notices since `first`, their places counted from this model."""
    depth = len(value.path)
    return tuple(
        Notice(id=notice.id, path=notice.path[depth:], message=notice.message).text
        for notice in value.notices.items[first:]
    )


def _version(value: Value) -> str:
    text = value.text()
    if minor_version(text) is None:
        value.refuse(
            "this file format is not known",
            f"a version from 0.{OLDEST_MINOR}.0 to 0.{NEWEST_MINOR}.x",
            "A newer file may need a newer Triode.",
        )
    return text


def _architecture(value: Value) -> str:
    if value.raw == "Sequential":
        value.refuse(
            "Sequential files cannot be read",
            f"one of {', '.join(ARCHITECTURES)}",
            "Such a file does not say what its parts are, and no player reads it: "
            "export each part as a file of its own.",
        )
    return value.choice(ARCHITECTURES)


def _metadata(fields: Fields) -> Mapping[str, object]:
    value = fields.filled("metadata")
    if value is None:
        return {}
    inner = value.fields()
    check_metadata(inner)
    return inner.raw


def _sample_rate(fields: Fields, scope: Scope) -> float | None:
    value = fields.optional("sample_rate")
    if value is not None:
        rate_hz = value.number(*limits.SAMPLE_RATE_HZ)
        if scope.within is not None and scope.rate_hz not in {None, rate_hz}:
            value.refuse(
                "a nested model has another sample rate", f"{scope.rate_hz:g}, as around it"
            )
        return rate_hz
    if scope.within is not None and scope.rate_hz is not None:
        path = (*fields.path, "sample_rate")
        message = f"missing; read as {scope.rate_hz:g} Hz, the rate of the model around it."
        whole = int(scope.rate_hz) if scope.rate_hz.is_integer() else scope.rate_hz
        fields.notices.add("sample-rate-missing", path, message, Edit(path, whole))
        return scope.rate_hz
    return None


def _parse_config(
    architecture: str, fields: Fields, scope: Scope, metadata: Mapping[str, object]
) -> Config:
    match architecture:
        case "WaveNet":
            return parse_wavenet(fields, scope)
        case "LSTM":
            return parse_lstm(fields)
        case "ConvNet":
            return parse_convnet(fields)
        case "Linear":
            return parse_linear(fields)
        case _:
            return parse_container(fields, scope, metadata)


def _check_sizes(value: Value, config: Config) -> None:
    extent = reach(config)
    count = weight_count(config)
    for what, size, limit in (
        ("receptive field", extent.past_samples + 1, limits.RECEPTIVE_FIELD_SAMPLES),
        ("history", extent.history_samples, limits.HISTORY_SAMPLES),
        ("number of weights", count, limits.WEIGHTS),
    ):
        if size > limit:
            value.refuse(f"the model's {what} of {size:,} is too large", f"at most {limit:,}")


def _weights(fields: Fields, config: Config) -> npt.NDArray[np.float32]:
    value = fields.required("weights")
    raw = value.raw
    if not isinstance(raw, list):
        value.refuse("not a list", "a list of numbers")
    if isinstance(config, ContainerConfig):
        if raw:
            message = "a container has no weights of its own; these are ignored."
            value.note("weights-in-container", message, Edit(value.path, []))
        return np.zeros(0, np.float32)
    count = weight_count(config)
    if len(raw) != count:
        value.refuse("the number of weights does not fit the config", f"{count:,} numbers")
    if not {float, int}.issuperset(map(type, raw)):
        index = next(i for i, number in enumerate(raw) if type(number) not in {float, int})
        Value(raw[index], (*value.path, index), value.notices).refuse("not a number", "a number")
    with np.errstate(over="ignore"):
        weights = np.array(raw, np.float64).astype(np.float32)
    bad = np.flatnonzero(~np.isfinite(weights))
    if bad.size:
        index = int(bad[0])
        Value(raw[index], (*value.path, index), value.notices).refuse(
            "too large for a weight", "a number within float32"
        )
    return weights
