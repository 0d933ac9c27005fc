"""Mending a file without changing its sound.

Mending works on the JSON document: some of what players and `parse` refuse can be mended only
there. The rest comes from the reader, whose notices carry their own edits.
"""

import copy
import json
import os
from collections.abc import Iterator, Mapping

from triode.errors import NamFileError
from triode.nam.editing import apply_edit
from triode.nam.model import Model
from triode.nam.notices import REMOVE, RULES, Edit, Notice, Path, path_text
from triode.nam.parser import decode_json, encode_mapping, parse_document
from triode.nam.reader import load_document, naming_file
from triode.nam.versions import NEWEST_MINOR, VERSION_BY_MINOR
from triode.nam.writer import to_document

__all__ = ["mend_refusals", "open_document", "repair"]

_MOST_ROUNDS = 8


def repair(
    source: Model | Mapping[str, object] | str | os.PathLike[str],
) -> tuple[Model, tuple[str, ...]]:
    """The mended model, and one sentence for each thing that was done.

    Args:
        source: A model, a JSON object, or the path of a file, which may be one that `read`
            refuses.

    Raises:
        NamFileError: The file breaks a rule in a way that cannot be mended.
    """
    document = open_document(source)
    done = [_apply(document, notice) for notice in mend_refusals(document)]
    try:
        for _ in range(_MOST_ROUNDS):
            _, notices = parse_document(document)
            pending = [notice for notice in notices if notice.edits]
            # Rewriting the config as a whole comes last: it would undo edits inside it.
            small = [notice for notice in pending if notice.id != "a2-off-fast-path"]
            if not pending:
                break
            done += [_apply(document, notice) for notice in small or pending]
        model, _ = parse_document(document)
    except NamFileError as error:
        if isinstance(source, str | os.PathLike):
            raise naming_file(error, source) from error
        raise
    return (source, ()) if isinstance(source, Model) and not done else (model, tuple(done))


def open_document(
    source: Model | Mapping[str, object] | str | os.PathLike[str],
) -> dict[str, object]:
    """A JSON object of the caller's own for `source`."""
    if isinstance(source, Model):
        return copy.deepcopy(to_document(source))
    if isinstance(source, Mapping):
        return decode_json(encode_mapping(source))
    return load_document(source)


def mend_refusals(document: dict[str, object]) -> tuple[Notice, ...]:
    """What `parse` refuses and an edit can mend."""
    return tuple(
        notice for path, model in _models(document, ()) for notice in _refusals(path, model)
    )


def _models(value: object, path: Path) -> Iterator[tuple[Path, Mapping[str, object]]]:
    """Every model object in the document, outermost first."""
    if not isinstance(value, dict):
        return
    yield path, value
    config = value.get("config")
    if not isinstance(config, dict):
        return
    yield from _models(config.get("condition_dsp"), (*path, "config", "condition_dsp"))
    submodels = config.get("submodels")
    for index, entry in enumerate(submodels if isinstance(submodels, list) else []):
        if isinstance(entry, dict):
            yield from _models(entry.get("model"), (*path, "config", "submodels", index, "model"))


def _refusals(path: Path, model: Mapping[str, object]) -> Iterator[Notice]:
    if "version" not in model and "architecture" in model:
        place = (*path, "version")
        yield Notice(
            id="version-missing",
            path=place,
            message="the file names no version of its format.",
            edits=(Edit(place, VERSION_BY_MINOR[NEWEST_MINOR]),),
        )
    if "sample_rate" in model:
        yield from _sample_rate_refusals((*path, "sample_rate"), model["sample_rate"])
    if model.get("architecture") == "SlimmableContainer" and model.get("weights") is None:
        place = (*path, "weights")
        yield Notice(
            id="weights-missing",
            path=place,
            message="players demand a weights list, though a container's is empty.",
            edits=(Edit(place, []),),
        )


def _sample_rate_refusals(place: Path, raw: object) -> Iterator[Notice]:
    if raw is None:
        edit = Edit(place, REMOVE)
    elif isinstance(raw, str) and len(raw) <= 16 and raw.strip().isascii() and raw.isdecimal():
        edit = Edit(place, int(raw))
    else:
        return
    yield Notice(
        id="sample-rate-type",
        path=place,
        message="sample_rate is a number or absent; players refuse anything else.",
        edits=(edit,),
    )


def _apply(document: dict[str, object], notice: Notice) -> str:
    for edit in notice.edits:
        apply_edit(document, edit)
    actions = ", ".join(_action(edit) for edit in notice.edits)
    return f"{path_text(notice.path)}: {RULES[notice.id].summary}; {actions}"


def _action(edit: Edit) -> str:
    name = path_text(edit.path)
    if edit.value is REMOVE:
        return f"removed {name}"
    text = json.dumps(edit.value)
    return f"set {name} to {text}" if len(text) <= 40 else f"rewrote {name}"
