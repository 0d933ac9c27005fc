"""Playing models: from a network and a signal to what the amplifier makes of it.

`load` makes an amp to play through block by block, `render` plays a whole signal. Both run machine
code made by `triode.compiler`; without a C compiler `render` uses torch or the interpreter, slowly.
Importing this package never loads torch; the executors do when they are made.
"""

from triode.runtime.amp import Amp, load
from triode.runtime.engine import Engine
from triode.runtime.executor import (
    Executor,
    best_executor,
    interpreter_executor,
    torch_executor,
)
from triode.runtime.render import SlowPathWarning, render, render_blocks
from triode.runtime.repeated import renderer

__all__ = [
    "Amp",
    "Engine",
    "Executor",
    "SlowPathWarning",
    "best_executor",
    "interpreter_executor",
    "load",
    "render",
    "render_blocks",
    "renderer",
    "torch_executor",
]
