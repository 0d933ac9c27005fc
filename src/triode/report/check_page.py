"""What `triode check` found, as one page to read: each finding with its plot."""

import html
import os
from collections.abc import Sequence
from pathlib import Path
from string import Template

from triode import __version__
from triode.capture import Examination, Split
from triode.capture.checks import CHECKS, REFUSALS, Finding, Severity
from triode.files import refuse_overwrite, require_suffix, write_text_atomically
from triode.report.asset import asset
from triode.report.figures.check import check_figure
from triode.report.numbers import span
from triode.report.sections import plot
from triode.report.settings import definition_list
from triode.report.shell import shell
from triode.report.tables import table

__all__ = ["build_check_page", "check_output", "write_check_page"]

_TITLES = {check.id: check.title for check in CHECKS} | REFUSALS
_WORDS = {
    Severity.FINE: "fine",
    Severity.UNKNOWN: "cannot be told",
    Severity.NOTE: "note",
    Severity.WARNING: "warning",
    Severity.ERROR: "error",
}
_GRADES = {Severity.NOTE: "very-good", Severity.WARNING: "fair", Severity.ERROR: "poor"}


def check_output(
    path: str | os.PathLike[str],
    *,
    inputs: Sequence[str | os.PathLike[str]] = (),
    force: bool = False,
) -> None:
    """Find out before any work that the page cannot be written.

    Raises:
        OutputError: It is not named as a page, exists already, or has no folder to lie in.
    """
    require_suffix(path, ".html", ".htm")
    refuse_overwrite(path, force=force, inputs=inputs)


def write_check_page(
    path: str | os.PathLike[str],
    dry_path: str | os.PathLike[str],
    wet_path: str | os.PathLike[str],
    result: Examination,
    split: Split | None,
    *,
    force: bool = False,
) -> None:
    """Write the page whole or not at all; an existing file is replaced only with `force`.

    Raises:
        OutputError: The file exists or cannot be written.
    """
    check_output(path, inputs=(dry_path, wet_path), force=force)
    names = Path(dry_path).name, Path(wet_path).name
    write_text_atomically(path, build_check_page(*names, result, split))


def build_check_page(dry_name: str, wet_name: str, result: Examination, split: Split | None) -> str:
    """One HTML document that needs no other file and no network.

    Args:
        dry_name: What the dry file is called, as plain text.
        wet_name: What the wet file is called.
        result: What was found.
        split: What trains and what judges, when the files are usable.
    """
    repairs = result.pair.facts.repairs if result.pair is not None else ()
    body = Template(asset("check.html")).substitute(
        title=html.escape(wet_name),
        subtitle=html.escape(f"against {dry_name}"),
        verdict=html.escape(_verdict(result)),
        repairs=_list("Repaired", repairs, ordered=False),
        findings="\n".join(_finding(one) for one in result.notable)
        or "<p>Nothing was found that need worry you.</p>",
        checks=_overview(result.findings),
        recording=definition_list(_facts(result, split)),
        version=html.escape(__version__),
    )
    return shell(f"{wet_name} \N{EN DASH} recording check", body)


def _verdict(result: Examination) -> str:
    warnings = sum(one.severity is Severity.WARNING for one in result.notable)
    if not result.usable:
        return "These recordings cannot be used"
    if warnings:
        return f"Usable, with {warnings} warning{'s' if warnings > 1 else ''}"
    return "Usable"


def _finding(finding: Finding) -> str:
    title = _TITLES.get(finding.check, finding.check)
    word = _WORDS[finding.severity]
    drawn = ""
    if finding.plot is not None:
        drawn = plot(
            finding.check,
            finding.plot.title,
            finding.summary,
            check_figure(finding.plot),
        )
    return (
        f'<article class="card grade-{_GRADES[finding.severity]}" id="finding-{finding.check}">'
        f'<h3><span class="size">{html.escape(word.capitalize())}</span> {html.escape(title)}</h3>'
        f"<p>{html.escape(finding.summary)}</p>"
        f"{_list('Likely causes, the likeliest first', finding.causes, ordered=True)}"
        f"{_list('What to do', finding.advice, ordered=True)}"
        f"<details><summary>The numbers</summary>{definition_list(finding.evidence)}</details>"
        f"</article>{drawn}"
    )


def _list(title: str, texts: Sequence[str], *, ordered: bool) -> str:
    if not texts:
        return ""
    kind = "ol" if ordered else "ul"
    items = "".join(f"<li>{html.escape(one)}</li>" for one in texts)
    return f"<h4>{html.escape(title)}</h4><{kind}>{items}</{kind}>"


def _overview(findings: Sequence[Finding]) -> str:
    rows = [
        (
            html.escape(_TITLES.get(one.check, one.check)),
            html.escape(_WORDS[one.severity]),
            html.escape(one.summary),
        )
        for one in findings
    ]
    return table("Every check", ("Check", "Result", "In short"), rows, name="Every check")


def _facts(result: Examination, split: Split | None) -> dict[str, object]:
    if result.pair is None:
        return {"error": str(result.error)}
    facts = result.pair.facts
    shown: dict[str, object] = {
        "sample rate": f"{facts.rate_hz} Hz",
        "length": f"{facts.seconds:.2f} s",
        "delay removed": f"{facts.alignment.advance_samples} samples",
        "confidence": facts.alignment.confidence,
        "dry peak": f"{facts.dry_levels.peak_dbfs:.1f} dBFS",
        "wet peak": f"{facts.wet_levels.peak_dbfs:.1f} dBFS",
    }
    if split is not None:
        start, stop = (one / facts.rate_hz for one in split.validation)
        shown["validation"] = f"{span(start, stop)}, {split.reason}"
    return shown
