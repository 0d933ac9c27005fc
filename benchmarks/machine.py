"""The identity of the machine a benchmark ran on, and the file its figures go to."""

import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from triode.files import write_text_atomically

__all__ = ["machine", "write_result"]

RESULTS = Path(__file__).resolve().parent / "results"
PACKAGES = ("triode", "numpy", "scipy", "torch", "onnxruntime", "ziglang", "typer", "rich")
INTERESTING_FLAGS = {"amx_tile", "asimd", "avx", "avx2", "avx512bw", "avx512f", "avx512vl"} | {
    "avx512_vnni",
    "fma",
    "neon",
    "sse4_2",
    "sve",
    "sve2",
}


def machine() -> dict[str, Any]:
    """CPU, cores, flags, system, Python and the versions of the packages that matter."""
    model, flags = _cpu()
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "flags": sorted(INTERESTING_FLAGS & flags),
        "system": f"{platform.system()} {platform.machine()} {'-'.join(platform.libc_ver())}".strip(
            " -"
        ),
        "python": sys.version.split()[0],
        "packages": {name: version for name in PACKAGES if (version := _version(name))},
    }


def write_result(name: str, figures: dict[str, Any]) -> Path:
    """Write `figures` with the machine's identity and the date to results/NAME.json."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    date = datetime.now(UTC).date().isoformat()
    document = {"benchmark": name, "date": date, "machine": machine(), **figures}
    write_text_atomically(path, json.dumps(document, indent=2) + "\n")
    return path


def _cpu() -> tuple[str, set[str]]:
    """Model name and flags; Linux tells most, the others what `platform` knows."""
    information = Path("/proc/cpuinfo")
    if not information.is_file():
        return platform.processor() or platform.machine(), set()
    fields: dict[str, str] = {}
    for line in information.read_text(encoding="utf-8", errors="replace").splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), value.strip())
    flags = fields.get("flags") or fields.get("Features") or ""
    return fields.get("model name", platform.machine()), set(flags.split())


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    print(json.dumps(machine(), indent=2))
