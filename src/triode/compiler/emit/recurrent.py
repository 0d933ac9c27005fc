"""An LSTM layer as C: frame by frame, with the gates of many hidden units across the lanes.

Each gate takes whole vectors, so the four gates of a unit lie in the same lane of four vectors and
no lanes are shuffled. One frame waits for the one before, so what counts is how much of it can
overlap: at least eight sums run side by side, and the gates of all units are on their way before
the first cell is needed.

A cell forgets by what it loses, c - (1 - f) c with 1 - f = sigmoid(-x): a forget gate near one,
which remembers for hundreds of frames, is then much more exact than f itself rounded to float32.
"""

from dataclasses import dataclass, field
from math import ceil

import numpy as np
import numpy.typing as npt

from triode.compiler.emit.packing import Packed
from triode.compiler.emit.stage import StageCode, View
from triode.compiler.emit.vector_math import activation_function
from triode.compiler.isa import Isa
from triode.compiler.passes.rewrite import Float64Parameters
from triode.graph import Lstm, Node

__all__ = ["PackedCells", "emit_lstm"]

_GATES = ("entry", "forget", "candidate", "output")
_SUMS = 8
"""Running sums that hide the latency of an addition: two a cycle, four cycles each."""


@dataclass(frozen=True)
class _PackedLstm:
    """The bias, then one column per input and hidden unit; each gate padded to whole vectors."""

    name: str
    hidden: int
    columns: int
    padded: int

    @property
    def size(self) -> int:
        """Floats it takes."""
        return 4 * self.padded * (self.columns + 1)

    def pack(self, parameters: Float64Parameters) -> npt.NDArray[np.float64]:
        """The floats, (size,)."""
        bias = parameters[f"{self.name}.bias"][:, None]
        table = np.concatenate([bias, parameters[f"{self.name}.weight"]], axis=1)
        gates = table.reshape(4, self.hidden, -1)
        spare = self.padded - self.hidden
        return np.pad(gates, ((0, 0), (0, spare), (0, 0))).transpose(2, 0, 1).ravel()


def _padded(lstm: Lstm, isa: Isa) -> int:
    return isa.lanes * ceil(lstm.hidden_size / isa.lanes)


@dataclass(frozen=True)
class PackedCells:
    """The initial hidden values, then the initial cell values, both padded to whole vectors."""

    name: str
    hidden: int
    padded: int

    @classmethod
    def of(cls, name: str, lstm: Lstm, isa: Isa) -> "PackedCells":
        """The cells of the node `name`."""
        return cls(name, lstm.hidden_size, _padded(lstm, isa))

    @property
    def size(self) -> int:
        """Floats that the layer keeps between frames."""
        return 2 * self.padded

    def pack(self, parameters: Float64Parameters) -> npt.NDArray[np.float64]:
        """The floats, (size,)."""
        spare = (0, self.padded - self.hidden)
        both = (parameters[f"{self.name}.initial_{part}"] for part in ("hidden", "cell"))
        return np.concatenate([np.pad(values, spare) for values in both])


