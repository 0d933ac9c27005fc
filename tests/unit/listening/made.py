"""Prepared tests without sound, for what does not listen."""

from pathlib import Path
from typing import Any

from triode.listening import REFERENCE, Manifest, Plan, PreparedTest, Stimulus

__all__ = ["document", "prepared"]


def document(design: str, **more: Any) -> dict[str, Any]:
    """A plan of two pieces of gear, two systems and two clips, as TOML would give it."""
    return {
        "name": "made",
        "title": "What can be heard",
        "design": design,
        "gear": [{"name": one, "dry": "dry.wav", "wet": f"{one}.wav"} for one in ("clean", "loud")],
        "systems": [
            {"name": "lite", "model": "{gear}.nam", "size": "lite"},
            {"name": "anchor", "anchor": "lowpass-7000"},
        ],
        "clips": [
            {"name": "chord", "start_seconds": 0.0, "seconds": 4.0},
            {"name": "line", "start_seconds": 4.0, "seconds": 4.0},
        ],
        **more,
    }


def prepared(design: str, digest: str = "d" * 64, **more: Any) -> PreparedTest:
    """A test of `document`, as if it had been prepared."""
    plan = Plan.of(document(design, **more), "plan.toml")
    stimuli = [
        Stimulus(
            gear=gear.name,
            clip=clip.name,
            system=system,
            file=f"audio/{gear.name}-{clip.name}-{system}.wav",
            sha256="0" * 64,
            gain_db=0.0,
            moved_samples=0.0,
            loudness_lufs=-23.0,
            peak_dbfs=-6.0,
            noise_floor_dbfs=-80.0,
            measures={},
        )
        for gear in plan.gear
        for clip in plan.clips_of(gear.name)
        for system in (REFERENCE, *plan.systems_of(gear.name))
    ]
    manifest = Manifest(
        plan=plan,
        sources={},
        rate_hz=48_000,
        loudness_lufs=-23.0,
        stimuli=tuple(stimuli),
        cues=(),
        facts={},
        triode="0",
    )
    return PreparedTest(Path("nowhere"), manifest, digest)
