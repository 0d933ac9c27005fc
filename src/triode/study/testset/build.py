"""Making a test set: models, inputs, what is expected, a manifest, and a README for builders."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from triode import __version__
from triode.architectures import networks
from triode.compiler.targets.folder import atomic_folder
from triode.errors import TestSetError
from triode.files import write_bytes_atomically, write_text_atomically
from triode.graph import counts
from triode.nam import DEFAULT_SAMPLE_RATE_HZ
from triode.study.testset.checksums import bytes_sha256, file_sha256
from triode.study.testset.contents import (
    Content,
    chosen_specimens,
    random_mixtures,
    specimen_models,
    trained_models,
)
from triode.study.testset.manifest import (
    MANIFEST,
    SetExpectation,
    SetInput,
    SetManifest,
    SetModel,
    manifest_text,
)
from triode.study.testset.options import options_of
from triode.study.testset.readme import readme_text
from triode.study.testset.sanity import Rounding, expected_output, rounding, tolerance_of_peak
from triode.study.testset.signals import PROBE, set_signals, write_signal

__all__ = ["build_set", "number_of"]

Float32Array = npt.NDArray[np.float32]

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


def build_set(
    name: str,
    output: str | os.PathLike[str],
    *,
    number: int = 1,
    captures: Sequence[Path] = (),
    options: Sequence[str] = (),
    random_count: int = 24,
    seed: int = 0,
    force: bool = False,
    progress: Callable[[str], None] | None = None,
) -> SetManifest:
    """Write a test set into a new folder, whole or not at all.

    The same arguments and captures give the same files, byte for byte.

    Args:
        name: What the set is called: small letters, digits, hyphens.
        output: The folder to make.
        number: Which one of that name.
        captures: `.nam` files to put in as they are.
        options: Patterns of options under study; none means all.
        random_count: How many random mixtures to draw.
        seed: Of all random weights.
        force: Replace a set that is there.
        progress: Told the name of each model when it is written.

    Raises:
        TestSetError: The name, an option or a capture is wrong.
        NamFileError: A capture cannot be read.
        OutputError: The folder exists already or cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise TestSetError(
            "a set cannot be called that",
            expected="small letters, digits and hyphens",
            got=ascii(name),
        )
    chosen = chosen_specimens(options)
    trained = list(trained_models(captures))
    own_hz = int(DEFAULT_SAMPLE_RATE_HZ)
    rates = sorted({own_hz, *(round(one.model.rate_hz) for one in trained)})
    signals = {rate_hz: set_signals(rate_hz) for rate_hz in rates}

    def contents() -> Iterator[Content]:
        drive = signals[own_hz][PROBE]
        yield from specimen_models(chosen, seed, drive)
        yield from random_mixtures(random_count, chosen if options else None, seed, drive)
        yield from trained

    with atomic_folder(output, marker=MANIFEST, force=force) as folder:
        for inner in ("models", "inputs", "expected"):
            (folder / inner).mkdir()
        inputs = [
            _write_input(folder, signal, label, rate_hz)
            for rate_hz in rates
            for label, signal in signals[rate_hz].items()
        ]
        models = []
        for content in contents():
            models.append(_write_model(folder, content, signals[round(content.model.rate_hz)]))
            if progress is not None:
                progress(content.name)
        readme = readme_text(name, number, models)
        write_text_atomically(folder / "README.md", readme)
        manifest = SetManifest(
            name=name,
            number=number,
            triode=__version__,
            seed=seed,
            inputs=tuple(inputs),
            models=tuple(models),
            readme_sha256=bytes_sha256(readme.encode()),
        )
        write_text_atomically(folder / MANIFEST, manifest_text(manifest))
    return manifest


def number_of(output: Path) -> int:
    """The number at the end of a folder's name, as in set-2; 1 when there is none."""
    found = re.search(r"[-_ ]([1-9][0-9]{0,5})$", Path(os.path.abspath(output)).name)  # noqa: PTH100 - the name, not what a link leads to
    return int(found[1]) if found else 1


def _write_input(folder: Path, signal: Float32Array, label: str, rate_hz: int) -> SetInput:
    path = f"inputs/{label}-{rate_hz}.wav"
    write_signal(folder / path, signal, rate_hz)
    return SetInput(
        name=f"{label}-{rate_hz}",
        path=path,
        rate_hz=rate_hz,
        frames=len(signal),
        sha256=file_sha256(folder / path),
    )


def _write_model(folder: Path, content: Content, signals: dict[str, Float32Array]) -> SetModel:
    network = networks(content.model)[-1]
    rate_hz = round(content.model.rate_hz)
    path = f"models/{content.name}.nam"
    write_bytes_atomically(folder / path, content.data)
    expected = []
    wets = {label: expected_output(network, signal) for label, signal in signals.items()}
    peak = max(float(np.abs(wet).max()) for wet in wets.values())
    for label, wet in wets.items():
        inner = f"expected/{content.name}-{label}.wav"
        write_signal(folder / inner, wet.astype(np.float32), rate_hz)
        sha256 = file_sha256(folder / inner)
        expected.append(SetExpectation(input=f"{label}-{rate_hz}", path=inner, sha256=sha256))
    moved = max(rounding(network, signal, wets[label]).moved for label, signal in signals.items())
    share = tolerance_of_peak(network, Rounding(peak=peak, moved=moved))
    return SetModel(
        name=content.name,
        path=path,
        sha256=bytes_sha256(content.data),
        origin=content.origin,
        option=content.option,
        beside=content.beside,
        options=options_of(content.model),
        rate_hz=rate_hz,
        peak=peak,
        tolerance=float(share * peak),
        macs=counts(network.graph).macs,
        expected=tuple(expected),
    )
