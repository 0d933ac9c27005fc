"""Writing `.nam` files."""

import copy
import json
import os
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from triode.errors import NamFileError
from triode.files import refuse_overwrite, require_suffix, write_bytes_atomically
from triode.nam.canonical import canonical_config, plain_number
from triode.nam.editing import carry_over
from triode.nam.layout import weight_count
from triode.nam.model import Model
from triode.nam.parser import decode_json, encode_mapping, parse_document
from triode.nam.versions import lowest_version

__all__ = ["to_bytes", "to_document", "write"]


def to_document(model: Model) -> dict[str, object]:
    """The JSON object for `model`.

    A model made in memory gets the canonical form: the lowest version that holds its content,
    the JSON shape on which players are fast, each weight as the shortest decimal that reads back
    as the same float32. A model that was read keeps its own document; only what was changed since
    is replaced, and unknown keys stay.

    Raises:
        NamFileError: The weights are not finite or not as many as the config demands.
    """
    if model.document is None:
        return _canonical(model, to_document)
    original, notices = parse_document(decode_json(encode_mapping(model.document)))
    result: dict[str, object] = copy.deepcopy(dict(model.document))
    before, now = _canonical(original, _essence), _canonical(model, _essence)
    written = _canonical(model, to_document)
    if before["architecture"] != now["architecture"] or before["config"] != now["config"]:
        unknown = [notice.path for notice in notices if notice.id == "unknown-key"]
        # Nested models keep their own unknown keys, in documents of their own.
        carry_over(written, result, [p for p in unknown if "model" not in p[:-1]])
        result |= {key: written[key] for key in ("architecture", "config", "version")}
    elif original.version != model.version:
        result["version"] = model.version
    if not np.array_equal(original.weights, model.weights):
        result["weights"] = written["weights"]
    for key, changed in (
        ("sample_rate", original.sample_rate_hz != model.sample_rate_hz),
        ("metadata", before.get("metadata") != now.get("metadata")),
    ):
        if changed and key in written:
            result[key] = written[key]
        elif changed:
            result.pop(key, None)
    return result


def to_bytes(model: Model) -> bytes:
    """The bytes that `write` puts into a file: the same model gives the same bytes.

    Raises:
        NamFileError: The model could not be read back, or no player would load it.
    """
    document = to_document(model)
    text = json.dumps(document, ensure_ascii=True, allow_nan=False, separators=(",", ":")) + "\n"
    _, notices = parse_document(decode_json(text))
    refused = next((notice for notice in notices if notice.id == "softsigmoid"), None)
    if refused is not None:
        raise NamFileError(
            refused.text.rstrip("."),
            hint="Train with another activation to make a file that players load.",
        )
    return text.encode("ascii")


def write(model: Model, path: str | os.PathLike[str], *, force: bool = False) -> None:
    """Write `model` to `path`, whole or not at all.

    Raises:
        NamFileError: As in `to_bytes`.
        OutputError: `path` does not end in `.nam`, exists and `force` is not set, or cannot be
            written.
    """
    require_suffix(path, ".nam")
    refuse_overwrite(path, force=force)
    write_bytes_atomically(path, to_bytes(model))


def _essence(model: Model) -> dict[str, object]:
    """What decides whether a nested model was changed."""
    return _canonical(model, _essence) | {"version": model.version}


def _canonical(model: Model, nested: Callable[[Model], dict[str, object]]) -> dict[str, object]:
    result: dict[str, object] = {"version": lowest_version(model.config)}
    if model.metadata:
        result["metadata"] = _checked_metadata(model)
    result |= {
        "architecture": model.architecture,
        "config": canonical_config(model.config, nested),
        "weights": _decimals(model),
    }
    if model.sample_rate_hz is not None:
        result["sample_rate"] = plain_number(float(model.sample_rate_hz))
    return result


def _checked_metadata(model: Model) -> dict[str, object]:
    """A copy of the metadata as plain JSON values."""
    return decode_json(encode_mapping(model.metadata))


def _decimals(model: Model) -> list[float]:
    """The weights as Python floats whose text is the shortest that means the same float32."""
    weights: npt.NDArray[np.float32] = np.asarray(model.weights)
    count = weight_count(model.config)
    if weights.shape != (count,) or weights.dtype != np.float32:
        raise NamFileError(
            "the weights do not fit the config",
            where="weights",
            expected=f"{count:,} float32 numbers",
            got=f"shape {weights.shape}, {weights.dtype}",
        )
    if not np.isfinite(weights).all():
        index = int(np.flatnonzero(~np.isfinite(weights))[0])
        raise NamFileError(
            "a weight is not finite",
            where=f"weights[{index}]",
            expected="a finite number",
            got=weights[index],
            hint="Training diverged: use an earlier checkpoint or a lower learning rate.",
        )
    decimals = [float(text) for text in map(str, weights)]
    # Nine digits name a float32, but reading them goes through a double first.
    exact = np.array(decimals, np.float64).astype(np.float32) == weights
    return [
        short if same else float(w) for short, same, w in zip(decimals, exact, weights, strict=True)
    ]
