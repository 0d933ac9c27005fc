"""From a schedule to C text."""

from triode.compiler.emit.module import Module, emit_module

__all__ = ["Module", "emit_module"]
