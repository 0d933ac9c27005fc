"""What the page needs to play a capture: modules, a passage, and levels that match."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from triode import __version__
from triode.architectures import Network, networks
from triode.audio import write_audio
from triode.capture import make_pair
from triode.compiler.targets import build_target, find_target
from triode.files import atomic_path, make_folder, write_text_atomically
from triode.nam import Model, read, to_bytes
from triode.processes import Orders, Tell
from triode.report.build import recording_of
from triode.runtime import renderer
from triode.studio.loudness import gain_db, loudness_lufs
from triode.synthetic import performance

__all__ = ["do"]

_MOST_SECONDS: Final = 20.0
_RIFF_SECONDS: Final = 10.0
_NAME: Final = "model"

Float32Array = npt.NDArray[np.float32]


def do(task: Mapping[str, Any], tell: Tell, orders: Orders) -> Mapping[str, Any]:
    """Make what `triode.studio.auditions` serves.

    `model` is played; `dry` and `wet` are the recordings it was made of, or None; `modules` is the
    folder of compiled modules, `folder` the one for the rest.

    Raises:
        TriodeError: The capture cannot be played, or nothing here compiles WebAssembly.
    """
    del tell, orders
    model = read(task["model"])
    sizes = networks(model)
    modules, folder = Path(task["modules"]), Path(task["folder"])
    make_folder(modules)
    make_folder(folder)
    keys = [_module(size, modules) for size in sizes]
    rate_hz = round(model.rate_hz)
    dry, wet = _passage(task, model, sizes)
    write_audio(folder / "dry.wav", dry, rate_hz)
    if wet is not None:
        write_audio(folder / "wet.wav", wet, rate_hz)
    levels = {size.name: loudness_lufs(renderer(size)(dry), rate_hz) for size in sizes}
    wet_lufs = None if wet is None else loudness_lufs(wet, rate_hz)
    dry_lufs = loudness_lufs(dry, rate_hz)
    found = {
        "rate_hz": rate_hz,
        "seconds": len(dry) / rate_hz,
        "sizes": [
            {
                "name": size.name,
                "module": key,
                "loudness_lufs": levels[size.name],
                "gain_db": gain_db(levels[size.name]),
            }
            for size, key in zip(sizes, keys, strict=True)
        ],
        "dry": {"loudness_lufs": dry_lufs, "gain_db": gain_db(dry_lufs)},
        "wet": None if wet is None else {"loudness_lufs": wet_lufs, "gain_db": gain_db(wet_lufs)},
    }
    write_text_atomically(folder / "audition.json", json.dumps(found, allow_nan=False))
    return found


def _passage(
    task: Mapping[str, Any], model: Model, sizes: tuple[Network, ...]
) -> tuple[Float32Array, Float32Array | None]:
    """What is played: the passage that judged the capture, or a riff where there is none."""
    rate_hz = round(model.rate_hz)
    if task["dry"] is None or task["wet"] is None:
        return performance(_RIFF_SECONDS, rate_hz), None
    pair = make_pair(task["dry"], task["wet"], rate_hz=rate_hz, **task["pairing"])
    start, stop = recording_of(pair, sizes).validation
    stop = min(stop, start + round(_MOST_SECONDS * rate_hz))
    return np.ascontiguousarray(pair.dry[start:stop]), np.ascontiguousarray(pair.wet[start:stop])


def _module(size: Network, modules: Path) -> str:
    """Compile one size unless that was done before; returns the name of its module.

    The name is made of what the module is made of: the network, without what is said about it,
    and the version of what compiles.
    """
    bare = replace(size.model, metadata={}, document=None)
    digest = hashlib.sha256(f"{__version__}\n".encode() + to_bytes(bare))
    key = digest.hexdigest()[:40]
    target = modules / f"{key}.wasm"
    if not target.is_file():
        with tempfile.TemporaryDirectory() as scratch:
            built = Path(scratch) / "built"
            build_target(size.model, find_target("wasm"), built, name=_NAME)
            with atomic_path(target) as temporary:
                shutil.copyfile(built / f"{_NAME}.wasm", temporary)
    return key
