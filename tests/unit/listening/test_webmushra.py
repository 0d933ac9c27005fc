"""What a laboratory with webMUSHRA gets: a configuration whose files are all there."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from triode.errors import ListeningError
from triode.listening import PreparedTest
from triode.listening.webmushra import export_webmushra
from unit.listening.made import prepared


def exported(test: PreparedTest, target: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    path = export_webmushra(test, target)
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    first, (keyword, *pages), last = document["pages"]
    assert (first["type"], keyword, last["type"]) == ("generic", "random", "finish")
    return document, pages


def with_sounds(design: str, folder: Path, **more: Any) -> PreparedTest:
    """A test whose files exist, a byte each."""
    test = prepared(design, **more)
    for one in test.manifest.stimuli:
        path = folder / one.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return PreparedTest(folder, test.manifest, test.digest)


def test_a_mushra_test_goes_over_whole(small_test: PreparedTest, tmp_path: Path) -> None:
    document, pages = exported(small_test, tmp_path / "out")
    assert document["testId"] == "small"
    assert [page["type"] for page in pages] == ["mushra"] * 4
    assert len({page["id"] for page in pages}) == 4
    hard = next(page for page in pages if page["id"] == "hard_first")
    assert set(hard["stimuli"]) == {"late", "near", "static", "dull"}
    assert (hard["createAnchor35"], hard["randomize"]) == (False, True)
    for page in pages:
        for address in (page["reference"], *page["stimuli"].values()):
            path = tmp_path / "out" / Path(address).relative_to("configs")
            assert path.read_bytes() == (small_test.folder / "audio" / path.name).read_bytes()


def test_abx_has_each_as_x_equally_often(tmp_path: Path) -> None:
    test = with_sounds("abx", tmp_path / "test")
    _, pages = exported(test, tmp_path / "out")
    assert Counter(page["type"] for page in pages) == {"paired_comparison": 32}
    hidden = Counter(
        (next(name for name in page["stimuli"] if name != "reference"), page["id"][-1])
        for page in pages
    )
    assert hidden == {(name, side): 8 for name in ("lite", "anchor") for side in "rs"}
    assert len({page["id"] for page in pages}) == 32
    for page in pages:
        assert page["reference"] in page["stimuli"].values()


def test_triple_and_preference_pages(tmp_path: Path) -> None:
    _, triple = exported(with_sounds("triple", tmp_path / "triple"), tmp_path / "out")
    assert [page["type"] for page in triple] == ["bs1116"] * 8
    blind = {"show_reference": False, "ties": True}
    test = with_sounds("preference", tmp_path / "preference", name="pairs", preference=blind)
    _, pairs = exported(test, tmp_path / "out")
    assert len(pairs) == 4
    assert all("reference" not in page and page["unforced"] == "neither" for page in pairs)


def test_what_webmushra_cannot_do_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ListeningError, match="sequential rule"):
        export_webmushra(prepared("abx", abx={"trials": 20, "sequential": {}}), tmp_path)
    test = with_sounds("mushra", tmp_path / "test")
    export_webmushra(test, tmp_path / "out")
    with pytest.raises(ListeningError, match="a configuration of that name already"):
        export_webmushra(test, tmp_path / "out")


def test_a_consent_text_is_escaped(tmp_path: Path) -> None:
    consent = {"text": "<b>First</b>\n\nSecond", "contact": "a@b & c"}
    document, _ = exported(
        with_sounds("mushra", tmp_path / "test", consent=consent), tmp_path / "out"
    )
    content = document["pages"][0]["content"]
    assert content == "<p>&lt;b&gt;First&lt;/b&gt;</p><p>Second</p><p>a@b &amp; c</p>"
