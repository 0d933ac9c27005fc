"""Trainings with different recipes on the same recordings, for docs/training-experiments.md.

python benchmarks/recipe_runs.py PAIRS -o WORK [--plan PLAN] [--jobs 2] [--only NAME ...]

PAIRS is a folder with dry.flac and one wet recording per piece of gear. The plan names runs: a
recipe, what is changed in it, seeds and gear. Each training is what `triode train` does, on one
thread; what was interrupted goes on where it was, and finished ones are not repeated: their curves
are lines of results/recipe_runs.jsonl. `recipe_tables.py` makes tables of them.
"""

import argparse
import json
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from machine import RESULTS, machine
from training_tricks import TRICKS

from triode.errors import TriodeError
from triode.training import load_recipe, train
from triode.training.recipe import Recipe

__all__ = ["main"]

PLAN = Path(__file__).with_suffix(".toml")
CURVES = RESULTS / "recipe_runs.jsonl"


@dataclass(frozen=True, kw_only=True)
class Run:
    """One training.

    Attributes:
        name: What the plan calls it.
        recipe: The name of the shipped recipe that it starts from, or of a file beside this one.
        changes: Dotted keys of the recipe and their values.
        start: The run whose capture of the same gear and seed it starts from; "" for none.
        trick: What is done to the loop besides, by its name in `training_tricks`; "" for nothing.
        gear: The wet recording's name.
        seed: Of weights and windows.
    """

    name: str
    recipe: str
    changes: Mapping[str, Any]
    start: str
    trick: str
    gear: str
    seed: int

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return f"{self.name}.{self.gear}.{self.seed}"

    def whole_recipe(self) -> Recipe:
        """The recipe with all changes."""
        path = Path(__file__).parent / self.recipe
        recipe = load_recipe(path if path.suffix else self.recipe)
        document = recipe.model_dump()
        for key, value in self.changes.items():
            *path, last = key.split(".")
            table = document
            for part in path:
                table = table[part]
            table[last] = value
        return recipe.changed(**{**document, "seed": self.seed})


def planned(plan: Path) -> Iterator[Run]:
    """All runs, in the plan's order; of each table the first seeds of all gear first."""
    for table in tomllib.loads(plan.read_text(encoding="utf-8"))["runs"]:
        for seed in table["seeds"]:
            for gear in table["gear"]:
                yield Run(
                    name=table["name"],
                    recipe=table["recipe"],
                    changes=table.get("changes", {}),
                    start=table.get("start", ""),
                    trick=table.get("trick", ""),
                    gear=gear,
                    seed=seed,
                )


def refuse_impossible(run: Run, pairs: Path) -> None:
    """End the program where a run cannot be carried out, before the first begins."""
    try:
        run.whole_recipe()
    except (KeyError, TypeError) as error:
        raise SystemExit(f"{run.name}: recipe {run.recipe} has no table {error}") from error
    except TriodeError as error:
        raise SystemExit(f"{run.name}: {error}") from error
    if run.trick and run.trick not in TRICKS:
        raise SystemExit(f"{run.name}: no trick {run.trick!r}; there are {', '.join(TRICKS)}")
    for name in ("dry", run.gear):
        if not (pairs / f"{name}.flac").is_file():
            raise SystemExit(f"{run.name}: there is no {name}.flac in {pairs}")


def finished(curves: Path) -> set[str]:
    """Keys of the runs whose curves are there."""
    if not curves.is_file():
        return set()
    return {json.loads(line)["key"] for line in curves.read_text(encoding="utf-8").splitlines()}


def carry_out(run: Run, pairs: Path, work: Path) -> dict[str, Any]:
    """Train, and give the curve."""
    output = work / f"{run.key}.nam"
    resume = output.with_suffix(".checkpoint").exists()
    recipe = run.whole_recipe()
    dry, wet = pairs / "dry.flac", pairs / f"{run.gear}.flac"
    start = work / f"{run.start}.{run.gear}.{run.seed}.nam" if run.start else None
    with TRICKS[run.trick]() if run.trick else nullcontext():
        result = train(
            dry, wet, output, recipe=recipe, start=start, threads=1, resume=resume, force=True
        )
    log = [json.loads(line) for line in result.log_path.read_text("utf-8").splitlines()]
    return {
        "key": run.key,
        "name": run.name,
        "recipe": run.recipe,
        "changes": dict(run.changes),
        "start": run.start,
        "trick": run.trick,
        "gear": run.gear,
        "seed": run.seed,
        "cpu": machine()["cpu"],
        "steps_per_epoch": log[0]["steps"],
        "seconds": [round(one["seconds"], 1) for one in log],
        "esr": {name: [float(f"{one['esr'][name]:.4g}") for one in log] for name in log[0]["esr"]},
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out what is left of the plan; 1 when a training failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pairs", type=Path, help="folder with dry.flac and wet recordings")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder to work in")
    parser.add_argument("--plan", type=Path, default=PLAN, help="TOML file with the runs")
    parser.add_argument("--curves", type=Path, default=CURVES, help="where results are added")
    parser.add_argument("--jobs", type=int, default=1, help="trainings at once")
    parser.add_argument("--only", nargs="*", help="names of runs, instead of all")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    runs = [run for run in planned(options.plan) if not options.only or run.name in options.only]
    if options.one:
        (run,) = (run for run in runs if run.key == options.one)
        print(json.dumps(carry_out(run, options.pairs, options.output)))
        return 0
    if not runs:
        raise SystemExit(f"{options.plan} has no such runs")
    for run in runs:
        refuse_impossible(run, options.pairs)
    done = finished(options.curves)
    left = [run for run in runs if run.key not in done]
    print(f"{len(runs) - len(left)} done, {len(left)} left", flush=True)
    writing, failed = threading.Lock(), []

    def one(run: Run) -> None:
        # A process each: a training sets torch's threads, and gives its memory back by ending.
        command = [sys.executable, __file__, str(options.pairs), "-o", str(options.output)]
        command += ["--plan", str(options.plan), "--one", run.key]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        with writing:
            if answer.returncode:
                failed.append(run.key)
                print(f"{run.key} failed\n{answer.stderr[-2000:]}", flush=True)
                return
            curve = answer.stdout.splitlines()[-1]
            with options.curves.open("a", encoding="utf-8") as file:
                file.write(curve + "\n")
            best = {name: min(values) for name, values in json.loads(curve)["esr"].items()}
            print(f"{run.key}: {best}", flush=True)

    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(one, left))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
