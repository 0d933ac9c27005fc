"""Triode captures, compiles and studies neural amps.

The package root stays light: nothing here imports the network, audio or training code.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
