"""Compiled artifacts on disk: private to the user, keyed by everything that decides their bytes.

An entry's name holds its key and the checksum of its bytes, so it appears whole with one rename.
Two processes that build the same entry at the same time each make their own. An entry whose bytes
do not fit its name is removed and built again.
"""

import atexit
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from platformdirs import user_cache_path

from triode import __version__
from triode.errors import CompileError

__all__ = ["artifact_key", "cache_entries", "cache_folder", "cache_path", "cached_artifact"]

_KEY_DIGITS = 32
_CHECKSUM_DIGITS = 32


def cache_path() -> Path:
    """Where compiled artifacts go: $TRIODE_CACHE, or a folder in the user's cache folder."""
    chosen = os.environ.get("TRIODE_CACHE")
    return Path(chosen) if chosen else user_cache_path("triode", appauthor=False) / "artifacts"


def cache_folder() -> Path:
    """The folder of compiled artifacts, made if need be.

    Raises:
        CompileError: Somebody else owns it or may write to it.
        OSError: It cannot be made.
    """
    folder = cache_path()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = folder.stat()
    if os.name == "posix":
        if facts.st_uid != os.geteuid():
            raise CompileError(
                "the cache folder belongs to somebody else",
                where=folder,
                hint="Code from it would be run; name a folder of your own with TRIODE_CACHE.",
            )
        if facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise CompileError(
                "others may write to the cache folder",
                where=folder,
                expected="mode 0700",
                got=f"0{stat.S_IMODE(facts.st_mode):o}",
                hint="Code from it would be run; take the permission away with chmod 700.",
            )
    return folder


def cache_entries(folder: Path, suffix: str = ".*") -> list[Path]:
    """Every artifact in `folder` with that suffix; none when there is no such folder."""
    if not folder.is_dir():
        return []
    name = f"{'[0-9a-f]' * _KEY_DIGITS}-{'[0-9a-f]' * _CHECKSUM_DIGITS}{suffix}"
    return sorted(folder.glob(name))


def artifact_key(source: str, flags: Sequence[str], compiler: str, cpu: str) -> str:
    """The name of an artifact: a digest of source, flags, compiler, CPU and Triode's version."""
    digest = hashlib.sha256()
    for part in (source, *flags, compiler, cpu, __version__):
        digest.update(part.encode())
        digest.update(b"\0")
    return digest.hexdigest()[:_KEY_DIGITS]


def cached_artifact(key: str, suffix: str, build: Callable[[Path], None]) -> Path:
    """The library with this key, built by `build(path)` unless a sound one is there.

    When the cache folder cannot be made or written, the artifact goes to a private temporary
    folder that lasts as long as the process, so that playing still works.

    Raises:
        CompileError: Building failed, the cache folder is not safe to load code from, or nothing
            can be written anywhere.
    """
    try:
        folder = cache_folder()
        return _sound_entry(folder, key, suffix) or _build(folder, key, suffix, build)
    except OSError:
        return _build_privately(key, suffix, build)


def _build_privately(key: str, suffix: str, build: Callable[[Path], None]) -> Path:
    try:
        private = Path(tempfile.mkdtemp(prefix="triode-"))
        atexit.register(shutil.rmtree, private, ignore_errors=True)
        return _build(private, key, suffix, build)
    except OSError as error:
        raise CompileError(
            "there is no room for compiled code",
            where=error.filename,
            got=error.strerror or error,
            hint="Make room on the disk, or name another folder with TRIODE_CACHE.",
        ) from error


def _sound_entry(folder: Path, key: str, suffix: str) -> Path | None:
    """An entry whose bytes are those it was made with; others are removed."""
    for entry in sorted(folder.glob(f"{key}-*{suffix}")):
        if entry.name == _entry_name(key, entry, suffix):
            return entry
        entry.unlink(missing_ok=True)
    return None


def _build(folder: Path, key: str, suffix: str, build: Callable[[Path], None]) -> Path:
    handle, name = tempfile.mkstemp(dir=folder, prefix=".new-", suffix=suffix)
    os.close(handle)
    fresh = Path(name)
    try:
        build(fresh)
        entry = folder / _entry_name(key, fresh, suffix)
        # Windows does not rename over a library that is loaded; an equal name means equal bytes.
        if not (os.name == "nt" and entry.exists()):
            fresh.replace(entry)
    finally:
        fresh.unlink(missing_ok=True)
    return entry


def _entry_name(key: str, library: Path, suffix: str) -> str:
    checksum = hashlib.sha256(library.read_bytes()).hexdigest()[:_CHECKSUM_DIGITS]
    return f"{key}-{checksum}{suffix}"
