"""What share of the machine's multiply-add peak the captures reach, and how fast an LSTM is."""

from captures import standard_captures
from figures import Effort, Figure

from triode.architectures import networks
from triode.compiler import host_isas
from triode.runtime.benchmark import Benchmark, Row

__all__ = ["peak_shares"]

BLOCK = 64
SHARES = {"A2-Full": (0.60, 0.75), "A2-Lite": (0.42, 0.55), "A1 standard": (0.45, 0.60)}
LSTM = "LSTM 1x16"
LSTM_MUST, LSTM_AIM = 250.0, 500.0
FEWEST_LANES = 8


def peak_shares(effort: Effort) -> list[Figure]:
    """Every capture on the instruction sets of eight lanes and more; the LSTM on the widest."""
    models = {name: networks(model)[0] for name, model in standard_captures().items()}
    widest, *others = host_isas()
    isas = [widest, *(isa for isa in others if isa.lanes >= FEWEST_LANES)]
    rows: dict[tuple[str, str], list[Row]] = {}
    benchmarks = [Benchmark(isa) for isa in isas]
    for _ in range(effort.rounds):
        for benchmark in benchmarks:
            for name, network in models.items():
                row = benchmark.row(name, network, BLOCK, seconds=effort.seconds)
                rows.setdefault((name, benchmark.isa.name), []).append(row)
    figures = [
        Figure.of(
            f"{name}, {isa.name}: share of the peak",
            "%",
            [row.peak_share for row in rows[name, isa.name]],
            must=must,
            aim=aim,
            details=_details(rows[name, isa.name]),
        )
        for name, (must, aim) in SHARES.items()
        for isa in isas
    ]
    lstm = rows[LSTM, widest.name]
    factors = [row.realtime_factor for row in lstm]
    limits = {"must": LSTM_MUST, "aim": LSTM_AIM, "details": _details(lstm)}
    return [*figures, Figure.of(f"{LSTM}, {widest.name}: real time", "x", factors, **limits)]


def _details(rows: list[Row]) -> dict[str, object]:
    """The round in the middle, and how the peak varied over the rounds."""
    middle = sorted(rows, key=lambda row: row.peak_share)[len(rows) // 2]
    return {"row": middle.to_json(), "peaks_macs_per_ns": [row.peak_macs_per_ns for row in rows]}
