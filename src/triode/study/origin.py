"""What ran a trial: code, machine and compiler, as texts for its record."""

import functools
import shutil
import subprocess
from pathlib import Path

from triode import __version__
from triode.compiler import find_compiler, host_isas
from triode.runtime.benchmark import this_machine

__all__ = ["code_version", "compiler_text", "machine_text"]


@functools.lru_cache
def code_version() -> str:
    """Triode's version, with the commit where it runs from a repository."""
    git = shutil.which("git")
    here = Path(__file__).resolve().parent
    if git is None:
        return __version__
    done = subprocess.run(  # noqa: S603 - no text from outside
        [git, "-C", str(here), "describe", "--always", "--dirty", "--abbrev=12"],
        capture_output=True,
        text=True,
        check=False,
    )
    commit = done.stdout.strip()
    return f"{__version__}+{commit}" if done.returncode == 0 and commit else __version__


@functools.lru_cache
def machine_text(device: str = "cpu") -> str:
    """Processor, cores and system, and what trains, if that is something else."""
    machine = this_machine()
    text = f"{machine.processor}, {machine.cores} cores, {machine.system}"
    if device == "cpu":
        return text
    import torch

    return f"{text}, {torch.cuda.get_device_name() if device == 'cuda' else device}"


@functools.lru_cache
def compiler_text() -> str:
    """What compiles kernels here, and for which instruction set."""
    compiler = find_compiler()
    if compiler is None:
        return "none"
    return f"{compiler.origin}: {compiler.version}, {host_isas()[0].name}"
