"""Plans: what is refused says why, and what to write instead."""

from pathlib import Path
from typing import Any

import pytest

from triode.errors import ListeningError
from triode.listening import Plan, load_plan, plan_json_schema
from triode.listening.answer import TripleAnswer, answer_of
from triode.listening.page import Page
from triode.listening.session import Session
from unit.listening.made import document, prepared


def system(**more: Any) -> list[dict[str, Any]]:
    return [{"name": "one", **more}]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"desing": "abx"}, r"unknown key desing.*Did you mean design\?"),
        ({"design": "abxy"}, "design cannot be right"),
        ({"systems": system()}, "either a model or an anchor"),
        ({"systems": system(anchor="lowpass-7000", size="lite")}, "no size for one"),
        ({"systems": system(anchor="lowpass-5000")}, "lowpass-3500"),
        ({"systems": [{"name": "Reference", "model": "a"}]}, "have one name"),
        ({"clips": [{"name": "c", "start_seconds": 0, "seconds": 13}]}, "less than or equal to 12"),
        (
            {"clips": [{"name": "c", "start_seconds": 0, "seconds": 5, "gear": ["cleen"]}]},
            r"nothing of that name.*Did you mean clean\?",
        ),
        (
            {"clips": [{"name": "c", "start_seconds": 0, "seconds": 5, "training": True}]},
            "no clip that counts",
        ),
        (
            {"systems": [{"name": f"s{one}", "model": "a.nam"} for one in range(12)]},
            "too many systems to rate on one page",
        ),
        ({"mushra": {"mid_anchor": "ankor"}}, "nothing of that name"),
        ({"design": "preference", "systems": system(model="a.nam")}, "too few systems"),
    ],
)
def test_a_wrong_plan_says_what_is_wrong(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ListeningError, match=message):
        Plan.of({**document("mushra"), **change}, "plan.toml")


def test_a_plan_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text("name = ")
    with pytest.raises(ListeningError, match="not TOML text"):
        load_plan(tmp_path / "plan.toml")
    with pytest.raises(ListeningError, match="cannot be read"):
        load_plan(tmp_path / "other.toml")


def test_paths_are_relative_to_the_plan(material: Path) -> None:
    plan, folder = load_plan(material / "plan.toml")
    assert folder == material.resolve()
    assert plan.systems_of("soft") == ("late", "near", "dull")
    assert plan.matters == 10.0


def test_a_plan_survives_json() -> None:
    plan = Plan.of(document("abx", abx={"sequential": {"alpha": 0.01}}), "plan.toml")
    again = Plan.of(plan.model_dump(mode="json"), "manifest")
    assert again == plan
    assert again.digest() == plan.digest()
    assert Plan.of(document("abx"), "plan.toml").digest() != plan.digest()


def test_the_schema_knows_every_key() -> None:
    assert set(plan_json_schema()["properties"]) == set(Plan.model_fields)


def first_page(design: str, **more: Any) -> Page:
    return Session.of(prepared(design, **more), 0).pages[0]


@pytest.mark.parametrize(
    ("design", "answer", "message"),
    [
        ("mushra", {"scores": {"A": 50, "B": 60}}, "labels are not those of the page"),
        ("mushra", {"scores": {"A": 50, "B": 60, "C": 101}}, "cannot be right"),
        ("mushra", {"scores": {"A": 1, "B": 2, "C": 3, "Reference": 4}}, "labels are not those"),
        ("mushra", {}, "the key scores is missing"),
        ("abx", {"x_is": "X"}, "x_is cannot be right"),
        ("abx", {"x_is": "A", "milliseconds": -1}, "milliseconds cannot be right"),
        ("triple", {"hidden": "B", "grades": {"B": 4.9, "C": 3.0}}, "another grade than 5.0"),
        ("triple", {"hidden": "B", "grades": {"B": 5.0}}, "labels are not those"),
        ("triple", {"hidden": "B", "grades": {"B": 5.0, "C": 0.5}}, "cannot be right"),
        ("preference", {"preferred": "C"}, "preferred cannot be right"),
    ],
)
def test_a_wrong_answer_says_what_is_wrong(
    design: str, answer: dict[str, Any], message: str
) -> None:
    with pytest.raises(ListeningError, match=message):
        answer_of(first_page(design), answer)


def test_right_answers_are_taken() -> None:
    triple = {"hidden": "C", "grades": {"B": 3.2, "C": 5.0}}
    assert answer_of(first_page("triple"), triple) == TripleAnswer(**triple)
    none = {"preferred": "none"}
    assert answer_of(first_page("preference"), none).milliseconds == 0
    with pytest.raises(ListeningError, match="no ties"):
        answer_of(first_page("preference", preference={"ties": False}), none)