@dataclass
class _LstmWriter:
    lstm: Lstm
    isa: Isa
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.padded = _padded(self.lstm, self.isa)
        self.vectors = self.padded // self.isa.lanes
        self.chains = ceil(_SUMS / (len(_GATES) * self.vectors))
        self.kinds = ("Fasttanh",) if self.lstm.fast else ("Tanh", "Sigmoid")

    def body(self) -> str:
        """The C text of the stage."""
        self._line(0, "(const float *weights, const struct view *views, const unsigned *dilations,")
        self._line(1, "unsigned frames)")
        self._line(0, "{")
        self._line(1, "const float *const x = views[0].data;")
        self._line(1, "float *const y = views[1].data;")
        self._line(1, "float *const hidden = views[2].data;")
        self._line(1, f"float *const cell = hidden + {self.padded};")
        self._line(1, "const size_t x_plane = views[0].plane, y_plane = views[1].plane;")
        self._line(1, "(void)dilations;")
        self._line(1, "for (unsigned t = 0; t < frames; ++t) {")
        self._sums()
        self._update()
        self._line(2, f"for (unsigned unit = 0; unit < {self.lstm.hidden_size}; ++unit)")
        self._line(3, "y[unit * y_plane + t] = hidden[unit];")
        self._line(1, "}")
        self._line(0, "}")
        return "\n".join([*self.lines, ""])

    def _line(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def _names(self, chain: int) -> list[str]:
        return [f"{gate}{vector}_{chain}" for gate in _GATES for vector in range(self.vectors)]

    def _sums(self) -> None:
        width = 4 * self.padded
        for place, name in enumerate(self._names(0)):
            self._line(2, f"vec {name} = load(weights + {place} * LANES);")
        for chain in range(1, self.chains):
            for name in self._names(chain):
                self._line(2, f"vec {name} = splat(0.0f);")
        self._products(self.lstm.input_size, f"weights + {width}", "x[(i + {0}) * x_plane + t]")
        start = width * (1 + self.lstm.input_size)
        self._products(self.lstm.hidden_size, f"weights + {start}", "hidden[i + {0}]")
        for chain in range(1, self.chains):
            for name, part in zip(self._names(0), self._names(chain), strict=True):
                self._line(2, f"{name} = {name} + {part};")

    def _products(self, count: int, weights: str, source: str) -> None:
        """Add `count` columns: whole rounds of all chains in a loop, then what is left."""
        whole = count - count % self.chains
        self._line(2, "{")
        self._line(3, f"const float *weight = {weights};")
        self._line(3, "unsigned i = 0;")
        if whole:
            self._line(3, f"for (; i < {whole}; i += {self.chains}) {{")
            for chain in range(self.chains):
                self._column(4, chain, source.format(chain))
            self._line(3, "}")
        if count % self.chains:
            self._column(3, 0, source.format(0))
        self._line(2, "}")

    def _column(self, depth: int, chain: int, source: str) -> None:
        self._line(depth, "{")
        self._line(depth + 1, f"const vec s = splat({source});")
        for place, name in enumerate(self._names(chain)):
            self._line(depth + 1, f"{name} = fma_(s, load(weight + {place} * LANES), {name});")
        self._line(depth + 1, f"weight += {4 * self.padded};")
        self._line(depth, "}")

    def _update(self) -> None:
        """From sums to cells to hidden values, each step for all vectors before the next."""
        formulas = {
            "before": "load(cell + {0} * LANES)",
            "lost": f"-{self._sigmoid('-forget{0}_0')} * before{{0}}",
            "open": self._sigmoid("entry{0}_0"),
            "fresh": self._tanh("candidate{0}_0"),
            "now": "before{0} + fma_(open{0}, fresh{0}, lost{0})",
            "shown": self._sigmoid("output{0}_0"),
        }
        for name, formula in formulas.items():
            for vector in range(self.vectors):
                self._line(2, f"const vec {name}{vector} = {formula.format(vector)};")
        for vector in range(self.vectors):
            self._line(2, f"store(cell + {vector} * LANES, now{vector});")
        for vector in range(self.vectors):
            value = f"shown{vector} * {self._tanh(f'now{vector}')}"
            self._line(2, f"store(hidden + {vector} * LANES, {value});")

    def _tanh(self, x: str) -> str:
        return activation_function("Fasttanh" if self.lstm.fast else "Tanh", ()).format(x)

    def _sigmoid(self, x: str) -> str:
        if not self.lstm.fast:
            return activation_function("Sigmoid", ()).format(x)
        half = f"splat(0.5f) * {x}"
        return f"fma_({self._tanh(half)}, splat(0.5f), splat(0.5f))"


def emit_lstm(node: Node, lstm: Lstm, isa: Isa) -> StageCode:
    """The stage of one LSTM layer; its views are input rows, output rows and the node's cells."""
    writer = _LstmWriter(lstm, isa)
    columns = lstm.input_size + lstm.hidden_size
    packing: tuple[Packed, ...] = (
        _PackedLstm(node.name, lstm.hidden_size, columns, writer.padded),
    )
    return StageCode(
        body=writer.body(),
        views=(
            View(node.inputs[0], ring=False),
            View(node.name, ring=False),
            View(node.name, ring=False, cells=True),
        ),
        dilations=(),
        packing=packing,
        kinds=frozenset((kind, ()) for kind in writer.kinds),
        tile=isa.lanes,
    )
