"""Which generations of players load a model, and what they do differently."""

from collections.abc import Iterator
from dataclasses import dataclass

from triode.nam.a2 import fast_path_obstacles, is_a2
from triode.nam.activation import Activation
from triode.nam.canonical import canonical_config
from triode.nam.convolutional import ConvNetConfig
from triode.nam.model import Config, ContainerConfig, Model
from triode.nam.notices import RULES
from triode.nam.parser import decode_json, encode_mapping, parse_document
from triode.nam.versions import lowest_version, minor_version, newer_features
from triode.nam.wavenet import WaveNetConfig

__all__ = ["PlayerGeneration", "player_support"]

_NAMES = {5: "A1 players", 6: "players of format 0.6", 7: "A2 players"}


@dataclass(frozen=True, kw_only=True)
class PlayerGeneration:
    """What one generation of players makes of a model.

    Attributes:
        name: What to call the generation.
        newest_version: The newest file version that it knows, such as "0.5".
        loads: Whether it loads the model as it will be written.
        reasons: Why not, one sentence each; empty when it loads.
        differences: What it plays differently from this project.
        fast_path: Whether its A2 fast path is taken; None when the model is not A2 or the
            generation has none. A container takes it when all of its sizes do.
    """

    name: str
    newest_version: str
    loads: bool
    reasons: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    fast_path: bool | None = None


def player_support(model: Model) -> tuple[PlayerGeneration, ...]:
    """The generations of players, the oldest first, and what each makes of `model`."""
    return tuple(_generation(minor, model) for minor in _NAMES)


def _generation(minor: int, model: Model) -> PlayerGeneration:
    reasons = (*_reasons(minor, model),)
    return PlayerGeneration(
        name=_NAMES[minor],
        newest_version=f"0.{minor}",
        loads=not reasons,
        reasons=reasons,
        differences=tuple(dict.fromkeys(_differences(model.config))),
        fast_path=_fast_path(model) if minor == max(_NAMES) else None,
    )


def _version(model: Model) -> str:
    """The version that a file of this model carries."""
    return lowest_version(model.config) if model.document is None else model.version


def _reasons(minor: int, model: Model) -> Iterator[str]:
    for feature in newer_features(model.config):
        if feature.minor > minor:
            yield f"it uses {feature.name} (format 0.{feature.minor})"
    version = _version(model)
    needed = minor_version(lowest_version(model.config)) or 0
    if needed <= minor < (minor_version(version) or 0):
        yield f"its version is {version}, though it needs only {lowest_version(model.config)}"
    if any(activation.kind == "Softsigmoid" for activation in _activations(model.config)):
        yield "it uses the activation Softsigmoid, which only the trainer knows"
    yield from _refusals(model)


def _refusals(model: Model) -> Iterator[str]:
    """What is spelled as no player reads it, in the document that would be written back."""
    if model.document is None:
        return
    _, notices = parse_document(decode_json(encode_mapping(model.document)))
    for notice in notices:
        if RULES[notice.id].severity == "error" and notice.id != "softsigmoid":
            yield notice.text.rstrip(".")


def _models(config: Config) -> Iterator[Config]:
    """`config` and those of the models inside it."""
    yield config
    if isinstance(config, ContainerConfig):
        for submodel in config.submodels:
            yield from _models(submodel.model.config)
    if isinstance(config, WaveNetConfig) and config.condition_dsp is not None:
        yield from _models(config.condition_dsp.config)


def _activations(config: Config) -> Iterator[Activation]:
    for inner in _models(config):
        if isinstance(inner, ConvNetConfig):
            yield inner.activation
        if not isinstance(inner, WaveNetConfig):
            continue
        if inner.head is not None:
            yield inner.head.activation
        for array in inner.layer_arrays:
            for layer in array.layers:
                yield layer.activation
                if layer.secondary_activation is not None:
                    yield layer.secondary_activation


def _differences(config: Config) -> Iterator[str]:
    """Where players up to 0.5.3 of the reference core part from the definition."""
    for activation in _activations(config):
        if activation.kind == "Hardtanh" and (activation.min_val, activation.max_val) != (-1, 1):
            yield "Hardtanh is limited to -1 and 1 whatever the file says"
    for inner in _models(config):
        if not isinstance(inner, WaveNetConfig):
            continue
        for array in inner.layer_arrays:
            if array.head.dilation > 1:
                yield "head_dilation is ignored"
            if array.films.layer1x1_post_film.active and any(
                layer.gating != "blended" for layer in array.layers
            ):
                yield "layer1x1_post_film is skipped unless gating is blended"


def _fast_path(model: Model) -> bool | None:
    if isinstance(model.config, ContainerConfig):
        sizes = [_fast_path(submodel.model) for submodel in model.config.submodels]
        return None if None in sizes else all(sizes)
    if not is_a2(model.config):
        return None
    document = model.document or {}
    config = document.get("config") if document else canonical_config(model.config)
    return isinstance(config, dict) and not fast_path_obstacles(config)
