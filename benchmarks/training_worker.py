"""One trainer in a process of its own, which does a step when told to.

python benchmarks/training_worker.py WHO NETWORK

WHO is "theirs" (the classes of `neural-amp-modeler`, stepped as its trainer steps them), "ours", or
"ours-cuda" for ours on a graphics card; NETWORK is "a2" or "a1-standard". Commands come line by
line: "step BATCH OUTPUTS" is answered with seconds, "memory" with the resident bytes before the
network was made and at the highest point.
"""

import json
import os
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["RATE_HZ", "THREADS", "main", "sleep_while_waiting"]

THREADS = 2
SECONDS, RATE_HZ = 5, 48000
MRSTFT_WEIGHT = 0.0005
LEARNING_RATE = 0.004
Step = Callable[[int, int], None]


def main() -> None:
    """Make the trainer, then answer commands until there are none."""
    who, network = sys.argv[1:]
    sleep_while_waiting()
    import torch

    torch.set_num_threads(THREADS)
    device = "cuda" if who == "ours-cuda" else "cpu"
    before, step = theirs(network) if who == "theirs" else ours(network, device)
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "memory":
            answer = json.dumps({"before": before, "highest": _status("VmHWM")})
        else:
            batch, outputs = map(int, arguments)
            start = time.perf_counter()
            step(batch, outputs)
            answer = repr(time.perf_counter() - start)
        print(answer, flush=True)


def sleep_while_waiting() -> None:
    """Let torch's threads sleep while they wait for each other, as `triode train` does.

    Spinning is the default. It makes the reference trainer ten times slower on a machine that has
    anything else to do, which would flatter us; on an idle machine the two differ little.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def ours(network: str, device: str) -> tuple[int | None, Step]:
    """Resident bytes once everything is imported, and a step of the loop."""
    import torch

    from triode.nam import parse_config
    from triode.training import load_recipe, loop
    from triode.training.kernels import CompiledGraph

    recipe = load_recipe(network)
    before = _status("VmRSS")
    configs = tuple(parse_config(one.architecture, one.config, RATE_HZ) for one in recipe.sizes)
    state = loop.initial_state(configs, recipe, RATE_HZ, device)
    if device == "cpu" and not all(isinstance(one.module, CompiledGraph) for one in state.trainees):
        raise SystemExit("there is no C compiler to train with")
    dry, wet = (signal.to(device) for signal in _signals())
    # The loop sets it for the time of a training.
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False

    def step(batch: int, outputs: int) -> None:
        windows = recipe.windows.model_copy(update={"output_samples": outputs})
        changed = recipe.model_copy(update={"windows": windows})
        loop.train_step(state, dry, wet, _starts(batch, outputs), changed)
        if device == "cuda":
            torch.cuda.synchronize()

    return before, step


def theirs(network: str) -> tuple[int | None, Step]:
    """The same for the reference trainer: its module, its optimizer, its mask after each step."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nam.train import core
        from nam.train.lightning_module import LightningModule, PackedLightningModule
    before = _status("VmRSS")
    config = core._get_packed_model_config()  # noqa: SLF001
    kind: Any = PackedLightningModule
    if network != "a2":
        config["net"] = {"name": "WaveNet", "config": _standard()}
        kind = LightningModule
    config["loss"]["mrstft_weight"] = MRSTFT_WEIGHT
    config["optimizer"]["lr"] = LEARNING_RATE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = kind.init_from_config(config).train()
        made = module.configure_optimizers()
    optimizer = made[0][0] if isinstance(made, tuple) else made["optimizer"]
    module.net.sample_rate = RATE_HZ
    context = module.net.receptive_field - 1
    dry, wet = _signals()

    def step(batch: int, outputs: int) -> None:
        starts = [int(one) for one in _starts(batch, outputs)]
        x = torch.stack([dry[start - context : start + outputs] for start in starts])
        y = torch.stack([wet[start : start + outputs] for start in starts])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loss = module.training_step((x, y), 0)
        if hasattr(module.net, "apply_mask"):
            module.net.apply_mask()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return before, step


def _standard() -> dict[str, Any]:
    """A1 standard as the reference trainer is told of it."""
    arrays = [
        {
            "input_size": inputs,
            "condition_size": 1,
            "channels": channels,
            "head": {"out_channels": head, "kernel_size": 1, "bias": bias},
            "kernel_size": 3,
            "dilations": [2**power for power in range(10)],
            "activation": "Tanh",
            "gated": False,
        }
        for inputs, channels, head, bias in ((1, 16, 8, False), (16, 8, 1, True))
    ]
    return {"layers_configs": arrays, "head_scale": 0.02}


def _signals() -> tuple[Any, Any]:
    """Some noise that swells, and what a soft clipper makes of it."""
    import torch

    generator = torch.Generator().manual_seed(0)
    frames = SECONDS * RATE_HZ
    swell = 0.2 + 0.1 * torch.sin(torch.arange(frames) / RATE_HZ)
    dry = swell * torch.randn(frames, generator=generator)
    return dry, torch.tanh(4.0 * dry) * 0.3


def _starts(batch: int, outputs: int) -> Any:
    import numpy as np

    return 20_000 + np.arange(batch, dtype=np.int64) * outputs


def _status(key: str) -> int | None:
    """Bytes that Linux counts for this program alone; None elsewhere."""
    path = Path("/proc/self/status")
    if not path.is_file():
        return None
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith(f"{key}:"))


if __name__ == "__main__":
    main()
