"""Precision and recall of every check of `triode check` on recordings with known faults.

    python benchmarks/capture_checks.py [--pairs FOLDER] [--workers 2]

Faults of three strengths are put into real pairs (dry.flac and others) and synthetic ones. A check
raises an alarm when it returns a note or worse. An alarm is right when the fault is the check's
own, or one that shows there, too; recall counts the check's own only.
"""

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from disturbances import DISTURBANCES, RATE_HZ, Signal
from machine import write_result

from triode.audio import Audio, measure_levels
from triode.capture import Alignment, Repeat, align, examine, find_repeats, replicate_floor_esr
from triode.capture.checks import Finding, Severity, Subject, run_checks
from triode.capture.repairs import resting_offset
from triode.synthetic import AmplifierSettings, amplify, performance

__all__ = ["findings_of", "score", "sources", "subject_of", "synthetic_source"]

REAL = ("studiopre-clean", "chump-breakup", "bigmuff")
SETTINGS = {
    "synthetic-crunch": AmplifierSettings(),
}
SHOWN_SECONDS = ((0.0, 12.8), (102.0, 119.8))
PARTS = 3
NATURAL = {
    # What is known of the gear itself: see the description of the real pairs.
    "chump-breakup": ("offset",),
    "fuzzface": ("offset", "noise"),
    "spice-12ax7": ("noise",),
    "bigmuff": ("noise",),
    "studiopre-clean": ("offset",),
}


def synthetic_source(settings: AmplifierSettings, seed: int) -> tuple[Signal, Signal]:
    """Silence, playing, other playing, silence, the first playing again, silence."""
    first = performance(8.0, RATE_HZ, seed)
    other = performance(12.0, RATE_HZ, seed + 1)
    rest = np.zeros(RATE_HZ, np.float32)
    dry = np.concatenate([rest, first, other, rest, first, rest])
    return dry, amplify(dry, RATE_HZ, settings)


def sources(pairs: Path | None) -> Iterator[tuple[str, Signal, Signal]]:
    """Name, dry and wet of every undisturbed pair."""
    for seed, (name, settings) in enumerate(SETTINGS.items()):
        yield name, *synthetic_source(settings, 10 * seed)
    for name in REAL if pairs is not None else ():
        assert pairs is not None
        dry, wet = (
            np.concatenate(
                [
                    soundfile.read(
                        pairs / f"{one}.flac",
                        start=round(start * RATE_HZ),
                        stop=round(stop * RATE_HZ),
                        dtype="float32",
                    )[0]
                    for start, stop in SHOWN_SECONDS
                ]
            )
            for one in ("dry", name)
        )
        yield name, dry, wet


def findings_of(folder: Path, dry: Signal, wet: Signal, **options: Any) -> tuple[Finding, ...]:
    """What `triode check` finds in the two, written as 24-bit files."""
    paths = folder / "dry.wav", folder / "wet.wav"
    for path, samples in zip(paths, (dry, wet), strict=True):
        soundfile.write(path, np.clip(samples, -1, 1), RATE_HZ, subtype="PCM_24")
    return examine(*paths, **options).findings


def subject_of(dry: Signal, wet: Signal, advance: int, repeats: tuple[Repeat, ...]) -> Subject:
    """The pair as `make_pair` would hand it to the checks, its delay being known."""
    dry, wet = (np.clip(np.round(one * 2.0**23) / 2.0**23, -1, 1) for one in (dry, wet))
    dry, wet = (np.asarray(one, np.float32) for one in (dry, wet))
    audios = [
        Audio(samples=one, rate_hz=RATE_HZ, path=Path(), subtype="PCM_24", bits=24, channels=1)
        for one in (dry, wet)
    ]
    aligned = dry[: len(wet) - advance], wet[advance:]
    return Subject(
        dry=aligned[0],
        wet=aligned[1],
        rate_hz=RATE_HZ,
        dry_file=audios[0],
        wet_file=audios[1],
        dry_levels=measure_levels(dry),
        wet_levels=measure_levels(wet),
        alignment=Alignment(
            delay_samples=advance,
            advance_samples=advance,
            polarity=1,
            polarity_clarity=1.0,
            confidence=1.0,
        ),
        repeats=repeats,
        replicate_floor_esr=replicate_floor_esr(aligned[1], RATE_HZ, repeats),
        resting_offset=resting_offset(*aligned, RATE_HZ),
        offset_removed=False,
        true_wet_rate_hz=RATE_HZ,
        wet_channel=1,
        channel_likeness=(),
    )


