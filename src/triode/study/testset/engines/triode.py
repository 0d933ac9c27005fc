"""Triode itself: compiled code where there is a compiler, else torch or the interpreter."""

import warnings

from triode import __version__
from triode.architectures import networks
from triode.audio import read_audio
from triode.compiler import find_compiler
from triode.errors import CompileError, NamFileError
from triode.nam import read
from triode.runtime import SlowPathWarning, renderer
from triode.runtime.benchmark import Benchmark
from triode.study.testset.engines.answer import Answer, Job, Speed, Trouble

__all__ = ["TriodeEngine"]

_BLOCK_FRAMES = 64


class TriodeEngine:
    """Plays and times models within this process."""

    name = "triode"

    def __init__(self) -> None:
        compiler = find_compiler()
        self._benchmark = None if compiler is None else Benchmark(compiler=compiler)
        how = (
            "without a compiler"
            if self._benchmark is None or compiler is None
            else f"{compiler.origin} {compiler.version}, {self._benchmark.isa.name}"
        )
        self.version = f"{__version__}, {how}"

    def play(self, job: Job) -> Answer:
        """See `Engine.play`."""
        try:
            network = networks(read(job.model))[-1]
        except NamFileError as error:
            return Answer(trouble=Trouble.REFUSED, message=str(error))
        with warnings.catch_warnings():
            # Its version says that there is no compiler.
            warnings.simplefilter("ignore", SlowPathWarning)
            play = renderer(network)
            outputs = tuple(play(read_audio(path).samples) for path in job.inputs)
        if self._benchmark is None or not job.timing_seconds:
            return Answer(outputs=outputs, message="not timed")
        try:
            row = self._benchmark.row(
                network.name, network, _BLOCK_FRAMES, seconds=job.timing_seconds
            )
        except CompileError as error:
            return Answer(outputs=outputs, message=str(error))
        speed = Speed(
            ns_per_sample=row.ns_per_sample,
            quartiles=row.ns_per_sample_quartiles,
            method=f"blocks of {_BLOCK_FRAMES} frames",
            peak_share=row.peak_share,
        )
        return Answer(outputs=outputs, speed=speed)
