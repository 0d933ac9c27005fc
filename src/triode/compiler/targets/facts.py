"""What a build takes of its target: flash, memory, multiply-adds."""

from dataclasses import dataclass

__all__ = ["BuildFacts"]


@dataclass(frozen=True, kw_only=True)
class BuildFacts:
    """What was built and what it takes.

    Attributes:
        name: Prefix of every public name and file.
        target: The target's name.
        size: The network's.
        rate_hz: The sample rate that the model is made for.
        macs_per_sample: Multiply-adds of one sample.
        receptive_field_samples: Input that one output sample depends on.
        state_bytes: RAM of one playing model.
        remembered_bytes: What the convolutions must remember, a lower bound of that.
        chunk_frames: Frames that pass through a stage at a time.
        weight_bytes: Flash of the weights; with several instruction sets of the largest.
        code_bytes: Flash of code and tables, measured on the compiled object; None where nothing
            on this machine compiles for the target.
        tolerance: Largest allowed error on the test vectors.
        error: Largest error of the code's rounding on this machine; None without a compiler.
        warnings: What the capture's reader had to say.
    """

    name: str
    target: str
    size: str
    rate_hz: int
    macs_per_sample: int
    receptive_field_samples: int
    state_bytes: int
    remembered_bytes: int
    chunk_frames: int
    weight_bytes: int
    code_bytes: int | None
    tolerance: float
    error: float | None
    warnings: tuple[str, ...]
