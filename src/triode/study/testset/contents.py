"""Which models go into a test set: specimens, random mixtures, trained captures."""

import fnmatch
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from triode.architectures import networks, standalone
from triode.errors import NamFileError, TestSetError
from triode.nam import (
    DEFAULT_SAMPLE_RATE_HZ,
    Model,
    WaveNetConfig,
    parse,
    read,
    to_bytes,
    to_document,
)
from triode.study.testset.options import config_options, options_of
from triode.study.testset.random_documents import random_wavenet, seeded
from triode.study.testset.random_weights import random_model, seed_of
from triode.study.testset.sanity import sane
from triode.study.testset.specimens import BASE, Specimen, specimens

__all__ = ["Content", "chosen_specimens", "random_mixtures", "specimen_models", "trained_models"]

Float32Array = npt.NDArray[np.float32]

_TRIES = 200


@dataclass(frozen=True, kw_only=True)
class Content:
    """One file of a set before it is written: its bytes, the model in them, what it is for."""

    name: str
    model: Model
    data: bytes
    origin: Literal["specimen", "random", "trained"]
    option: str | None = None
    beside: str | None = None


def chosen_specimens(patterns: Sequence[str]) -> list[Specimen]:
    """The base, the specimens whose option fits a pattern, and those that they stand beside.

    Args:
        patterns: Names of options as `options_of` gives them, with `*` and `?`; none means all.

    Raises:
        TestSetError: A pattern fits nothing.
    """
    everything = {one.name: one for one in specimens()}
    if not patterns:
        return list(everything.values())
    known = [one.option for one in everything.values() if one.option is not None]
    for pattern in patterns:
        if not any(_fits(option, (pattern,)) for option in known):
            raise TestSetError(
                "there is no such option",
                expected=f"a name or a pattern of: {', '.join(sorted(known))}",
                got=pattern,
            )
    wanted = {BASE}
    for one in everything.values():
        if one.option is None or not _fits(one.option, patterns):
            continue
        name: str | None = one.name
        while name is not None:
            wanted.add(name)
            name = everything[name].beside
    return [one for name, one in everything.items() if name in wanted]


def specimen_models(chosen: Sequence[Specimen], seed: int, dry: Float32Array) -> Iterator[Content]:
    """Sane random weights for every specimen, drawn anew until they are."""
    for one in chosen:
        for attempt in range(_TRIES):
            model = sane(random_model(one.config, seed_of(f"{one.name} {attempt}", seed)), dry)
            if model is not None:
                break
        else:
            raise TestSetError(
                f"no sane weights in {_TRIES} draws", where=one.name, hint="Try another seed."
            )
        yield Content(
            name=one.name,
            model=model,
            data=to_bytes(model),
            origin="specimen",
            option=one.option,
            beside=one.beside,
        )


def random_mixtures(
    count: int, allowed: Sequence[Specimen] | None, seed: int, dry: Float32Array
) -> Iterator[Content]:
    """Sane random WaveNets over all options and spellings that players read.

    Args:
        count: How many; fewer come when few draws keep to what is allowed.
        allowed: Nothing but the options of these; None for no limit.
        seed: Of everything.
        dry: (frames,) the driving signal.
    """
    known = None if allowed is None else {o for one in allowed for o in config_options(one.config)}
    found = 0
    for attempt in range(count * _TRIES):
        if found == count:
            return
        drawn = random_wavenet(seeded(seed_of(f"random {attempt}", seed)), audience="player")
        document = _at_48_khz(drawn)
        model = parse(json.dumps(document))
        if known is not None and not known.issuperset(options_of(model)):
            continue
        scaled = sane(model, dry)
        if scaled is None:
            continue
        respelled = _spelled_as(document, scaled)
        found += 1
        yield Content(
            name=f"random-{found:02d}",
            model=respelled,
            data=to_bytes(respelled),
            origin="random",
        )


def trained_models(paths: Sequence[Path]) -> Iterator[Content]:
    """Captures as they are, and every size but the largest as a file of its own.

    Raises:
        NamFileError: A file cannot be read.
        TestSetError: One is not mono, its rate is no whole number, or two have one name.
    """
    names: set[str] = set()
    for path in paths:
        model = read(path)
        sizes = networks(model)
        graph = sizes[-1].graph
        if (graph.input_channels, graph.output_channels) != (1, 1) or model.rate_hz % 1:
            raise TestSetError(
                "the capture does not fit a test set",
                where=path,
                expected="one input, one output, a whole number of Hz",
                got=f"{graph.input_channels}, {graph.output_channels}, {model.rate_hz:g} Hz",
            )
        stem = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "capture"
        if stem in names:
            raise TestSetError("two captures have one name", where=path, got=stem)
        names.add(stem)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise NamFileError("the file cannot be read", where=path, got=error) from error
        yield Content(name=f"trained-{stem}", model=model, data=data, origin="trained")
        for size in sizes[:-1]:
            part = standalone(model, size.name)
            yield Content(
                name=f"trained-{stem}-{size.name}",
                model=part,
                data=to_bytes(part),
                origin="trained",
            )


def _fits(option: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(option.lower(), pattern.lower()) for pattern in patterns)


def _at_48_khz(document: dict[str, Any]) -> dict[str, Any]:
    """The document at the rate of the set, its condition network too."""
    config = dict(document["config"])
    if "condition_dsp" in config:
        config["condition_dsp"] = _at_48_khz(config["condition_dsp"])
    return {**document, "config": config, "sample_rate": int(DEFAULT_SAMPLE_RATE_HZ)}


def _spelled_as(document: dict[str, Any], scaled: Model) -> Model:
    """`scaled` with the spellings of `document`, which it differs from in its level only."""
    written = to_document(scaled)
    assert isinstance(scaled.config, WaveNetConfig)
    config = {**document["config"], "head_scale": scaled.config.head_scale}
    return parse(json.dumps({**document, "config": config, "weights": written["weights"]}))
