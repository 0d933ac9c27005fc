"""The generated training code under AddressSanitizer and UndefinedBehaviorSanitizer."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch

from conformance.compiled import INSTRUCTION_SETS, Executable, examples
from conformance.native_program import SANITIZING, sanitizing_compiler
from conformance.ours import distance
from triode.compiler import Compiler, Isa
from triode.compiler.emit.segment import Segment, emit_segment
from triode.compiler.toolchain import COMPILE_FLAGS
from triode.graph.torch_mapping import TorchGraph
from triode.training.kernels import gathered

EXAMPLES = examples()
CONVOLVING = ("a1-nano", "a2-lite", "condition", "films", "wavenet")
"""Those whose training is segments; LSTMs and training batchnorms have other code."""
INPUTS = ("forward", "back", "signal", "slope")
MAIN = Path(__file__).parent / "native" / "exact_window.c"
CACHE_LINE_BYTES = 64
TOLERANCE = 1e-3
"""Of the longest gradient. How near exactly is for test_kernels.py: this is to see that it ran."""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the sanitizers' programs are POSIX C")


@pytest.fixture(scope="module")
def sanitizing(tmp_path_factory: pytest.TempPathFactory) -> Compiler:
    return sanitizing_compiler(tmp_path_factory.mktemp("probe"))


@dataclass(frozen=True)
class Window:
    """A program for one window with `outputs` frames of output; its files lie in `folder`."""

    network: Executable
    segment: Segment
    folder: Path
    outputs: int

    def run(self, missing: int = 0) -> "subprocess.CompletedProcess[str]":
        """Run it, with so many bytes of weights left out."""
        trained = sum(one.size for one in self.segment.trained)
        values = self.network.graph.output_channels * self.outputs
        counts = (self.segment.run_in + self.outputs, values, trained, missing)
        return subprocess.run(
            ["./program", *INPUTS, "out", "gradients", *map(str, counts)],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


def build(network: Executable, isa: Isa, compiler: Compiler, folder: Path, outputs: int) -> Window:
    graph, segment = network.graph, emit_segment(network.graph, isa)
    flat = np.concatenate([np.ravel(network.parameters[name]) for name in segment.names])
    generator = np.random.default_rng(outputs)
    frames = segment.run_in + outputs
    contents = (
        gathered(flat.astype(np.float32), segment.forward_index),
        gathered(flat.astype(np.float32), segment.backward_index),
        generator.normal(0, 0.3, (graph.input_channels, frames)).astype(np.float32),
        generator.normal(0, 1, (graph.output_channels, outputs)).astype(np.float32),
    )
    for name, values in zip(INPUTS, contents, strict=True):
        values.tofile(folder / name)
    (folder / "segment.c").write_text(segment.source, encoding="utf-8")
    flags = [*COMPILE_FLAGS, *isa.flags, *SANITIZING]
    compiler.run([*flags, "segment.c", str(MAIN), "-o", "program"], folder)
    return Window(network, segment, folder, outputs)


def check(window: Window) -> None:
    """Nothing is reported, and output and gradients are those of torch."""
    done = window.run()
    assert (done.returncode, done.stderr) == (0, "")
    graph = window.network.graph
    signal = np.fromfile(window.folder / "signal", np.float32).reshape(graph.input_channels, -1)
    slope = np.fromfile(window.folder / "slope", np.float32).reshape(graph.output_channels, -1)
    wanted_out, wanted = by_torch(window.network, signal, slope)
    out = np.fromfile(window.folder / "out", np.float32).astype(np.float64)
    assert distance(out, wanted_out) <= TOLERANCE
    gradients = np.fromfile(window.folder / "gradients", np.float32).astype(np.float64)
    trained = [wanted[one.name].ravel() for one in window.segment.trained]
    assert distance(gradients, np.concatenate(trained)) <= TOLERANCE


def by_torch(
    network: Executable, signal: npt.NDArray[np.float32], slope: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.float64], dict[str, npt.NDArray[np.float64]]]:
    """The output of a window, flat, and the gradient of every trained parameter, in float64."""
    module = TorchGraph(network.graph, network.parameters).double()
    out = module(torch.from_numpy(signal)[None].double())
    out.backward(torch.from_numpy(slope)[None].double())
    gradients = {
        one.name: module.tensor(one.name).grad for one in network.graph.parameters if one.trainable
    }
    return out.detach().numpy().ravel(), {
        name: np.asarray(one.numpy()) for name, one in gradients.items() if one is not None
    }


def test_nothing_is_reported_unless_weights_are_short(sanitizing: Compiler, tmp_path: Path) -> None:
    window = build(EXAMPLES["a1-nano"], INSTRUCTION_SETS[-1], sanitizing, tmp_path, 700)
    check(window)
    done = window.run(missing=CACHE_LINE_BYTES)
    assert done.returncode != 0
    assert "heap-buffer-overflow" in done.stderr


@pytest.mark.heavy
@pytest.mark.parametrize("outputs", [1, 700])
@pytest.mark.parametrize("isa", INSTRUCTION_SETS, ids=lambda isa: isa.name)
@pytest.mark.parametrize("name", CONVOLVING)
def test_nothing_is_reported_anywhere(
    name: str, isa: Isa, outputs: int, sanitizing: Compiler, tmp_path: Path
) -> None:
    check(build(EXAMPLES[name], isa, sanitizing, tmp_path, outputs))
