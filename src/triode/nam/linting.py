"""Listing everything that is wrong or odd about a file."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from triode.errors import NamFileError
from triode.nam.editing import apply_edit
from triode.nam.model import Model
from triode.nam.notices import RULES, Notice, Severity, path_text
from triode.nam.parser import decode_json, parse_document
from triode.nam.reader import load_bytes
from triode.nam.repairing import mend_refusals, open_document

__all__ = ["Finding", "lint"]

_ORDER: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that the linter found.

    Attributes:
        id: The rule, a key of `triode.nam.notices.RULES`.
        severity: "error": players or Triode refuse the file. "warning": some of them play it
            differently, slower, or not at all. "info": harmless.
        where: The place in the document, such as `config.layers[0].channels`.
        message: One sentence.
        fixable: Whether `repair` mends it.
    """

    id: str
    severity: Severity
    where: str
    message: str
    fixable: bool


def lint(source: Model | Mapping[str, object] | str | os.PathLike[str]) -> list[Finding]:
    """Every finding about a model, a JSON object or a file, the gravest first.

    A file that cannot be read has one finding of the id "broken-file" that says why, after those
    that `repair` could mend; nothing that a file holds makes this function raise.

    Raises:
        NamFileError: There is no such file, or it may not be read.
    """
    findings: list[Finding] = []
    data = load_bytes(source) if isinstance(source, str | os.PathLike) else None
    try:
        document = open_document(source) if data is None else decode_json(data)
        mended = mend_refusals(document)
        findings += [_finding(notice) for notice in mended]
        for notice in mended:
            for edit in notice.edits:
                apply_edit(document, edit)
        missing = {notice.path for notice in mended}
        _, notices = parse_document(document)
        findings += [_finding(notice) for notice in notices if notice.path not in missing]
    except NamFileError as error:
        findings.append(_broken(error))
    return sorted(findings, key=lambda finding: _ORDER.index(finding.severity))


def _finding(notice: Notice) -> Finding:
    return Finding(
        id=notice.id,
        severity=RULES[notice.id].severity,
        where=path_text(notice.path),
        message=notice.message,
        fixable=bool(notice.edits),
    )


def _broken(error: NamFileError) -> Finding:
    parts = [
        f"{error.problem}.",
        "" if error.expected is None else f"Expected {error.expected}.",
        "" if error.got is None else f"Got {error.got}.",
        error.hint or "",
    ]
    return Finding(
        id="broken-file",
        severity=RULES["broken-file"].severity,
        where=error.where or "top level",
        message=" ".join(part for part in parts if part),
        fixable=False,
    )
