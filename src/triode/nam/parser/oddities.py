"""What is odd about a model as a whole, though it can be read."""

import numpy as np
import numpy.typing as npt

from triode.nam.a2 import fast_path_obstacles, is_a2
from triode.nam.canonical import canonical_config
from triode.nam.editing import carry_over
from triode.nam.model import Config
from triode.nam.notices import Edit
from triode.nam.parser.values import Fields, Value
from triode.nam.recurrent import LstmConfig
from triode.nam.versions import lowest_version, minor_version
from triode.nam.wavenet import WaveNetConfig

__all__ = ["note_fast_path", "note_head_scale", "note_version", "note_width"]


def note_head_scale(value: Value, config: Config, weights: npt.NDArray[np.float32]) -> None:
    """The config's head_scale is only a copy of the last weight."""
    if not isinstance(config, WaveNetConfig) or np.float32(config.head_scale) == weights[-1]:
        return
    path = (*value.path, "head_scale")
    last = float(str(weights[-1]))
    message = f"{config.head_scale:g}, but the last weight is {last:g} and wins."
    value.notices.add("head-scale-differs", path, message, Edit(path, last))


def note_version(fields: Fields, version: str, config: Config, *, nested: bool) -> None:
    """Too low a version is misread by older players; too high a one is refused by them."""
    path = (*fields.path, "version")
    needed = lowest_version(config)
    have, need = minor_version(version) or 0, minor_version(needed) or 0
    edit = Edit(path, needed)
    if have < need:
        message = f"{version}, but the content needs {needed}: older players play it wrongly."
        fields.notices.add("version-too-low", path, message, edit)
    elif have > need and not nested:
        message = f"{version}, though {needed} holds the content: older players refuse the file."
        fields.notices.add("version-too-high", path, message, edit)


def note_fast_path(value: Value, config: Config) -> None:
    """A2 is fast in players only when its JSON has the shape that they look for."""
    if not is_a2(config):
        return
    original = value.fields().raw
    obstacles = fast_path_obstacles(original)
    if not obstacles:
        return
    canonical = canonical_config(config)
    unknown = [n.path for n in value.notices.items if n.id == "unknown-key"]
    depth = len(value.path)
    carry_over(canonical, original, [p[depth:] for p in unknown if p[:depth] == value.path])
    message = f"players run this A2 three times slower than need be: {'; '.join(obstacles)}."
    value.note("a2-off-fast-path", message, Edit(value.path, canonical))


def note_width(value: Value, config: Config) -> None:
    """Plugins are mono."""
    match config:
        case WaveNetConfig():
            widths = (config.in_channels, config.out_channels)
        case LstmConfig():
            widths = (config.input_size, 1)
        case _:
            return
    if widths != (1, 1):
        message = f"{widths[0]} input and {widths[1]} output channels; plugins play 1 and 1."
        value.note("not-mono", message)
