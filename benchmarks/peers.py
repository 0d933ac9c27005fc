"""A2-Full in torch and onnxruntime, one thread and a whole file at once, beside ours.

The times are those of the processor: what other programs take from it meanwhile is not in them.
`pip install 'triode[bench]'` brings the peers; without them their lines are left out.
"""

import importlib.util
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from captures import network
from figures import Effort, Figure

from triode.architectures import Network
from triode.graph import receptive_field
from triode.nam import a2_config
from triode.runtime import Engine

__all__ = ["PLAYERS", "peers"]

Player = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]
RATE_HZ = 48_000
MUST, AIM = 4.0, 8.0
TOLERANCE = 1e-3  # of the peak: far above rounding, far below another network


def peers(effort: Effort) -> list[Figure]:
    """Time of each peer over ours; the peers' rounds and ours take turns."""
    full = network(a2_config(8))
    frames = round(effort.file_seconds * RATE_HZ)
    signal = np.random.default_rng(0).standard_normal(frames, np.float32) * np.float32(0.1)
    ours = Engine(full).process
    players = {name: make(full) for name, make in PLAYERS.items() if _installed(name)}
    expected = ours(signal)
    reach = receptive_field(full.graph)
    errors = {}
    for name, play in players.items():  # warms up, too
        error = np.abs(play(signal)[reach:] - expected[reach:]).max(initial=0.0)
        errors[name] = float(error / np.abs(expected).max())
        if errors[name] > TOLERANCE:
            message = f"{name} plays another network than ours: {errors[name]:.1e} of the peak"
            raise RuntimeError(message)
    ratios: dict[str, list[float]] = {name: [] for name in players}
    seconds: dict[str, list[float]] = {"ours": [], **{name: [] for name in players}}
    for _ in range(effort.rounds):
        for name, play in (("ours", ours), *players.items()):
            seconds[name].append(_seconds(play, signal))
        for name in players:
            ratios[name].append(seconds[name][-1] / seconds["ours"][-1])
    return [
        Figure.of(
            f"{name} over ours, A2-Full, whole file",
            "x",
            values,
            must=MUST,
            aim=AIM,
            details={
                "audio_seconds": len(signal) / RATE_HZ,
                "seconds": seconds[name],
                "our_seconds": seconds["ours"],
                "error": errors[name],
            },
        )
        for name, values in ratios.items()
    ]


def _installed(name: str) -> bool:
    """Whether the peer `name` and what writes its models are there."""
    needed = {"torch": ("torch",), "onnxruntime": ("onnxruntime", "onnx")}[name]
    return all(importlib.util.find_spec(package) is not None for package in needed)


def _seconds(play: Player, signal: npt.NDArray[np.float32]) -> float:
    start = time.process_time()
    play(signal)
    return time.process_time() - start


def _torch_player(model: Network) -> Player:
    import torch

    from triode.graph.torch_mapping import TorchGraph

    torch.set_num_threads(1)
    module = TorchGraph(model.graph, model.parameters).eval()
    missing = receptive_field(model.graph) - 1

    def play(signal: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        with torch.inference_mode():
            padded = torch.nn.functional.pad(torch.from_numpy(signal), (missing, 0))
            return np.asarray(module(padded[None, None])[0, 0].numpy())

    return play


def _onnxruntime_player(model: Network) -> Player:
    import onnxruntime
    from onnx_writer import onnx_bytes

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        onnx_bytes(model.graph, model.parameters), options, providers=["CPUExecutionProvider"]
    )

    def play(signal: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return np.asarray(session.run(None, {"input": signal[None, None]})[0][0, 0])

    return play


PLAYERS: dict[str, Callable[[Network], Player]] = {
    "torch": _torch_player,
    "onnxruntime": _onnxruntime_player,
}
