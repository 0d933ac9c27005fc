"""Plugins of others, run offline on files of 32-bit float."""

import ctypes
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
from catalogue import Gear
from commands import run_program

from triode.errors import StudyError

__all__ = ["run_ladspa", "run_lv2"]

LADSPA_FOLDER = Path("/usr/lib/ladspa")
_CONTROL = 4
_INPUT = 1
_ALMOST_FULL_SCALE = 0.999

Signal = npt.NDArray[np.float64]


def run_lv2(gear: Gear, dry: Signal, rate_hz: int, folder: Path) -> Signal:
    """Through an LV2 plugin, by lilv's lv2apply."""
    controls = [
        word for name, value in gear.settings.items() for word in ("-c", name, f"{value:g}")
    ]
    files = ["-i", "in.wav", "-o", "out.wav"]
    return _run(["lv2apply", *files, *controls, gear.plugin], dry, rate_hz, folder)


def run_ladspa(gear: Gear, dry: Signal, rate_hz: int, folder: Path) -> Signal:
    """Through a plugin of CAPS, by SoX, which wants all controls in the plugin's order.

    Raises:
        StudyError: A setting has no such name, or SoX clipped what came out.
    """
    # CAPS makes whoever loads it round small numbers to zero, in that thread and for good.
    with ThreadPoolExecutor(1) as aside:
        order = aside.submit(_controls, gear.plugin).result()
    if set(order) != gear.settings.keys():
        raise StudyError(
            f"the settings of {gear.plugin} are not complete",
            where=gear.name,
            expected=", ".join(order),
            got=", ".join(gear.settings),
        )
    values = [f"{gear.settings[name]:g}" for name in order]
    words = ["sox", "in.wav", "-b", "32", "-e", "floating-point", "out.wav"]
    wet = _run([*words, "ladspa", "caps", gear.plugin, *values], dry, rate_hz, folder)
    if np.abs(wet).max() > _ALMOST_FULL_SCALE:
        raise StudyError(
            "SoX clipped what the plugin played",
            where=gear.name,
            hint="Lower input_db in gear.toml.",
        )
    return wet


def _run(words: list[str], dry: Signal, rate_hz: int, folder: Path) -> Signal:
    soundfile.write(folder / "in.wav", dry, rate_hz, subtype="FLOAT")
    run_program(words, folder, {"LADSPA_PATH": str(LADSPA_FOLDER)})
    return np.asarray(soundfile.read(folder / "out.wav", dtype="float64", always_2d=True)[0][:, 0])


class _Range(ctypes.Structure):
    _fields_ = (("hint", ctypes.c_int), ("low", ctypes.c_float), ("high", ctypes.c_float))


class _Descriptor(ctypes.Structure):
    """The beginning of LADSPA_Descriptor, version 1.1."""

    _fields_ = (
        ("identifier", ctypes.c_ulong),
        ("label", ctypes.c_char_p),
        ("properties", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("maker", ctypes.c_char_p),
        ("copyright", ctypes.c_char_p),
        ("port_count", ctypes.c_ulong),
        ("port_kinds", ctypes.POINTER(ctypes.c_int)),
        ("port_names", ctypes.POINTER(ctypes.c_char_p)),
        ("port_ranges", ctypes.POINTER(_Range)),
    )


def _controls(label: str) -> list[str]:
    """Names of a CAPS plugin's controls, in its order."""
    try:
        library = ctypes.CDLL(str(LADSPA_FOLDER / "caps.so"))
    except OSError as error:
        raise StudyError(
            "the plugins of CAPS are not installed",
            where=LADSPA_FOLDER,
            hint="On Debian and Ubuntu: tools/debian-packages",
        ) from error
    find = library.ladspa_descriptor
    find.restype, find.argtypes = ctypes.POINTER(_Descriptor), [ctypes.c_ulong]
    index = 0
    while found := find(index):
        plugin = found.contents
        if plugin.label.decode() == label:
            kind = _CONTROL | _INPUT
            return [
                plugin.port_names[port].decode()
                for port in range(plugin.port_count)
                if plugin.port_kinds[port] & kind == kind
            ]
        index += 1
    raise StudyError("CAPS has no such plugin", where=label)
