"""Circuits solved by ngspice: one input, one output, any dry file.

Between the samples of the dry signal lies what a perfect converter would play: it is brought to
four times its rate before the solver joins its points with straight lines. The solver's step is at
most one sample of that rate, and its own where the circuit changes faster.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr
from catalogue import Gear
from commands import run_program

from triode.errors import StudyError

__all__ = ["OVERSAMPLING", "run_circuit"]

OVERSAMPLING = 4
CIRCUITS = Path(__file__).resolve().parent / "circuits"
_LINES_AT_ONCE = 1 << 18
_DATA = b"Binary:\n"

Signal = npt.NDArray[np.float64]


def run_circuit(gear: Gear, dry: Signal, rate_hz: int, folder: Path) -> Signal:
    """Through a circuit that rests at its operating point before the first sample.

    Args:
        gear: With `circuit`; full scale is 1 V at node `in`, and node `out` is heard.
        dry: (frames,).
        rate_hz: Of `dry`.
        folder: For files that are several hundred megabytes per minute.
    """
    fast_hz = rate_hz * OVERSAMPLING
    drive = np.asarray(soxr.resample(dry, rate_hz, fast_hz, quality="VHQ"))
    times = np.arange(len(drive)) / fast_hz
    _write_points(folder / "in.txt", times, drive)
    text = (CIRCUITS / gear.circuit).read_text(encoding="utf-8")
    (folder / "circuit.cir").write_text(
        text + _commands(1.0 / fast_hz, times[-1]), encoding="utf-8"
    )
    run_program(["ngspice", "-b", "-r", "out.raw", "circuit.cir"], folder)
    solved = np.interp(times, *_read_points(folder / "out.raw"))
    wet = np.asarray(soxr.resample(solved, fast_hz, rate_hz, quality="VHQ"))
    return wet[: len(dry)]


def _commands(step_seconds: float, stop_seconds: float) -> str:
    return f"""
Adry %v([in]) recording
.model recording filesource(file="in.txt" amploffset=[0] amplscale=[1] timeoffset=0 timescale=1
+ timerelative=false amplstep=false)
.options method=trap reltol=1e-4
.save v(out)
.tran {step_seconds:.12g} {stop_seconds:.12g} 0 {step_seconds:.12g}
.end
"""


def _write_points(path: Path, times: Signal, volts: Signal) -> None:
    with path.open("w", encoding="ascii") as file:
        for start in range(0, len(times), _LINES_AT_ONCE):
            here = slice(start, start + _LINES_AT_ONCE)
            file.writelines(
                f"{time:.12g} {volt:.9g}\n"
                for time, volt in zip(times[here].tolist(), volts[here].tolist(), strict=True)
            )


def _read_points(path: Path) -> tuple[Signal, Signal]:
    """Times and volts of ngspice's binary raw file with one saved node."""
    data = np.memmap(path, dtype=np.uint8, mode="r")
    head = bytes(data[:4096])
    start = head.find(_DATA)
    if start < 0:
        raise StudyError("ngspice wrote no result", where=path.name)
    start += len(_DATA)
    count = (len(data) - start) // 16
    points = np.frombuffer(data, dtype="<f8", count=2 * count, offset=start).reshape(count, 2)
    return points[:, 0], points[:, 1]
