"""What this machine has for playing models: compilers, instruction sets, cache, extras."""

import importlib
import importlib.metadata
import importlib.util
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from triode.compiler import Compiler, host_isas, known_compilers
from triode.compiler.artifact import library_suffix
from triode.compiler.cache import cache_entries, cache_folder, cache_path
from triode.compiler.toolchain import build_shared_library, find_compiler
from triode.errors import CompileError

__all__ = [
    "EXTRAS",
    "CacheFacts",
    "CompilerFacts",
    "Diagnosis",
    "ExtraFacts",
    "diagnose",
]

_TRAIN = ("torch", "ziglang")
_STUDIO = ("fastapi", "jinja2", "pyloudnorm", "python-multipart", "uvicorn")
EXTRAS = {
    "toolchain": ("ziglang",),
    "train": _TRAIN,
    "live": ("sounddevice",),
    "studio": _STUDIO,
    "capture": (*_TRAIN, "sounddevice", *_STUDIO),
    "listen": ("psycopg", "pyyaml", "sqlalchemy", "statsmodels", *_STUDIO),
    "study": (*_TRAIN, "fsspec", "optuna", "psycopg", "ray", "sqlalchemy"),
}
"""The packages of each extra, as pyproject.toml names them."""

_IMPORTED_AS = {"python-multipart": "python_multipart", "pyyaml": "yaml"}
"""Where that is not the package's own name."""

_TRIAL = "int triode_trial(int x);\nint triode_trial(int x) { return x + 1; }\n"


@dataclass(frozen=True, kw_only=True)
class CompilerFacts:
    """A compiler: where it came from, what it is, and what went wrong when it was tried."""

    origin: str
    command: tuple[str, ...]
    version: str
    works: bool
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class CacheFacts:
    """The folder of compiled models.

    Attributes:
        path: Where it is, or would be.
        entries: Libraries in it.
        size_bytes: What they take.
        safe: Whether nobody else can put code into it; otherwise no code is loaded from it.
        problem: Why it is not used.
    """

    path: str
    entries: int
    size_bytes: int
    safe: bool = True
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class ExtraFacts:
    """An extra of Triode and which of its packages are there, with version or None."""

    name: str
    packages: dict[str, str | None]
    problem: str | None = None

    @property
    def installed(self) -> bool:
        """Whether all packages are there and usable."""
        return self.problem is None and None not in self.packages.values()


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """Everything that `triode doctor` says.

    Attributes:
        compilers: Every one found, the one in use first unless it does not work.
        instruction_sets: Widest first.
        cache: The folder of compiled models.
        extras: All of them.
        can_compile: Whether models get machine code: the compiler that would be used works.
        advice: What is missing and how to get it.
    """

    compilers: tuple[CompilerFacts, ...]
    instruction_sets: tuple[str, ...]
    cache: CacheFacts
    extras: tuple[ExtraFacts, ...]
    can_compile: bool
    advice: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Everything as plain values."""
        facts = asdict(self)
        for extra, one in zip(facts["extras"], self.extras, strict=True):
            extra["installed"] = one.installed
        return facts


def diagnose() -> Diagnosis:
    """Look at this machine; every compiler found is tried on a line of C."""
    compilers = tuple(_tried(compiler) for compiler in known_compilers())
    cache = _cache()
    extras = tuple(_extra(name, packages) for name, packages in EXTRAS.items())
    wrong_choice = _wrong_choice()
    advice = [] if wrong_choice is None else [wrong_choice]
    return Diagnosis(
        compilers=compilers,
        instruction_sets=tuple(isa.name for isa in host_isas()),
        cache=cache,
        extras=extras,
        can_compile=bool(compilers) and compilers[0].works and not wrong_choice and cache.safe,
        advice=(*advice, *_advice(compilers, cache, extras)),
    )


def _wrong_choice() -> str | None:
    """What is wrong with $TRIODE_CC."""
    try:
        find_compiler()
    except CompileError as error:
        return str(error)
    return None


def _tried(compiler: Compiler) -> CompilerFacts:
    problem = None
    folder = Path(tempfile.mkdtemp(prefix="triode-doctor-"))
    try:
        build_shared_library(compiler, _TRIAL, (), folder / f"trial{library_suffix()}")
    except CompileError as error:
        problem = str(error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return CompilerFacts(
        origin=compiler.origin,
        command=compiler.command,
        version=compiler.version,
        works=problem is None,
        problem=problem,
    )


def _cache() -> CacheFacts:
    path, safe, problem = cache_path(), True, None
    try:
        cache_folder()
        with tempfile.TemporaryFile(dir=path):
            pass
    except CompileError as error:
        safe, problem = False, str(error)
    except OSError as error:
        problem = f"it cannot be written, so models are compiled again in every process: {error}"
    size = sum(entry.stat().st_size for entry in cache_entries(path))
    return CacheFacts(
        path=str(path),
        entries=len(cache_entries(path, library_suffix())),
        size_bytes=size,
        safe=safe,
        problem=problem,
    )


def _extra(name: str, packages: tuple[str, ...]) -> ExtraFacts:
    versions = {package: _version(package) for package in packages}
    problem = None
    if versions.get("sounddevice") is not None:
        try:
            importlib.import_module("sounddevice")
        except OSError as error:
            problem = f"sounddevice does not find its library: {error}"
    return ExtraFacts(name=name, packages=versions, problem=problem)


def _version(package: str) -> str | None:
    if importlib.util.find_spec(_IMPORTED_AS.get(package, package)) is None:
        return None
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _advice(
    compilers: tuple[CompilerFacts, ...], cache: CacheFacts, extras: tuple[ExtraFacts, ...]
) -> Iterator[str]:
    if not any(compiler.works for compiler in compilers):
        yield (
            "No C compiler works, so models play slowly. "
            "Get one with: pip install 'triode[toolchain]'"
        )
    elif not compilers[0].works:
        yield (
            f"The compiler that is used first, {compilers[0].origin}, does not work. "
            f"Repair it, or name another one, for example: TRIODE_CC="
            f"{next(one.origin for one in compilers if one.works)}"
        )
    if cache.problem is not None:
        yield f"The cache folder is not used: {cache.problem}"
    for extra in extras:
        if extra.problem is not None:
            yield (
                f"Extra {extra.name}: {extra.problem}. Install PortAudio with your system's "
                "packages (libportaudio2 on Debian and Ubuntu, portaudio elsewhere)."
            )
        elif not extra.installed:
            yield f"Extra {extra.name} is not complete: pip install 'triode[{extra.name}]'"
