"""A network of several parts as one module: each part compiled, autograd between them.

See `triode.compiler.parts` for what the parts are. Between two parts a value exists for the whole
batch; inside a part it exists for the windows that are at work.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor
from torch.nn import functional

from triode.compiler import Isa, host_isas, require_compiler
from triode.compiler.parts import Piece, RecurrentStack, Response, Statistics, split_in_parts
from triode.errors import GraphError
from triode.graph import Graph, Parameters
from triode.graph.torch_mapping import BATCHNORM_MOMENTUM, TorchGraph
from triode.training.kernels import SegmentKernel, check_signal, run_windows
from triode.training.recurrent import StackKernel, run_stack
from triode.training.response import convolve
from triode.training.statistics import StatisticsKernel, batch_statistics

__all__ = ["CompiledParts"]


class CompiledParts(TorchGraph):
    """`graph` trained part by part by generated code; float32 on the CPU.

    Gradients go to the parameters, not to the signal. One thread at a time may use a module.

    Args:
        graph: The network.
        parameters: Its tensors by name; they are copied.
        isa: The instruction set; by default the widest that this machine runs.

    Raises:
        GraphError: A part has no compiled gradient.
        CompileError: There is no compiler, or it failed.
    """

    def __init__(self, graph: Graph, parameters: Parameters, isa: Isa | None = None) -> None:
        super().__init__(graph, parameters)
        isa = isa or host_isas()[0]
        compiler = require_compiler()
        self.parts = split_in_parts(graph)
        pieces = [part for part in self.parts if isinstance(part, Piece)]

        def kernel_of(piece: Piece) -> SegmentKernel:
            return SegmentKernel(piece.graph, isa, to_signal=_wants_signal(piece, graph))

        with ThreadPoolExecutor(os.cpu_count()) as compilers:
            kernels = compilers.map(kernel_of, pieces)
            self._pieces = {one.output: kernel for one, kernel in zip(pieces, kernels, strict=True)}
        self._stacks = {
            part.output: StackKernel(part, isa, compiler)
            for part in self.parts
            if isinstance(part, RecurrentStack)
        }
        if any(isinstance(part, Statistics) for part in self.parts):
            self._statistics = StatisticsKernel(isa, compiler)

    def forward(self, signal: Tensor) -> Tensor:
        """(batch, inputs, frames) to (batch, outputs, frames - receptive field + 1).

        In training mode batchnorm uses the batch's statistics and updates the running ones.

        Raises:
            GraphError: The signal has another shape or type, is too short, or wants a gradient.
        """
        check_signal(self.graph, signal)
        values = {self.graph.input.name: signal}
        folded: dict[str, Tensor] = {}
        for number, part in enumerate(self.parts):
            match part:
                case Piece():
                    kernel = self._pieces[part.output]
                    own = [folded.get(name, self.tensor(name)) for name in kernel.names]
                    values[part.output] = run_windows(kernel, _side_by_side(part, values), own)
                case RecurrentStack():
                    own = [self.tensor(name) for name in part.names]
                    stack = self._stacks[part.output]
                    values[part.output] = run_stack(stack, values[part.source], own)
                case Statistics():
                    values[part.source] = self._normalise(part, values[part.source], folded)
                case Response():
                    values[part.output] = self._convolve(part, values[part.source])
            for name in values.keys() - self._read_after(number):
                del values[name]
        return values[self.graph.output]

    def _read_after(self, number: int) -> set[str]:
        """Values that are not done with after this part."""
        later = {name for part in self.parts[number + 1 :] for name in part.sources}
        return later | {self.graph.output}

    def _normalise(self, part: Statistics, x: Tensor, folded: dict[str, Tensor]) -> Tensor:
        """Put what a batchnorm multiplies with and adds into `folded`; what to read instead of x.

        See `triode.graph.BatchNorm` for the formula; the running variance is the unbiased one.
        """
        name = part.node.name
        own = {
            suffix: self.tensor(f"{name}.{suffix}") for suffix in part.node.operation.parameters()
        }
        mean, variance = own["running_mean"], own["running_var"]
        if self.training:
            count = x.shape[0] * x.shape[2]
            if count < 2:
                raise GraphError(
                    "one frame has no variance", where=name, expected="2 or more frames", got=count
                )
            x, mean, variance = batch_statistics(self._statistics, x)
            with torch.no_grad():
                own["running_mean"].lerp_(mean, BATCHNORM_MOMENTUM)
                own["running_var"].lerp_(variance * (count / (count - 1)), BATCHNORM_MOMENTUM)
        scale = own["weight"] / torch.sqrt(variance + own["eps"])
        folded[f"{name}.weight"] = scale[:, None, None]
        folded[f"{name}.bias"] = own["bias"] - mean * scale
        return x

    def _convolve(self, part: Response, x: Tensor) -> Tensor:
        weight = self.tensor(f"{part.output}.weight")
        bias = self.tensor(f"{part.output}.bias") if part.fir.bias else None
        return convolve(x, weight, bias, part.fir.delay)


def _wants_signal(piece: Piece, graph: Graph) -> bool:
    """Whether the gradient goes on to what the piece reads; if to nothing else, it must."""
    trained = any(one.trainable for one in piece.graph.parameters)
    return piece.sources != (graph.input.name,) or not trained


def _side_by_side(piece: Piece, values: dict[str, Tensor]) -> Tensor:
    """The sources of `piece` as its input, equally long.

    A source that is looked back into less than others may be shorter. Zeros take the place of
    frames that no output depends on.
    """
    if len(piece.sources) == 1:
        return values[piece.sources[0]]
    sources = [values[name] for name in piece.sources]
    outputs = min(
        value.shape[-1] - reach for value, reach in zip(sources, piece.reaches, strict=True)
    )
    frames = outputs + max(piece.reaches)
    newest = [value[..., max(0, value.shape[-1] - frames) :] for value in sources]
    return torch.cat(
        [functional.pad(value, (frames - value.shape[-1], 0)) for value in newest], dim=1
    )
