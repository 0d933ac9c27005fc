"""The page: every row, links that lead somewhere, and nothing that runs."""

from pathlib import Path

from triode.batch import Outcome, Row, Status
from triode.batch.outcome import SizeFigures
from triode.batch.page import batch_page

HOSTILE = '<script>alert("x")</script>'


def row(number: int, stem: str, **metadata: str) -> Row:
    return Row(
        number=number, dry=Path("dry.wav"), wet=Path(f"{stem}.wav"), stem=stem, metadata=metadata
    )


def test_it_shows_what_became_of_every_row(tmp_path: Path) -> None:
    outcomes = {
        row(1, "ä b", name=HOSTILE): Outcome(
            status=Status.DONE,
            sizes=(
                SizeFigures(name="lite", esr=0.02, null_depth_db=-17.0, epoch=3),
                SizeFigures(name="full", esr=0.0009, null_depth_db=-30.5, epoch=4),
            ),
            epochs=5,
            seconds=3723.0,
            ending="stopped at epoch 5: enough",
            warnings=(f"odd {HOSTILE}",),
        ),
        row(2, "two"): Outcome(status=Status.FAILED, error="no such file"),
        row(3, "three"): Outcome(status=Status.WAITING),
    }
    page = batch_page(outcomes, tmp_path, {"ä b.nam"})
    assert "3 recordings: 1 waiting, 1 done, 1 failed" in page
    assert "<script" not in page
    for text in ("-30.5", "0.0009", "1&nbsp;h 02&nbsp;min", "stopped at epoch 5", "no such file"):
        assert text in page
    assert 'href="%C3%A4%20b.nam"' in page
    assert "two.nam" not in page
    assert "http" not in page.replace("http-equiv", "")
