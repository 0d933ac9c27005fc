"""Compiled artifacts on disk: private to the user, keyed by everything that decides their bytes.

An entry is a shared library and, written after it, a file with its checksum; an entry whose
checksum is missing or wrong is built again. Two processes that build the same entry at the same
time each make their own and rename it into place.
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
from triode.files import write_text_atomically

__all__ = ["artifact_key", "cache_folder", "cached_artifact"]


def cache_folder() -> Path:
    """The folder of compiled artifacts, made if need be: $TRIODE_CACHE or the user's cache folder.

    Raises:
        CompileError: Somebody else owns it or may write to it.
        OSError: It cannot be made.
    """
    chosen = os.environ.get("TRIODE_CACHE")
    folder = Path(chosen) if chosen else user_cache_path("triode", appauthor=False) / "artifacts"
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
                got=oct(stat.S_IMODE(facts.st_mode)),
                hint="Code from it would be run; take the permission away with chmod 700.",
            )
    return folder


def artifact_key(source: str, flags: Sequence[str], compiler: str, cpu: str) -> str:
    """The name of an artifact: a digest of source, flags, compiler, CPU and Triode's version."""
    digest = hashlib.sha256()
    for part in (source, *flags, compiler, cpu, __version__):
        digest.update(part.encode())
        digest.update(b"\0")
    return digest.hexdigest()[:32]


def cached_artifact(key: str, suffix: str, build: Callable[[Path], None]) -> Path:
    """The library with this key, built by `build(path)` unless a sound one is there.

    When the cache folder cannot be made or written, the artifact goes to a private temporary
    folder that lasts as long as the process, so that playing still works.

    Raises:
        CompileError: Building failed, or the cache folder is not safe to load code from.
    """
    try:
        target = cache_folder() / f"{key}{suffix}"
        return target if _sound(target) else _build(target, build)
    except OSError:
        private = Path(tempfile.mkdtemp(prefix="triode-"))
        atexit.register(shutil.rmtree, private, ignore_errors=True)
        return _build(private / f"{key}{suffix}", build)


def _build(target: Path, build: Callable[[Path], None]) -> Path:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-", suffix=target.suffix)
    os.close(handle)
    fresh = Path(name)
    try:
        build(fresh)
        digest = hashlib.sha256(fresh.read_bytes()).hexdigest()
        try:
            fresh.replace(target)
        except PermissionError:
            # Windows does not rename over a library that another process has loaded; that
            # process renamed its own, equal one here.
            if not _sound(target):
                raise
        write_text_atomically(_checksum_path(target), digest)
    finally:
        fresh.unlink(missing_ok=True)
    return target


def _checksum_path(target: Path) -> Path:
    return target.with_suffix(".sha256")


def _sound(target: Path) -> bool:
    try:
        expected = _checksum_path(target).read_text("utf-8").strip()
        return hashlib.sha256(target.read_bytes()).hexdigest() == expected
    except OSError:
        return False
