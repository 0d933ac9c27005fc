"""SHA-256 of files, and JSON objects that carry their own.

A checksum tells that something was changed by accident or without thought. It proves nothing about
who made it: anyone can compute it anew.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from triode.errors import TestSetError

__all__ = ["SEAL", "bytes_sha256", "file_sha256", "sealed", "unsealed"]

SEAL = "sha256"


def bytes_sha256(data: bytes) -> str:
    """The checksum of `data` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def file_sha256(path: Path) -> str:
    """The checksum of a file's content.

    Raises:
        TestSetError: It cannot be read.
    """
    try:
        return bytes_sha256(path.read_bytes())
    except OSError as error:
        raise TestSetError(
            "a file of the test set cannot be read", where=path, got=error.strerror or error
        ) from error


def sealed(document: Mapping[str, Any]) -> dict[str, Any]:
    """`document` with the checksum of everything else in it, whatever the order of its keys."""
    return {**document, SEAL: _checksum(document)}


def unsealed(text: bytes, where: Path) -> dict[str, Any]:
    """The object in `text`, whose checksum is right, without it.

    Raises:
        TestSetError: It is no JSON object, or was changed since it was written.
    """
    try:
        document = json.loads(text.decode("utf-8"), parse_constant=_refuse_constant)
    except ValueError as error:
        raise TestSetError("the file is not JSON", where=where, got=error) from error
    seal = document.pop(SEAL, None) if isinstance(document, dict) else None
    if not isinstance(seal, str):
        raise TestSetError(
            "the file was not written by triode testset",
            where=where,
            expected=f"a JSON object with its checksum under {SEAL}",
        )
    found = _checksum(document)
    if seal != found:
        raise TestSetError(
            "the file was changed after it was written",
            where=where,
            expected=f"the checksum {seal[:16]}...",
            got=f"{found[:16]}...",
            hint="Get the file as it was written, or make it again.",
        )
    return dict(document)


def _checksum(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return bytes_sha256(text.encode())


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")
