"""The engine's speed table: what must be, what should be, and what this machine measures.

python benchmarks/engine.py [--quick] [SECTION ...]

Everything is timed side by side with what it is compared with, and ratios are printed. The peers
need `pip install 'triode[bench]'`, Node.js and `npm ci --prefix tests/conformance`; what is missing
is named and left out. `--quick` only shows that everything works: its figures mean nothing, and no
result is written.
"""

import argparse
import importlib.util
import os
import sys
import time
from collections.abc import Callable

from compiling import compiling
from figures import QUICK, Effort, Figure
from machine import write_result
from mix_times import mix_times
from peers import peers
from rendering import hour, whole_file
from shares import peak_shares
from wasm_peer import missing_for_wasm, wasm_peer

from triode.runtime.benchmark import Benchmark

__all__ = ["SECTIONS", "main", "run"]

SECTIONS: dict[str, Callable[[Effort], list[Figure]]] = {
    "peak": peak_shares,
    "mixes": lambda effort: mix_times(Benchmark(), effort),
    "peers": peers,
    "wasm": lambda effort: [] if missing_for_wasm() else wasm_peer(effort),
    "render": whole_file,
    "hour": hour,
    "compile": compiling,
}
HEADER = f"{'what':<45} {'must':>9} {'aim':>9} {'median':>9} {'quartiles':>19} {'of must':>9} keeps"


def run(names: list[str], effort: Effort) -> list[Figure]:
    """Measure the sections `names`, printing each figure as soon as it is known."""
    print(HEADER)
    found = []
    for name in names:
        for figure in SECTIONS[name](effort):
            print(figure.line(), flush=True)
            for remark in figure.details.get("worst", ()):
                print(f"    {remark}")
            found.append(figure)
    return found


def missing() -> list[str]:
    """What is not installed, so that its figures are left out."""
    absent = [
        f"{name} is not installed: pip install 'triode[bench]'"
        for name in ("torch", "onnx", "onnxruntime")
        if importlib.util.find_spec(name) is None
    ]
    return [*absent, *(text for text in (missing_for_wasm(),) if text)]


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, write the result; 1 when a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="only see whether it works")
    parser.add_argument("sections", nargs="*", help=f"of {', '.join(SECTIONS)}; default all")
    options = parser.parse_args(arguments)
    unknown = set(options.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    names = options.sections or list(SECTIONS)
    start, load_before = time.monotonic(), _load()
    figures = run(names, QUICK if options.quick else Effort())
    for text in missing():
        print(f"Left out: {text}")
    load_after = _load()
    print(f"{time.monotonic() - start:.0f} s; load of the machine {load_before} to {load_after}")
    broken = [figure.what for figure in figures if figure.verdict == "MISSED"]
    if not options.quick and names == list(SECTIONS):
        document = {
            "missing": missing(),
            "load_before": load_before,
            "load_after": load_after,
            "figures": [figure.to_json() for figure in figures],
        }
        print(write_result("engine", document))
    return 1 if broken and not options.quick else 0


def _load() -> list[float] | None:
    """Runnable processes over the last 1, 5 and 15 minutes, where the system says it."""
    return [round(load, 1) for load in os.getloadavg()] if hasattr(os, "getloadavg") else None


if __name__ == "__main__":
    sys.exit(main())
