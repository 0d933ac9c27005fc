"""What captures of `recipe_runs.py` sound like beside their gear: quiet passages, aliasing, offset.

python benchmarks/recipe_quality.py PAIRS WORK [--names reference a2 smooth]

Measures every size of the captures in WORK as `triode compare` does and writes them to
results/recipe_quality.json, where what was measured of other captures stays.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from machine import RESULTS, write_result

from triode.report.comparison import compare
from triode.report.measures import comparison_json

__all__ = ["main"]

KEPT = ("esr", "decays_db", "tails_db", "offset_db", "noise_db", "aliasing_db")


def measured(pairs: Path, gear: str, captures: Sequence[Path]) -> list[dict[str, Any]]:
    """A row for every size of the captures of one piece of gear."""
    found = comparison_json(compare(captures, pairs / "dry.flac", pairs / f"{gear}.flac"))
    rows = []
    for one in found["captures"]:
        name, _, seed, _ = one["file"].split(".")
        row = {"name": name, "gear": gear, "seed": int(seed), "size": one["size"]}
        rows.append(row | {key: one[key] for key in KEPT})
    return rows


def kept(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What was measured earlier of other captures."""
    path = RESULTS / "recipe_quality.json"
    if not path.is_file():
        return []
    anew = {(row["name"], row["gear"], row["seed"]) for row in rows}
    earlier = json.loads(path.read_text(encoding="utf-8"))["captures"]
    return [row for row in earlier if (row["name"], row["gear"], row["seed"]) not in anew]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure all gear of which there are captures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pairs", type=Path, help="folder with dry.flac and wet recordings")
    parser.add_argument("work", type=Path, help="folder with the captures of recipe_runs.py")
    parser.add_argument(
        "--names", nargs="+", default=["reference", "a2", "smooth"], help="of the runs"
    )
    options = parser.parse_args(arguments)
    by_gear: dict[str, list[Path]] = {}
    for name in options.names:
        for path in sorted(options.work.glob(f"{name}.*.nam")):
            by_gear.setdefault(path.name.split(".")[1], []).append(path)
    rows = []
    for gear, captures in by_gear.items():
        rows += measured(options.pairs, gear, captures)
        print(gear, len(captures), flush=True)
    print(write_result("recipe_quality", {"captures": kept(rows) + rows}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
