"""What each system plays of a piece of gear, before levels are matched."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from triode.architectures import networks, select
from triode.audio import resample
from triode.errors import ListeningError
from triode.listening.anchors import fit_waveshaper, low_pass
from triode.listening.lining_up import ALIKE, lag_of, moved
from triode.listening.material import Chain, Material
from triode.listening.plan import REFERENCE, Plan, System
from triode.nam import read
from triode.runtime import renderer

__all__ = ["Rendered", "reference_of", "rendered_systems", "source_paths"]

Float32Array = npt.NDArray[np.float32]

_EDGES_HZ = {"lowpass-3500": 3500.0, "lowpass-7000": 7000.0}


@dataclass(frozen=True, kw_only=True, eq=False)
class Rendered:
    """What one system plays of one piece of gear.

    Attributes:
        system: Its name, or "reference".
        signal: (frames,), after the chain and laid over the reference.
        moved_samples: By how much it was moved for that.
        inverted: Whether it was turned round for that.
        facts: What else was found.
    """

    system: str
    signal: Float32Array
    moved_samples: float = 0.0
    inverted: bool = False
    facts: Mapping[str, Any]


def reference_of(material: Material, chain: Chain) -> Rendered:
    """The gear's own recording through the chain."""
    return Rendered(system=REFERENCE, signal=chain.play(material.wet), facts={})


def rendered_systems(
    plan: Plan,
    material: Material,
    chain: Chain,
    folder: Path,
    told: Callable[[str], None] = lambda _: None,
) -> Iterator[Rendered]:
    """Every system of a piece of gear, played, sent through the chain and laid over the reference.

    Args:
        plan: The plan.
        material: The gear.
        chain: What all are played through.
        folder: What paths of models are relative to.
        told: Hears what is being played.

    Raises:
        TriodeError: A model cannot be read or played.
    """
    reference = chain.play(material.wet)
    for system in plan.systems:
        if not system.is_for(material.name):
            continue
        told(f"Playing {system.name} of {material.name}")
        if system.anchor in _EDGES_HZ:
            signal = low_pass(reference, _EDGES_HZ[system.anchor], plan.rate_hz)
            yield Rendered(system=system.name, signal=signal, facts={})
            continue
        played, facts = _played(system, material, folder, plan.rate_hz)
        yield _laid(system.name, reference, chain.play(played), plan.rate_hz, facts)


def source_paths(plan: Plan) -> tuple[str, ...]:
    """Every file that the stimuli are made of, as the plan names it."""
    models = [
        _model_path(system, gear.name)
        for system in plan.systems
        for gear in plan.gear
        if system.model is not None and system.is_for(gear.name)
    ]
    recordings = [path for gear in plan.gear for path in (gear.dry, gear.wet)]
    cabinet = [] if plan.cabinet is None else [plan.cabinet]
    return tuple(dict.fromkeys([*recordings, *models, *cabinet]))


def _model_path(system: System, gear: str) -> str:
    return (system.model or "").replace("{gear}", gear)


def _played(
    system: System, material: Material, folder: Path, rate_hz: int
) -> tuple[Float32Array, dict[str, Any]]:
    """What a model or the waveshaper makes of the dry signal, (frames,), and facts."""
    if system.anchor == "waveshaper":
        fitted = fit_waveshaper(material.heard(material.dry), material.heard(material.wet), rate_hz)
        return fitted.play(material.dry, rate_hz), {"waveshaper": fitted.facts()}
    network = select(networks(read(folder / _model_path(system, material.name))), system.size)
    dry = resample(material.dry, rate_hz, network.rate_hz)
    played = resample(renderer(network)(np.ascontiguousarray(dry)), network.rate_hz, rate_hz)
    frames = len(material.dry)
    return np.pad(played[:frames], (0, max(0, frames - len(played)))), {"size": network.name}


def _laid(
    name: str, reference: Float32Array, signal: Float32Array, rate_hz: int, facts: dict[str, Any]
) -> Rendered:
    if not np.isfinite(signal).all() or not signal.any():
        raise ListeningError(
            "the system plays nothing that can be heard",
            where=name,
            expected="a signal of finite samples",
            got="silence" if not signal.any() else "infinite or undefined samples",
        )
    lag = lag_of(reference, signal, rate_hz)
    alike = abs(lag.likeness) >= ALIKE
    laid, by = moved(signal, lag) if alike else (signal, 0.0)
    inverted = alike and lag.likeness < 0.0
    return Rendered(
        system=name,
        signal=-laid if inverted else laid,
        moved_samples=by,
        inverted=inverted,
        facts={**facts, "likeness": round(abs(lag.likeness), 6), "inverted": inverted},
    )
