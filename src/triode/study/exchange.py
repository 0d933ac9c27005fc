"""Studies as text: one JSON object a line, to be committed, sent, and gone on from elsewhere."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from triode.errors import StudyError
from triode.files import write_bytes_atomically
from triode.study.record import CandidateRecord, TrialRecord
from triode.study.storage import Storage

__all__ = ["export_study", "import_study", "read_export"]

_FORMAT = 1
_COMPRESSED = ".gz"


def export_study(storage: Storage, study: str, path: Path) -> int:
    """Write a study with its gear's hashes, candidates and trials; compressed for a `.gz`.

    The lines are sorted and hold no paths of this machine, so that the same records give the same
    bytes.

    Returns:
        How many trials were written.

    Raises:
        StudyError: There is no such study.
        OutputError: The file cannot be written.
    """
    trials = storage.trials(study)
    # In the order of the file: that of a grid's axes is the order of its candidates.
    lines = [json.dumps(line) for line in _lines(storage, study, trials)]
    data = ("\n".join(lines) + "\n").encode()
    if path.name.endswith(_COMPRESSED):
        data = gzip.compress(data, mtime=0)
    write_bytes_atomically(path, data)
    return len(trials)


def import_study(storage: Storage, path: Path, folder: Path) -> tuple[str, int]:
    """Take in what `export_study` wrote; trials that are there already stay.

    Args:
        storage: Where to.
        path: The file.
        folder: What the paths in the study are relative to on this machine.

    Returns:
        The study's name, and how many trials were new.

    Raises:
        StudyError: It is no export, or the study is here in another form.
    """
    lines = iter(read_export(path))
    head = next(lines, {})
    if head.get("kind") != "study" or head.get("format") != _FORMAT:
        raise _not_an_export(path, head.get("kind", "nothing"))
    name = head["name"]
    storage.register(name, head["digest"], head["document"], str(folder))
    candidates: list[CandidateRecord] = []
    trials: list[TrialRecord] = []
    for line in lines:
        match line.get("kind"):
            case "gear":
                storage.pin_gear(name, {line["name"]: line["digests"]})
            case "candidate":
                candidates.append(CandidateRecord.from_json(line["record"]))
            case "trial":
                trials.append(TrialRecord.from_json(line["record"]))
            case other:
                raise _not_an_export(path, other)
    storage.put_candidates(candidates)
    return name, storage.add_trials(trials)


def read_export(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of an export: "kind" is study, gear, candidate or trial.

    Raises:
        StudyError: The file cannot be read, or a line is no JSON object.
    """
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.name.endswith(_COMPRESSED) else data).decode()
        for line in text.splitlines():
            value = json.loads(line)
            if not isinstance(value, dict):
                raise _not_an_export(path, line[:40])
            yield value
    except (OSError, ValueError, EOFError) as error:
        raise StudyError("the export cannot be read", where=path, got=error) from error


def _lines(
    storage: Storage, study: str, trials: tuple[TrialRecord, ...]
) -> Iterator[dict[str, Any]]:
    stored = storage.study(study)
    yield {
        "kind": "study",
        "format": _FORMAT,
        "name": stored.name,
        "digest": stored.digest,
        "document": stored.document,
    }
    for pin in storage.gear(study):
        yield {"kind": "gear", "name": pin.name, "digests": dict(pin.digests)}
    for candidate in storage.candidates(study):
        yield {"kind": "candidate", "record": candidate.to_json()}
    for trial in trials:
        yield {"kind": "trial", "record": trial.to_json()}


def _not_an_export(path: Path, got: object) -> StudyError:
    return StudyError(
        "the file is not an export of a study",
        where=path,
        expected="what triode study export wrote",
        got=got,
    )
