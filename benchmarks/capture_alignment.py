"""How well disturbances of a recording are found: delay, drift, polarity and jumps, never silently.

Error = estimate(disturbed) - estimate(undisturbed) - what was inserted, so the gear's own delay
does not count. A case is right when the delay is within 0.1 sample at both ends of the recording,
the polarity is right or said to be unclear, as many jumps are found as were made, and the place of
each lies in what is left out of training. A case that is wrong has to be unsure: refused, or a
confidence below the threshold; so has a wet recording of other playing, whatever is found.

With --gaps-at SEED, gaps alone, at places drawn anew: places that no rule was made with.
"""

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from capture_gear import PIECES, RATE_HZ, hardware, piece, playing
from machine import write_result

from triode.audio import read_between
from triode.capture import Alignment, align
from triode.capture.alignment import excluded_ranges
from triode.capture.timing import CLEAR_POLARITY
from triode.errors import CaptureError

SECONDS = 40.0
TOLERANCE_SAMPLES = 0.1
NOISE_DB = -40.0
DELAYS = (-2000, -700.5, -33.25, 0.1, 0.5, 17.9, 480, 2047.33, 12000.5, 48000)
DRIFTS_PPM = (-200, -150, -100, -50, -10, 10, 50, 100, 150, 200)
OTHERS = (45.0, 60.0)
JUMPS = (-1024, -480, -128, -64, 64, 128, 480, 1024)

Signal = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Disturbance:
    """What is done to a wet recording; a jump is at `jump_at`, in wet samples."""

    kind: str
    delay: float = 0.0
    drift_ppm: float = 0.0
    inverted: bool = False
    noise: bool = False
    jump: int = 0
    jump_at: int = 0

    def applied(self, wet: Signal, seed: int) -> Signal:
        """The disturbed recording."""
        step = 1.0 / (1.0 + 1e-6 * self.drift_ppm)
        frames = len(wet) + max(0, round(self.delay))
        result = read_between(wet, -self.delay * step, step, frames)
        if self.jump < 0:
            result = np.delete(result, slice(self.jump_at, self.jump_at - self.jump))
        elif self.jump > 0:
            again = result[self.jump_at - self.jump : self.jump_at]
            result = np.insert(result, self.jump_at, again)
        if self.noise:
            level = 10 ** (NOISE_DB / 20) * np.sqrt(np.mean(wet.astype(np.float64) ** 2))
            noise = np.random.default_rng(seed).standard_normal(len(result))
            result = result + (level * noise).astype(np.float32)
        return -result if self.inverted else result

    def delay_at(self, own: float, sample: float) -> float:
        """What the delay at a dry sample has become, where the gear's own is `own`."""
        return (sample + own) * (1e-6 * self.drift_ppm) + own + self.delay


def disturbances(frames: int, seed: int) -> Iterator[Disturbance]:
    """The same kinds for every piece of gear, with places and fractions of its own."""
    random = np.random.default_rng(seed)

    def some_delay() -> float:
        return round(float(random.uniform(-300, 3000)), 2)

    for delay in DELAYS:
        yield Disturbance(kind="delay", delay=delay)
    for delay in (0.0, some_delay(), some_delay()):
        yield Disturbance(kind="inverted", delay=delay, inverted=True)
    for delay in (0.0, some_delay(), some_delay(), some_delay()):
        yield Disturbance(kind="noise", delay=delay, noise=True)
    for drift in DRIFTS_PPM:
        yield Disturbance(kind="drift", drift_ppm=drift, delay=some_delay())
    for jump in JUMPS:
        at = int(random.uniform(0.3, 0.8) * frames)
        yield Disturbance(kind="dropout", jump=jump, jump_at=at)
    yield Disturbance(kind="all but dropout", delay=some_delay(), drift_ppm=-73, noise=True)
    yield Disturbance(
        kind="all but dropout", delay=some_delay(), drift_ppm=120, noise=True, inverted=True
    )


def measured_at(found: Alignment, sample: float) -> float:
    """The delay by the line as measured, also where its slope was too little to be called drift."""
    slope = 1e-6 * (found.raw_drift_ppm - found.drift_ppm)
    return found.delay_at(sample) + slope * (sample - found.pivot_samples)


