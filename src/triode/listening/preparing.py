"""From a plan to a folder of stimuli."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from triode import __version__
from triode.audio import write_audio
from triode.errors import ListeningError
from triode.files import make_folder, write_text_atomically
from triode.listening.cues import cues_of
from triode.listening.levelling import Levelled, level, loudness_lufs, peak_dbfs
from triode.listening.material import Chain, Material, material_of
from triode.listening.measuring import measures_of
from triode.listening.plan import REFERENCE, Plan
from triode.listening.prepared import MANIFEST, Manifest, PreparedTest, Stimulus, sha256_of
from triode.listening.sequential import error_rates
from triode.listening.systems import Rendered, reference_of, rendered_systems, source_paths

__all__ = ["prepare"]


_AUDIO = "audio"
_HEADROOM_DBFS = -1.0
_NAME_DIGITS = 20


def prepare(
    plan: Plan,
    plan_folder: Path,
    target: Path,
    *,
    told: Callable[[str], None] = lambda _: None,
) -> PreparedTest:
    """Render every stimulus, and say in a manifest what each is.

    The same plan and files on the same machine make the same bytes. The manifest is written last,
    so that a folder without one is not a test.

    Args:
        plan: The plan.
        plan_folder: What its paths are relative to.
        target: The folder to make.
        told: Hears what is being done.

    Raises:
        ListeningError: There is a test in the folder, or levels cannot be matched.
        TriodeError: A recording, a model or the cabinet cannot be used.
        OutputError: The folder cannot be written.
    """
    if (target / MANIFEST).exists():
        raise ListeningError(
            "there is a listening test in the folder already",
            where=target,
            hint="Choose another folder: answers belong to what was heard.",
        )
    levelled: list[Levelled] = []
    facts: dict[str, Any] = {"gear": {}}
    for gear in plan.gear:
        told(f"Reading {gear.name}")
        material = material_of(gear, plan, plan_folder)
        rendered = _rendered(plan, plan_folder, material, told)
        levelled += [level(one, material, plan) for one in rendered]
        facts["gear"][gear.name] = {
            "delay_samples": material.delay_samples,
            "systems": {one.system: dict(one.facts) for one in rendered},
        }
    if plan.design == "abx" and plan.abx.sequential is not None:
        facts["sequential"] = vars(error_rates(plan.abx.sequential, plan.abx.trials))
    lower_db = _too_loud_db(levelled)
    told(f"Writing {sum(len(one.clips) for one in levelled)} stimuli")
    make_folder(target / _AUDIO)
    stimuli = tuple(_written(plan, [one.turned(-lower_db) for one in levelled], target))
    manifest = Manifest(
        plan=plan,
        sources={path: sha256_of(plan_folder / path) for path in source_paths(plan)},
        rate_hz=plan.rate_hz,
        loudness_lufs=round(plan.loudness_lufs - lower_db, 4),
        stimuli=stimuli,
        cues=cues_of(plan, stimuli, facts["gear"]),
        facts=facts,
        triode=__version__,
    )
    write_text_atomically(target / MANIFEST, manifest.to_text())
    return PreparedTest.open(target)


def _rendered(
    plan: Plan, folder: Path, material: Material, told: Callable[[str], None]
) -> list[Rendered]:
    cabinet = None if plan.cabinet is None else folder / plan.cabinet
    chain = Chain(cabinet, plan.rate_hz)
    return [
        reference_of(material, chain),
        *rendered_systems(plan, material, chain, folder, told),
    ]


def _too_loud_db(levelled: list[Levelled]) -> float:
    """By how much all have to be quieter for the loudest sample to stay 1 dB below full scale."""
    loudest = max(peak_dbfs(clip) for one in levelled for clip in one.clips.values())
    return max(0.0, loudest - _HEADROOM_DBFS)


def _written(plan: Plan, levelled: list[Levelled], target: Path) -> Iterator[Stimulus]:
    """Write all sounds and say what each is."""
    references = {one.gear: one for one in levelled if one.system == REFERENCE}
    for one in levelled:
        for name, clip in one.clips.items():
            file = f"{_AUDIO}/{_opaque(plan, one.gear, name, one.system)}.wav"
            write_audio(target / file, clip, plan.rate_hz, "PCM_24")
            loudness = loudness_lufs(clip, plan.rate_hz)
            reference = references[one.gear].clips[name]
            yield Stimulus(
                gear=one.gear,
                clip=name,
                system=one.system,
                file=file,
                sha256=sha256_of(target / file),
                gain_db=round(one.gain_db, 4),
                moved_samples=round(one.moved_samples, 4),
                loudness_lufs=None if loudness is None else round(loudness, 3),
                peak_dbfs=round(peak_dbfs(clip), 3),
                noise_floor_dbfs=round(one.floors_dbfs[name], 2),
                measures=measures_of(reference, clip) if one.system != REFERENCE else {},
            )


def _opaque(plan: Plan, gear: str, clip: str, system: str) -> str:
    """A name that is the same every time and tells nothing."""
    text = f"{plan.digest()}/{gear}/{clip}/{system}"
    return hashlib.sha256(text.encode()).hexdigest()[:_NAME_DIGITS]
