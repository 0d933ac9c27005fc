"""Trainings that go together on a graphics card, beside one alone there and one on the processor.

python benchmarks/together.py [--quick]

Networks of the recipe `a2`, Lite and Full, each with recordings and a seed of its own; epochs of
`STEPS` steps of four windows, with validation. The processor trains one, compiled, with one thread.
Figures are milliseconds of a step of one network, the epochs' median after the first epoch, and how
many times as fast as the processor's. Needs an NVIDIA card.
"""

import argparse
import itertools
import statistics
import sys
from typing import Any

import numpy as np
import torch
from machine import write_result

from triode.nam import parse_config
from triode.training import Progress, Recipe, load_recipe
from triode.training.loop import fit, initial_state, torch_settings
from triode.training.material import Material, prepare_material
from triode.training.together import Member, fit_together

RATE_HZ = 48000
STEPS, EPOCHS = 60, 3
COUNTS = (1, 6, 18, 30)
SIZES = {"lite": 0, "full": 1}


def main() -> None:
    """Time them, show and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few and short; writes nothing")
    quick = parser.parse_args().quick
    if not torch.cuda.is_available():
        sys.exit("There is no NVIDIA card that torch can use.")
    rows = []
    for size in SIZES:
        recipe = _recipe(size, epochs=2 if quick else EPOCHS)
        counts = COUNTS[:2] if quick else COUNTS
        materials = [_material(seed, 8 if quick else STEPS) for seed in range(max(counts))]
        alone = _on_the_processor(recipe, materials[0])
        rows.append({"size": size, "device": "cpu", "networks": 1, "step_ms": alone, "times": 1.0})
        for count in counts:
            step = _together(recipe, materials[:count])
            rows.append(
                {
                    "size": size,
                    "device": "cuda",
                    "networks": count,
                    "step_ms": step,
                    "times": alone / step,
                    "memory_mib": torch.cuda.max_memory_allocated() / 2**20,
                }
            )
    for row in rows:
        print(
            f"{row['size']:<5} {row['device']:<5} {row['networks']:>3} at once: "
            f"{row['step_ms']:8.3f} ms a step of one, {row['times']:6.2f} times the processor"
        )
    if not quick:
        card = torch.cuda.get_device_name()
        print(f"Written: {write_result('together', {'card': card, 'rows': rows})}")


def _recipe(size: str, epochs: int) -> Recipe:
    recipe = load_recipe("a2")
    one = recipe.sizes[SIZES[size]].model_dump()
    return recipe.changed(sizes=[{**one, "max_value": 1.0}], epochs=epochs)


def _material(seed: int, steps: int) -> Material:
    """Noise through a clipper: enough for so many steps of four windows, and for validation."""
    generator = np.random.default_rng(seed)
    training = 8192 + 4 * 8192 * steps
    frames = training + 10 * RATE_HZ
    dry = (0.3 * generator.standard_normal(frames)).astype(np.float32)
    return prepare_material(
        dry,
        np.tanh(3.0 * dry),
        rate_hz=RATE_HZ,
        training=((0, training),),
        validation=(training, frames),
        wet_level_dbfs=-18.0,
    )


def _state(recipe: Recipe, device: str) -> Any:
    configs = tuple(parse_config(one.architecture, one.config, RATE_HZ) for one in recipe.sizes)
    return initial_state(configs, recipe, RATE_HZ, device)


def _on_the_processor(recipe: Recipe, material: Material) -> float:
    with torch_settings(device="cpu", threads=1):
        state = _state(recipe, "cpu")
        fit(state, material, recipe, device="cpu", progress=Progress(), save=lambda _: None)
    return _step_ms(state.history)


def _together(recipe: Recipe, materials: list[Material]) -> float:
    torch.cuda.reset_peak_memory_stats()
    with torch_settings(device="cuda", threads=1):
        members = [
            Member(
                state=_state(recipe.changed(seed=seed), "cuda"),
                material=material,
                recipe=recipe.changed(seed=seed),
                progress=Progress(),
                save=lambda _: None,
            )
            for seed, material in enumerate(materials)
        ]
        fit_together(members, device="cuda")
    return _step_ms(members[0].state.history)


def _step_ms(history: list[Any]) -> float:
    """Of one network; its epochs' seconds are its share of the group's."""
    ends = [record.seconds for record in history]
    steps = history[0].steps
    each = [after - before for before, after in itertools.pairwise(ends)]
    return 1e3 * statistics.median(each) / steps


if __name__ == "__main__":
    main()
