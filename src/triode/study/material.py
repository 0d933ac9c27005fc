"""Gear made ready once for all its trials: aligned, divided, and kept as plain arrays."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from triode.capture import find_repeats, make_pair
from triode.errors import StudyError
from triode.files import atomic_path, make_folder, write_text_atomically
from triode.study.gear import Gear
from triode.study.parts import Parts, three_parts
from triode.synthetic import demo_pair

__all__ = ["Prepared", "gear_digests", "load_prepared", "prepare_gear"]

_FORMAT = 1
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True, eq=False)
class Prepared:
    """A piece of gear, ready for training.

    Attributes:
        dry: (frames,) float32, read-only and mapped into memory.
        wet: (frames,) beside it.
        rate_hz: Their rate.
        parts: How they are divided.
        context_samples: How far any network may look back.
        digests: What they were made of, SHA-256 by name.
    """

    dry: npt.NDArray[np.float32]
    wet: npt.NDArray[np.float32]
    rate_hz: int
    parts: Parts
    context_samples: int
    digests: dict[str, str]


def gear_digests(gear: Gear, folder: Path) -> dict[str, str]:
    """What the gear is made of now: SHA-256 of its files, or of the amplifier's settings.

    Args:
        gear: The gear.
        folder: What its paths are relative to.

    Raises:
        StudyError: A file is missing, or is not the one that the study names.
    """
    if gear.amplifier is not None:
        facts = {"knobs": asdict(gear.settings()), "performance": gear.performance.model_dump()}
        text = json.dumps(facts, sort_keys=True)
        return {"amplifier": hashlib.sha256(text.encode()).hexdigest()}
    found = {}
    for name, path, wanted in (
        ("dry", gear.dry, gear.dry_sha256),
        ("wet", gear.wet, gear.wet_sha256),
    ):
        found[name] = _file_digest(folder / str(path), gear.name)
        if wanted is not None and found[name] != wanted:
            raise StudyError(
                f"gear {gear.name} is not the one that the study names",
                where=folder / str(path),
                expected=f"SHA-256 {wanted}",
                got=found[name],
                hint="Restore the recording, or correct the hash.",
            )
    return found


def prepare_gear(gear: Gear, folder: Path, context_samples: int, target: Path) -> Prepared:
    """Read, align and divide the gear, or find the result of having done so.

    Args:
        gear: The gear.
        folder: What its paths are relative to.
        context_samples: How far any network may look back.
        target: The folder to keep it in.

    Raises:
        StudyError: A file is missing or another one.
        AudioError, CaptureError: The recordings cannot be used.
        OutputError: The folder cannot be written.
    """
    digests = gear_digests(gear, folder)
    facts = {"format": _FORMAT, "digests": digests, "context_samples": context_samples}
    known = _facts(target)
    if known is None or any(known.get(key) != value for key, value in facts.items()):
        dry, wet, rate_hz, repeats = _signals(gear, folder)
        parts = three_parts(dry, rate_hz, context_samples, repeats)
        make_folder(target)
        for name, signal in (("dry", dry), ("wet", wet)):
            with atomic_path(target / f"{name}.npy") as path:
                np.save(path, signal)
        text = json.dumps({**facts, "rate_hz": rate_hz, "parts": parts.to_json()}, indent=1)
        write_text_atomically(target / "facts.json", text + "\n")
    return load_prepared(target)


def load_prepared(target: Path) -> Prepared:
    """What `prepare_gear` left in the folder `target`.

    Raises:
        StudyError: It is not there.
    """
    facts = _facts(target)
    if facts is None:
        raise StudyError(
            "the gear has not been made ready",
            where=target,
            hint="Run the study from where its folder is; all its workers must see it.",
        )
    return Prepared(
        dry=np.load(target / "dry.npy", mmap_mode="r"),
        wet=np.load(target / "wet.npy", mmap_mode="r"),
        rate_hz=facts["rate_hz"],
        parts=Parts.from_json(facts["parts"]),
        context_samples=facts["context_samples"],
        digests=facts["digests"],
    )


def _facts(target: Path) -> dict[str, Any] | None:
    try:
        facts = json.loads((target / "facts.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return facts if isinstance(facts, dict) and facts.get("format") == _FORMAT else None


def _signals(gear: Gear, folder: Path) -> Any:
    """Dry, wet, their rate, and what the dry one repeats."""
    if gear.amplifier is not None:
        played = gear.performance
        dry, wet = demo_pair(played.seconds, played.rate_hz, played.seed, gear.settings())
        return dry, wet, played.rate_hz, find_repeats(dry, played.rate_hz)
    pair = make_pair(folder / str(gear.dry), folder / str(gear.wet))
    if pair.facts.excluded:
        raise StudyError(
            f"the recording of gear {gear.name} has places where samples were lost",
            where=folder / str(gear.wet),
            expected="recordings without dropouts, so that every part is whole",
            got=f"{len(pair.facts.excluded)} such places",
            hint="Record it again.",
        )
    return pair.dry, pair.wet, pair.rate_hz, pair.facts.repeats


def _file_digest(path: Path, gear: str) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
    except OSError as error:
        raise StudyError(
            f"a recording of gear {gear} cannot be read", where=path, got=error.strerror or error
        ) from error
    return digest.hexdigest()
