"""From what a person typed to an engine."""

from pathlib import Path

from triode.errors import TestSetError
from triode.study.testset.engines.answer import Engine
from triode.study.testset.engines.command import CommandEngine
from triode.study.testset.engines.triode import TriodeEngine
from triode.study.testset.engines.wasm_player import WasmPlayerEngine

__all__ = ["ENGINES", "choose_engine"]

ENGINES = ("triode", "wasm-player")


def choose_engine(text: str, *, timeout_seconds: float, npm: Path | None = None) -> Engine:
    """The engine that `text` names: one of `ENGINES`, or a command with {model}, {in} and {out}.

    Args:
        text: As typed.
        timeout_seconds: How long one model may take an engine that runs in a process of its own.
        npm: The folder with `node_modules`, for the WebAssembly player; see `WasmPlayerEngine`.

    Raises:
        TestSetError: There is no such engine, or something that it needs is missing.
    """
    if text == "triode":
        return TriodeEngine()
    if text == "wasm-player":
        return WasmPlayerEngine(npm, timeout_seconds=timeout_seconds)
    if "{" in text:
        return CommandEngine(text, timeout_seconds=timeout_seconds)
    raise TestSetError(
        "there is no such engine",
        expected=f'{", ".join(ENGINES)}, or a command such as "my-player {{model}} {{in}} {{out}}"',
        got=text,
    )
