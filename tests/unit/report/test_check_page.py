"""The page of `triode check`: every finding with its plot, nothing from outside, nothing alive."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from triode.capture import Examination, Pair
from triode.capture.checks import CHECKS, Finding, Plot, Series, Severity
from triode.errors import CaptureError, OutputError
from triode.report.check_page import build_check_page, write_check_page

HOSTILE = "<script>alert(1)</script> & \"'"


def finding(severity: Severity, check: str = "hum", text: str = "It hums.") -> Finding:
    return Finding(
        check=check,
        severity=severity,
        summary=text,
        evidence={"level_dbfs": -60.0, "harmonics": HOSTILE, "nothing": None},
        causes=("A ground loop.", HOSTILE),
        advice=("Break it.",),
        plot=Plot(
            title="Spectrum",
            x_label="Frequency, Hz",
            y_label="dBFS",
            series=(
                Series(name=HOSTILE, x=np.array([0.0, 50.0, 5000.0]), y=np.array([-90, -60, -90])),
            ),
            marks=((50.0, HOSTILE),),
            frequency=True,
        ),
    )


@pytest.fixture
def refused() -> Examination:
    findings = (finding(Severity.NOTE, "noise"), finding(Severity.ERROR, text=HOSTILE))
    return Examination(pair=None, error=CaptureError("it cannot be used"), findings=findings)


def test_findings_come_worst_first_with_a_plot_each(refused: Examination) -> None:
    page = build_check_page("dry.wav", "wet.wav", refused, None)
    assert "These recordings cannot be used" in page
    assert page.index('id="finding-hum"') < page.index('id="finding-noise"')
    figures = re.findall(r'<script type="application/json" id="data-\w+">(.*?)</script>', page)
    assert len(figures) == 2
    figure = json.loads(figures[0])
    assert figure["layout"]["xaxis"]["type"] == "log"
    # A logarithmic axis takes its marks as logarithms, and begins where there is a frequency.
    assert figure["layout"]["annotations"][0]["x"] == pytest.approx(np.log10(50.0))
    assert figure["layout"]["xaxis"]["range"] == pytest.approx([np.log10(50), np.log10(5000)])


def test_nothing_foreign_runs(refused: Examination) -> None:
    page = build_check_page(HOSTILE, HOSTILE, refused, None)
    assert "<script>alert" not in page
    assert 'http-equiv="Content-Security-Policy" content="default-src \'none\'' in page


def test_a_usable_pair(pair: Pair) -> None:
    fine = tuple(
        Finding(check=check.id, severity=Severity.FINE, summary="Fine.") for check in CHECKS
    )
    page = build_check_page(
        "dry.wav", "wet.wav", Examination(pair=pair, error=None, findings=fine), None
    )
    assert "Nothing was found that need worry you." in page
    assert all(check.title in page for check in CHECKS)


def test_written_whole_or_not_at_all(tmp_path: Path, refused: Examination) -> None:
    path = tmp_path / "check.html"
    write_check_page(path, "dry.wav", "wet.wav", refused, None)
    with pytest.raises(OutputError, match="exists already"):
        write_check_page(path, "dry.wav", "wet.wav", refused, None)
    with pytest.raises(OutputError, match=r"ends in \.html"):
        write_check_page(tmp_path / "wet.wav", "dry.wav", "wet.wav", refused, None)
    assert list(tmp_path.iterdir()) == [path]
