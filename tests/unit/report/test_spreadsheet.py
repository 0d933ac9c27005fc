"""Cells of CSV files that would be formulas."""

import pytest

from triode.report.spreadsheet import plain_cell


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "-take.wav"])
def test_what_would_be_a_formula_is_text(text: str) -> None:
    assert plain_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["", "amp", "a=b", "-30.5", "+1e-3", "-inf", -3, -0.5, None])
def test_what_is_none_stays(value: object) -> None:
    assert plain_cell(value) == value
