"""Renders gear from a dry file, and checks that each piece repeats itself.

    python benchmarks/gear/render.py dry.wav -o pairs/ [--only NAME ...] [--excerpt 10 70]

Writes what is played as dry.wav; for each piece in gear.toml a FLAC file of 24 bits, as long as the
dry file and aligned with it, its highest peak at -3 dBFS; and gear.json: where each comes from,
what it took, and the checks. Pieces that are there already and were made from the same dry file and
settings are left alone.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
from catalogue import Gear, read_catalogue
from circuits import CIRCUITS, run_circuit
from plugins import run_ladspa, run_lv2

from triode.audio import read_audio, write_audio
from triode.errors import StudyError
from triode.files import atomic_path, make_folder, write_text_atomically
from triode.synthetic import AmplifierSettings, amplify

__all__ = ["check_repeat", "keep_dry", "play", "render"]

# Plugins start with empty capacitors. A circuit starts from rest, if its first sample is zero.
LEAD_IN_SECONDS = {"guitarix": 4.0, "caps": 1.0, "ngspice": 0.01}
PEAK_DB = -3.0
EXCERPT_SECONDS = 2.0
SHIFT_SECONDS = 1.137
MOST_SHIFT_ESR = 1e-4

Signal = npt.NDArray[np.float64]


def play(gear: Gear, dry: Signal, rate_hz: int) -> Signal:
    """What the gear makes of `dry`, (frames,), at its own level."""
    lead = round(LEAD_IN_SECONDS.get(gear.source, 0.0) * rate_hz)
    driven = np.concatenate([np.zeros(lead), dry * 10.0 ** (gear.input_db / 20.0)])
    with tempfile.TemporaryDirectory() as name:
        match gear.source:
            case "guitarix":
                wet = run_lv2(gear, driven, rate_hz, Path(name))
            case "caps":
                wet = run_ladspa(gear, driven, rate_hz, Path(name))
            case "ngspice":
                wet = run_circuit(gear, driven, rate_hz, Path(name))
            case _:
                settings = AmplifierSettings(**dict(gear.settings))
                wet = amplify(driven, rate_hz, settings).astype(np.float64)
    wet = wet[lead : lead + len(dry)]
    if len(wet) != len(dry) or not np.isfinite(wet).all() or not wet.any():
        raise StudyError(
            "what came out cannot be used",
            where=gear.name,
            expected=f"{len(dry)} finite samples, not all zero",
            got=f"{len(wet)} samples",
        )
    return wet


def keep_dry(dry: Signal, rate_hz: int, path: Path) -> None:
    """Put the dry signal beside what is rendered from it, unless it is there already.

    Raises:
        StudyError: Another dry signal is there, of which wet files may be.
    """
    if not path.exists():
        write_audio(path, dry.astype(np.float32), rate_hz)
    elif not np.array_equal(read_audio(path).samples, dry.astype(np.float32)):
        raise StudyError(
            "the folder belongs to another dry signal",
            where=path,
            expected="the one that is to be played",
            got="another one",
            hint="Render into a folder of its own, or remove this one.",
        )


def check_repeat(
    gear: Gear, dry: Signal, rate_hz: int, excerpt_seconds: float = EXCERPT_SECONDS
) -> dict[str, float | bool]:
    """Play the loudest excerpt twice, and once more after a pause of an odd length.

    Raises:
        StudyError: The gear plays something else the second time, or after the pause.
    """
    excerpt = _loudest(dry, round(excerpt_seconds * rate_hz))
    pause = np.zeros(round(SHIFT_SECONDS * rate_hz))
    first, again = (play(gear, excerpt, rate_hz) for _ in range(2))
    later = play(gear, np.concatenate([pause, excerpt]), rate_hz)[len(pause) :]
    esr = float(np.sum((later - first) ** 2) / np.sum(first**2))
    same = bool(np.array_equal(first, again))
    if not same or esr > MOST_SHIFT_ESR:
        raise StudyError(
            "the gear does not repeat itself, so no network can learn it",
            where=gear.name,
            expected=f"the same samples twice, and an ESR below {MOST_SHIFT_ESR:g} after a pause",
            got=f"{'the same' if same else 'other'} samples, and an ESR of {esr:.2g}",
        )
    return {"same_samples_twice": same, "esr_after_pause": esr}


def render(gear: Gear, dry: Signal, rate_hz: int, path: Path) -> dict[str, Any]:
    """Check, play, write; what `gear.json` says about it."""
    checks = check_repeat(gear, dry, rate_hz)
    start, start_cpu = time.perf_counter(), _cpu_seconds()
    wet = play(gear, dry, rate_hz)
    seconds, cpu_seconds = time.perf_counter() - start, _cpu_seconds() - start_cpu
    gain = 10.0 ** (PEAK_DB / 20.0) / np.abs(wet).max()
    with atomic_path(path) as temporary:
        soundfile.write(temporary, wet * gain, rate_hz, subtype="PCM_24", format="FLAC")
    return {
        **asdict(gear),
        "file": path.name,
        "wet_sha256": _hash(path.read_bytes()),
        "gain_db": float(20.0 * np.log10(gain)),
        "checks": checks,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu_seconds, 2),
    }


def _cpu_seconds() -> float:
    """Time that this process and the programs it ran have spent computing."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _loudest(dry: Signal, frames: int) -> Signal:
    power = np.concatenate([[0.0], np.cumsum(dry**2)])
    frames = min(frames, len(dry))
    start = int(np.argmax(power[frames:] - power[:-frames]))
    return dry[start : start + frames]


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _recipe(gear: Gear) -> str:
    """What a piece is made by; a circuit's text is a part of it."""
    circuit = (CIRCUITS / gear.circuit).read_text(encoding="utf-8") if gear.circuit else ""
    return _hash(json.dumps([asdict(gear), circuit], sort_keys=True).encode())


