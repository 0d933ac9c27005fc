"""Makes the starting point of a recipe: weights from which any amplifier is a short way off.

python recipes/make_starting_point.py a2 --output recipes/a2-start.npy

First-order meta-learning (Nichol, Achiam and Schulman 2018, "Reptile") over amplifiers that are
made of formulas: from the weights so far, take a few steps towards one amplifier; then move the
weights a part of the way to where that led; go on with the next amplifier. Amplifiers are drawn
from clean to fuzz, with either polarity. Nothing recorded is used, so every real recording is gear
that the starting point has not seen. The same arguments give the same file on the same machine.
"""

import argparse
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

AMPLIFIER_SECONDS = 3.0
RATE_HZ = 48000
WET_LEVEL_DBFS = -18.0
INNER_STEPS, INNER_BATCH, INNER_LEARNING_RATE = 16, 4, 0.002
OUTER_FIRST, OUTER_LAST = 0.5, 0.05
Float32Array = npt.NDArray[np.float32]


def main() -> None:
    """Learn and write the weights."""
    options = _arguments()
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch

    from triode.files import write_bytes_atomically
    from triode.nam import parse_config
    from triode.training import load_recipe
    from triode.training.loop import initial_state, torch_settings, train_step
    from triode.training.starting_point import pack

    recipe = load_recipe(options.recipe).changed(seed=options.seed)
    configs = tuple(parse_config(one.architecture, one.config, RATE_HZ) for one in recipe.sizes)
    with torch_settings(device="cpu", threads=options.threads):
        state = initial_state(configs, recipe, RATE_HZ, "cpu")
        run_in = max(one.run_in_samples for one in state.trainees)
        samples = recipe.windows.output_samples
        weights = [one for trainee in state.trainees for one in trainee.module.parameters()]
        began = time.monotonic()
        for number, (dry, wet, generator) in enumerate(_amplifiers(options)):
            share = number / options.amplifiers
            outer = OUTER_FIRST * (1.0 - share) + OUTER_LAST * share
            before = [one.detach().clone() for one in weights]
            state.optimizer = torch.optim.Adam(weights, lr=INNER_LEARNING_RATE)
            signals = torch.from_numpy(dry), torch.from_numpy(wet)
            for _ in range(INNER_STEPS):
                starts = generator.integers(run_in, len(dry) - samples, INNER_BATCH)
                losses = train_step(state, *signals, starts, recipe)
            with torch.no_grad():
                for one, old in zip(weights, before, strict=True):
                    one.copy_(old + outer * (one - old))
            text = ", ".join(f"{name} {value:.2e}" for name, value in losses.items())
            print(
                f"amplifier {number + 1}  {time.monotonic() - began:.0f} s  loss {text}", flush=True
            )
        found = [trainee.module.to_parameters() for trainee in state.trainees]
    write_bytes_atomically(options.output, pack(found))


def _amplifiers(
    options: argparse.Namespace,
) -> Iterator[tuple[Float32Array, Float32Array, np.random.Generator]]:
    """One performance after another, each through its own amplifier."""
    from triode.synthetic import amplify, performance, random_settings

    for number in range(options.amplifiers):
        generator = np.random.default_rng((options.seed, number))
        dry = performance(AMPLIFIER_SECONDS, RATE_HZ, seed=int(generator.integers(1 << 31)))
        dry *= np.float32(10.0 ** (generator.uniform(-12.0, 0.0) / 20.0))
        wet = amplify(dry, RATE_HZ, random_settings(generator))
        level = float(np.sqrt(np.mean(np.square(wet, dtype=np.float64)))) or 1.0
        gain = generator.choice([-1.0, 1.0]) * 10.0 ** (WET_LEVEL_DBFS / 20.0) / level
        yield dry, (wet * gain).astype(np.float32), generator


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe", help="a recipe's name or path")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--amplifiers", type=int, default=160)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