def judged(
    case: Disturbance, base: Alignment, found: Alignment | None, frames: int
) -> dict[str, Any]:
    """The figures of one case."""
    row: dict[str, Any] = {"kind": case.kind, "delay": case.delay}
    row |= {"drift_ppm": case.drift_ppm, "jump": case.jump}
    if found is None:
        return row | {"refused": True, "right": False, "sure": False}
    # Like with like: where one of the two has a drift, the slope of the other counts as well.
    delay = measured_at if found.drift_ppm or base.drift_ppm else Alignment.delay_at
    errors = []
    for at in (0.0, frames - 1.0):
        wanted = case.delay_at(delay(base, at), at)
        errors.append(delay(found, at) - wanted - (case.jump if at else 0))
    drift_error = found.raw_drift_ppm - base.raw_drift_ppm - case.drift_ppm
    polarity = found.polarity == base.polarity * (-1 if case.inverted else 1)
    polarity |= min(found.polarity_clarity, base.polarity_clarity) < CLEAR_POLARITY
    jumps = len(found.jumps) == bool(case.jump)
    row |= {"error_samples": [round(error, 4) for error in errors]}
    row |= {"drift_error_ppm": round(drift_error, 4), "jumps": len(found.jumps)}
    row |= {"confidence": round(found.confidence, 3), "sure": found.sure, "polarity": polarity}
    if case.jump and len(found.jumps) == 1:
        jump = found.jumps[0]
        wanted_at = case.jump_at - base.delay_samples - case.jump
        row["place_error_samples"] = round(jump.position_samples - wanted_at, 1)
        ((start, stop),) = excluded_ranges(found, RATE_HZ, 0, frames)
        row["excluded_seconds"] = round((stop - start) / RATE_HZ, 3)
        jumps &= start <= wanted_at < stop
    right = max(map(abs, errors)) <= TOLERANCE_SAMPLES
    return row | {"refused": False, "right": bool(right and polarity and jumps)}


def attempt(dry: Signal, wet: Signal, rate_hz: float) -> Alignment | None:
    """The alignment, or None where it is refused."""
    try:
        return align(dry, wet, rate_hz)
    except CaptureError:
        return None


def measured(number: int) -> tuple[str, dict[str, float], list[dict[str, Any]]]:
    """Name, undisturbed figures and all cases of one piece of gear."""
    name, dry, wet = piece(number, SECONDS)
    base = align(dry, wet, RATE_HZ)
    rows = []
    for case in disturbances(len(dry), number):
        found = attempt(dry, case.applied(wet, number), RATE_HZ)
        rows.append({"gear": name, **judged(case, base, found, len(dry))})
    for start in OTHERS:
        found = attempt(playing(start, SECONDS), wet, RATE_HZ)
        believed = found is not None and found.sure
        row = {"gear": name, "kind": "other playing", "refused": found is None}
        rows.append({**row, "right": not believed, "sure": True})
    undisturbed = {"delay_samples": base.delay_samples, "confidence": base.confidence}
    return name, undisturbed, rows


def gaps(number: int, seed: int) -> tuple[str, list[dict[str, Any]]]:
    """Name and all gaps of one piece of gear, at places drawn with a seed of their own."""
    name, dry, wet = piece(number, SECONDS)
    base = align(dry, wet, RATE_HZ)
    rows = []
    for case in disturbances(len(dry), seed + number):
        if case.kind == "dropout":
            found = attempt(dry, case.applied(wet, number), RATE_HZ)
            rows.append({"gear": name, **judged(case, base, found, len(dry))})
    return name, rows


def summary(rows: list[dict[str, Any]]) -> dict[str, int]:
    """How many cases ended which way."""
    return {
        "cases": len(rows),
        "right_and_sure": sum(row["right"] and row["sure"] for row in rows),
        "right_but_unsure": sum(row["right"] and not row["sure"] for row in rows),
        "wrong_and_unsure": sum(not row["right"] and not row["sure"] for row in rows),
        "silently_wrong": sum(row["sure"] and not row["right"] for row in rows),
    }


def told(name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, printed: how many ended which way, and those that did not end well."""
    print(f"{name:24} {summary(rows)}", flush=True)
    for row in rows:
        if not (row["right"] and row["sure"]):
            print("   ", row, flush=True)
    return rows


def single_notes() -> list[dict[str, Any]]:
    """What is said of twelve recordings of one note each, whose wet files lack the attack."""
    notes = []
    for name, dry, wet, rate_hz in hardware():
        found = attempt(dry, wet, rate_hz)
        note: dict[str, Any] = {"clip": name, "refused": found is None}
        if found is not None:
            note |= {"delay_samples": found.delay_samples, "sure": found.sure}
        notes.append(note)
    return notes


def main(arguments: list[str] | None = None) -> int:
    """Run all cases, print a line per piece of gear, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--quick", type=int, help="one piece of gear only, nothing written")
    parser.add_argument("--gaps-at", type=int, metavar="SEED", help="gaps alone, at other places")
    options = parser.parse_args(arguments)
    numbers = range(PIECES) if options.quick is None else [options.quick]
    rows: list[dict[str, Any]] = []
    undisturbed = {}
    with ProcessPoolExecutor(options.jobs) as pool:
        if options.gaps_at is not None:
            for name, own in pool.map(partial(gaps, seed=options.gaps_at), numbers):
                rows += told(name, own)
        else:
            for name, base, own in pool.map(measured, numbers):
                undisturbed[name] = base
                rows += told(name, own)
    counted = summary(rows)
    print(counted)
    if options.quick is not None:
        return 0
    if options.gaps_at is not None:
        figures = {"seed": options.gaps_at, "summary": counted, "cases": rows}
        write_result("capture_gaps", figures)
        return 0
    write_result(
        "capture_alignment",
        {
            "summary": counted,
            "undisturbed": undisturbed,
            "single_notes": single_notes(),
            "cases": rows,
        },
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
