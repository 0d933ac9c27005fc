"""Triode captures, compiles and studies neural amps.

The package root stays light: nothing here imports the network, audio or training code before
`load` is asked for.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from triode.runtime.amp import Amp, load

__all__ = ["Amp", "__version__", "load"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    if name in {"Amp", "load"}:
        from triode.runtime import amp

        return getattr(amp, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