def score(cases: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Precision, recall and recall by grade of every check that any case concerns."""
    result: dict[str, dict[str, Any]] = {}
    ids = {case["expected"] for case in cases if case["expected"]}
    ids |= {alarm for case in cases for alarm in case["alarms"]}
    for check in sorted(ids):
        alarms = [case for case in cases if check in case["alarms"]]
        right = [case for case in alarms if check == case["expected"] or check in case["also"]]
        own = [case for case in cases if check == case["expected"]]
        grades: dict[str, list[bool]] = defaultdict(list)
        for case in own:
            grades[case["grade"]].append(check in case["alarms"])
        found = sum(check in case["alarms"] for case in own)
        result[check] = {
            "cases": len(own),
            "alarms": len(alarms),
            "precision": len(right) / len(alarms) if alarms else None,
            "recall": found / len(own) if own else None,
            "recall_by_grade": {name: sum(one) / len(one) for name, one in grades.items()},
            "false_alarms": [
                f"{case['source']}: {case['fault']}" for case in alarms if case not in right
            ],
            "missed": [f"{case['source']}: {case['fault']}" for case in own if case not in alarms],
        }
    return result


def _case(
    source: str,
    fault: str,
    expected: str | None,
    grade: str,
    also: tuple[str, ...],
    found: tuple[Finding, ...],
) -> dict[str, Any]:
    return {
        "source": source,
        "fault": fault,
        "expected": expected,
        "grade": grade,
        "also": [*also, *NATURAL.get(source, ())],
        "alarms": [one.check for one in found if one.severity.rank >= Severity.NOTE.rank],
        "errors": [one.check for one in found if one.severity is Severity.ERROR],
        "evidence": {
            one.check: {
                k: float(f"{v:.4g}") if isinstance(v, float) else v
                for k, v in one.evidence.items()
                if k != "where"
            }
            for one in found
            if one.check == expected or (one.severity.rank >= Severity.NOTE.rank)
        },
    }


def _file_faults(
    folder: Path, source: str, dry: Signal, wet: Signal, advance: int
) -> Iterator[dict[str, Any]]:
    """What is wrong with files rather than with sound."""
    late = np.concatenate([np.zeros(200, np.float32), wet])[: len(wet)]
    yield _case(source, "swapped", "order", "strong", ("delay",), findings_of(folder, late, dry))
    early = findings_of(folder, wet[advance:], dry[: len(wet) - advance])
    yield _case(source, "swapped, without delay", "order", "medium", ("delay",), early)
    yield _case(source, "silent", "silence", "strong", (), findings_of(folder, dry, 0 * wet))
    cut = findings_of(folder, dry, wet[: 2 * RATE_HZ])
    yield _case(source, "two seconds only", "length", "strong", (), cut)
    fast = np.interp(np.arange(0, len(wet), 48_000 / 44_100), np.arange(len(wet)), wet)
    yield _case(
        source,
        "44.1 kHz taken for 48 kHz",
        "rate",
        "strong",
        ("length", "bandwidth", "delay"),
        findings_of(folder, dry, fast.astype(np.float32)[: len(wet)]),
    )
    both = np.stack([0.001 * np.random.default_rng(5).standard_normal(len(wet)), wet], axis=1)
    paths = folder / "dry.wav", folder / "wet.wav"
    soundfile.write(paths[1], np.clip(both, -1, 1), RATE_HZ, subtype="PCM_24")
    soundfile.write(paths[0], dry, RATE_HZ, subtype="PCM_24")
    found = examine(*paths, channel=1).findings
    yield _case(source, "wrong channel", "channel", "strong", ("delay",), found)


def cases_of(source: str, dry: Signal, wet: Signal, part: int) -> list[dict[str, Any]]:
    """Every `PARTS`th fault, from the one numbered `part`, put into one pair."""
    cases = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        advance = align(dry, wet, RATE_HZ).advance_samples
        repeats = find_repeats(dry, RATE_HZ)
        for one in DISTURBANCES[part::PARTS]:
            known = 0 if one.expected == "copy" else advance
            found = run_checks(subject_of(*one.apply(dry, wet), known, repeats))
            cases.append(_case(source, one.name, one.expected, one.grade, one.also, found))
            print(source, one.name, cases[-1]["alarms"], cases[-1]["evidence"], flush=True)
        if part == 0:
            cases += _file_faults(folder, source, dry, wet, advance)
    return cases


def main() -> None:
    """Run every case and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, help="folder of the real pairs")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    beside = Path(__file__).resolve().parents[2] / "shared" / "data" / "pairs"
    pairs = given.pairs or (beside if beside.is_dir() else None)
    with ProcessPoolExecutor(given.workers) as pool:
        waiting = [
            pool.submit(cases_of, *one, part) for one in sources(pairs) for part in range(PARTS)
        ]
        cases = [case for one in waiting for case in one.result()]
    checks = score(cases)
    write_result("capture_checks", {"checks": checks, "cases": cases})
    for check, row in checks.items():
        print(check, {key: value for key, value in row.items() if key != "missed"})


if __name__ == "__main__":
    main()
