"""How long `triode --help` takes in a fresh process, against the limit of 0.3 s.

python benchmarks/help_time.py [RUNS]
"""

import statistics
import subprocess
import sys
import time
from typing import Any

from machine import write_result

LIMIT_SECONDS = 0.3
DEFAULT_RUNS = 20
WARM_UP_RUNS = 2
INTERPRETER = [sys.executable, "-c", "pass"]
HELP = [sys.executable, "-m", "triode.cli.main", "--help"]


def seconds(command: list[str], runs: int) -> dict[str, float]:
    """Median, quartiles and minimum of the wall time of `command`."""
    times = []
    for _ in range(WARM_UP_RUNS + runs):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    measured = times[WARM_UP_RUNS:]
    first, median, third = statistics.quantiles(measured, n=4)
    return {
        "median": median,
        "first_quartile": first,
        "third_quartile": third,
        "minimum": min(measured),
    }


def main() -> int:
    """Measure, write the result, say whether the limit holds; 1 when it does not."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_RUNS
    figures: dict[str, Any] = {
        "runs": runs,
        "help_seconds": seconds(HELP, runs),
        "interpreter_alone_seconds": seconds(INTERPRETER, runs),
        "limit_seconds": LIMIT_SECONDS,
    }
    figures["within_limit"] = figures["help_seconds"]["median"] < LIMIT_SECONDS
    path = write_result("help_time", figures)
    print(f"triode --help: median {figures['help_seconds']['median']:.3f} s over {runs} runs")
    print(f"limit {LIMIT_SECONDS} s: {'kept' if figures['within_limit'] else 'broken'}; {path}")
    return 0 if figures["within_limit"] else 1


if __name__ == "__main__":
    sys.exit(main())
