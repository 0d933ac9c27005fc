"""The deployed WebAssembly player beside ours, in one process of Node.js without flags."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from captures import RATE_HZ, standard_captures
from figures import Effort, Figure

from triode.compiler.targets import TARGETS, build_target, target_compiler
from triode.nam import Model, write

__all__ = ["missing_for_wasm", "wasm_peer"]

HERE = Path(__file__).resolve().parent
PEER = HERE.parent / "tests" / "conformance" / "node_modules" / "@opendaw" / "nam-wasm"
BLOCK = 64
BLOCKS = 1500  # a whole number of turns of the script
LIMITS = {"A2-Full": (5.0, 6.0), "A1 standard": (3.5, 4.5)}
TOLERANCE = 1e-2  # of the peak: the peer approximates tanh; another network is further away
TIMEOUT_SECONDS = 300


def missing_for_wasm() -> str | None:
    """What has to be installed first, or None."""
    if shutil.which("node") is None:
        return "Node.js is not installed"
    if not PEER.is_dir():
        return "the player is not installed: npm ci --prefix tests/conformance"
    if target_compiler(TARGETS["wasm"]) is None:
        return "no compiler for WebAssembly: pip install 'triode[toolchain]'"
    return None


def wasm_peer(effort: Effort) -> list[Figure]:
    """The peer's median time of a block over ours, for each capture with a limit."""
    models = standard_captures()
    return [_compare(name, models[name], limits, effort) for name, limits in LIMITS.items()]


def _compare(name: str, model: Model, limits: tuple[float, float], effort: Effort) -> Figure:
    with tempfile.TemporaryDirectory(prefix="wasm-") as text:
        folder = Path(text)
        built = folder / "built"
        build_target(model, TARGETS["wasm"], built, name="amp")
        write(model, folder / "amp.nam")
        dry = 0.1 * np.random.default_rng(0).standard_normal(BLOCK * BLOCKS)
        dry.astype("<f4").tofile(folder / "dry.f32")
        job = {
            "peer": os.fspath(PEER),
            "ours": os.fspath(built / "amp.mjs"),
            "model": os.fspath(folder / "amp.nam"),
            "input": os.fspath(folder / "dry.f32"),
            "rate_hz": RATE_HZ,
            "block_frames": BLOCK,
            "blocks": effort.script_blocks,
        }
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        answer = _node(folder / "job.json")
    if answer["difference"] > TOLERANCE:
        message = f"the peer plays {name} differently: {answer['difference']:.1e} of the peak"
        raise RuntimeError(message)
    peer, ours = np.array(answer["peer"]), np.array(answer["ours"])
    # A round is a turn of both, so that a slow moment of the machine meets both.
    rounds = min(20, len(peer) // 50)
    ratios = [
        float(np.median(a) / np.median(b))
        for a, b in zip(np.array_split(peer, rounds), np.array_split(ours, rounds), strict=True)
    ]
    return Figure.of(
        f"@opendaw/nam-wasm over ours, {name}",
        "x",
        ratios,
        must=limits[0],
        aim=limits[1],
        details={
            "node": answer["node"],
            "block_frames": BLOCK,
            "blocks": len(ours),
            "peer_ns_per_sample": float(np.median(peer)) * 1e6 / BLOCK,
            "our_ns_per_sample": float(np.median(ours)) * 1e6 / BLOCK,
            "difference": answer["difference"],
        },
    )


def _node(job: Path) -> dict[str, Any]:
    done = subprocess.run(
        ["node", os.fspath(HERE / "wasm_peer.mjs"), os.fspath(job)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode:
        message = f"wasm_peer.mjs failed with {done.returncode}: {done.stderr}"
        raise RuntimeError(message)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