def _versions(packages: list[str]) -> dict[str, str]:
    if shutil.which("dpkg-query") is None:
        return {}
    words = ["dpkg-query", "-W", "-f", "${Version}"]
    return {
        one: subprocess.run([*words, one], capture_output=True, text=True, check=False).stdout
        for one in packages
    }


def _known(path: Path) -> Mapping[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def main() -> None:
    """Render what is asked for and not there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dry", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--only", nargs="*", help="names of gear; all when left out")
    parser.add_argument(
        "--excerpt", nargs=2, type=float, metavar=("FROM", "TO"), help="only these seconds of dry"
    )
    given = parser.parse_args()
    sources, catalogue = read_catalogue()
    unknown = set(given.only or ()) - {one.name for one in catalogue}
    if unknown:
        raise SystemExit(f"no such gear: {', '.join(sorted(unknown))}")
    audio = read_audio(given.dry)
    rate_hz = int(audio.rate_hz)
    dry = np.asarray(audio.samples, dtype=np.float64)
    if given.excerpt:
        start, stop = given.excerpt
        if not 0.0 <= start < stop <= len(dry) / rate_hz:
            parser.error(f"--excerpt has to lie within 0 to {len(dry) / rate_hz:g} s")
        dry = dry[round(start * rate_hz) : round(stop * rate_hz)]
    make_folder(given.output)
    keep_dry(dry, rate_hz, given.output / "dry.wav")
    listing = given.output / "gear.json"
    dry_hash = _hash(dry.astype("<f8").tobytes())
    document: dict[str, Any] = {"gear": {}, **_known(listing)}
    document |= {
        "dry_sha256_of_samples": dry_hash,
        "rate_hz": rate_hz,
        "frames": len(dry),
        "sources": {
            key: {**asdict(one), "versions": _versions(one.packages)}
            for key, one in sources.items()
        },
    }
    for gear in catalogue:
        path = given.output / f"{gear.name}.flac"
        made_by = _hash(f"{_recipe(gear)} {dry_hash}".encode())
        known = document["gear"].get(gear.name, {})
        wanted = not given.only or gear.name in given.only
        if not wanted or (path.is_file() and known.get("made_by") == made_by):
            continue
        entry = render(gear, dry, rate_hz, path)
        document["gear"][gear.name] = {**entry, "made_by": made_by}
        write_text_atomically(listing, json.dumps(document, indent=2) + "\n")
        print(
            f"{gear.name}: {len(dry) / rate_hz:.1f} s of audio in {entry['seconds']:.1f} s, "
            f"{entry['cpu_seconds']:.1f} s of them computing; "
            f"repeats itself to an ESR of {entry['checks']['esr_after_pause']:.1e}",
            flush=True,
        )


if __name__ == "__main__":
    main()
