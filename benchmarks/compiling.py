"""How long the first A2 file takes to load, when everything is compiled, and how long the second.

The compilers are those that are Clang: zig, and whichever else is there.

Each measurement is a process of its own with a cache folder of its own. A cold one compiles with
nothing on disk, not even what the compiler keeps for itself.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from captures import a2_container
from figures import Effort, Figure, quartiles

from triode.compiler.toolchain import Compiler, known_compilers
from triode.nam import write

__all__ = ["compiling"]

COLD_MUST_SECONDS = 6.0
WARM_MUST_MILLISECONDS = 50.0
WARM_PROCESSES = 5
TIMEOUT_SECONDS = 600
ZIG = "the ziglang package"
# Importing is paid once per program, and `benchmarks/help_time.py` watches over it.
LOADER = """\
import json, sys, time
from triode import load
found = []
for path in sys.argv[1:]:
    wall, start = time.perf_counter(), time.process_time()
    load(path).close()
    found.append({"wall": time.perf_counter() - wall, "cpu": time.process_time() - start})
print(json.dumps(found))
"""


def compiling(effort: Effort) -> list[Figure]:
    """Cold compile of an A2 container with every compiler found, and the second file's load."""
    figures = []
    fresh: list[dict[str, float]] = []
    same: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="compiling-") as text:
        folder = Path(text)
        paths = [folder / "first.nam", folder / "second.nam"]
        for seed, path in enumerate(paths):
            write(a2_container(seed), path)
        for number, compiler in enumerate(_compilers()):
            cache = folder / f"cache{number}"
            cold, second = _load(cache, compiler, paths)
            same.append(second)
            for _ in range(min(WARM_PROCESSES, effort.rounds)):
                fresh += _load(cache, compiler, paths[1:])
            figures.append(
                Figure.of(
                    f"cold load of an A2 file, {_short(compiler)}",
                    "s",
                    [cold["wall"]],
                    must=COLD_MUST_SECONDS,
                    more_is_better=False,
                    details={"compiler": compiler.identity, "origin": compiler.origin},
                )
            )
    limits = {"must": WARM_MUST_MILLISECONDS, "more_is_better": False}
    for what, times in (("fresh", fresh), ("the same", same)):
        wall, cpu = ([1e3 * one[clock] for one in times] for clock in ("wall", "cpu"))
        name = f"second A2 file, {what} process: load"
        details = {"cpu_milliseconds": quartiles(cpu)[1]}
        figures.append(Figure.of(name, "ms", wall, details=details, **limits))
    return figures


def _compilers() -> list[Compiler]:
    """Every Clang once, whatever it is called."""
    found: dict[str, Compiler] = {}
    for compiler in known_compilers():
        if "clang" in compiler.identity or compiler.origin == ZIG:
            found.setdefault(compiler.identity, compiler)
    return list(found.values())


def _short(compiler: Compiler) -> str:
    return re.sub(r".*\b(zig|clang)\D*([\d.]+).*", r"\1 \2", compiler.version)


def _load(cache: Path, compiler: Compiler, paths: list[Path]) -> list[dict[str, float]]:
    """Seconds that loading each of `paths` takes in a fresh process, by two clocks."""
    environment = {**os.environ, "TRIODE_CACHE": os.fspath(cache)}
    environment.pop("TRIODE_CC", None)
    if compiler.origin != ZIG:
        environment["TRIODE_CC"] = compiler.command[0]
    done = subprocess.run(
        [sys.executable, "-c", LOADER, *map(os.fspath, paths)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    seconds: list[dict[str, float]] = json.loads(done.stdout)
    return seconds
