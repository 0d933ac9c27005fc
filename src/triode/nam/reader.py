"""Reading `.nam` files."""

import os
from collections.abc import Mapping
from pathlib import Path

from triode.errors import NamFileError
from triode.nam import limits
from triode.nam.model import Config, Model
from triode.nam.notices import path_text
from triode.nam.parser import (
    Notices,
    Value,
    decode_json,
    encode_mapping,
    parse_config_value,
    parse_document,
)

__all__ = ["load_bytes", "load_document", "naming_file", "parse", "parse_config", "read"]


def read(path: str | os.PathLike[str]) -> Model:
    """The model in the file at `path`.

    Raises:
        NamFileError: The file cannot be read, breaks a rule of the format or a limit; the error
            names the file and the field.
    """
    document = load_document(path)
    try:
        return parse_document(document)[0]
    except NamFileError as error:
        raise naming_file(error, path) from error


def parse(document: bytes | str | Mapping[str, object]) -> Model:
    """The model in the JSON text or object `document`; the object is copied, never kept.

    Raises:
        NamFileError: As in `read`.
    """
    text = encode_mapping(document) if isinstance(document, Mapping) else document
    return parse_document(decode_json(text))[0]


def parse_config(
    architecture: str, config: Mapping[str, object], sample_rate_hz: float | None = None
) -> Config:
    """The typed config in a `.nam`-like object that has no weights, such as a recipe's.

    Args:
        architecture: As a file names it: WaveNet, LSTM, ConvNet, Linear or SlimmableContainer.
        config: As under a file's `config`; a nested model is whole, with its own weights.
        sample_rate_hz: The rate that nested models must agree with.

    Raises:
        NamFileError: As in `read`; places are counted from `config`. An unknown key is refused
            here, since whoever writes a recipe can correct it.
    """
    notices = Notices()
    raw = decode_json(encode_mapping(config))
    value = Value(raw, ("config",), notices)
    result = parse_config_value(architecture, value, sample_rate_hz)
    unknown = next((notice for notice in notices.items if notice.id == "unknown-key"), None)
    if unknown is not None:
        _, _, suggested = unknown.message.partition(". ")
        raise NamFileError(
            "unknown key",
            where=path_text(unknown.path),
            hint=suggested or "Take it out, or look up its name in the reference of recipes.",
        )
    return result


def load_document(path: str | os.PathLike[str]) -> dict[str, object]:
    """The JSON object in the file at `path`, before any rule of the format is looked at."""
    data = load_bytes(path)
    try:
        return decode_json(data)
    except NamFileError as error:
        raise naming_file(error, path) from error


def load_bytes(path: str | os.PathLike[str]) -> bytes:
    """What the file at `path` holds, up to one byte more than a `.nam` file may have."""
    try:
        with Path(path).open("rb") as file:
            return file.read(limits.FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NamFileError(
            "the file cannot be read",
            where=os.fspath(path),
            got=reason,
            hint="Check the path and that you may read the file.",
        ) from error


def naming_file(error: NamFileError, path: str | os.PathLike[str]) -> NamFileError:
    """`error` with the file's name in front of its place."""
    name = os.fspath(path)
    return NamFileError(
        error.problem,
        where=name if error.where is None else f"{name}: {error.where}",
        expected=error.expected,
        got=error.got,
        hint=error.hint,
    )
