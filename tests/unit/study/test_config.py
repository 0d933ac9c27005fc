from pathlib import Path
from typing import Any

import pytest

from triode.errors import StudyError
from triode.study.config import Study, load_study, study_json_schema, study_names
from triode.study.opened import OpenedStudy


def refusal(document: dict[str, Any]) -> StudyError:
    with pytest.raises(StudyError) as caught:
        Study.of(document, "study.toml")
    return caught.value


@pytest.mark.parametrize("name", study_names())
def test_the_shipped_studies_can_be_opened(name: str) -> None:
    opened = OpenedStudy.of_file(name)
    assert opened.study.name == name
    assert len({one.name for one in opened.candidates}) == len(opened.candidates) > 1


def test_an_unknown_study_is_refused_with_a_suggestion() -> None:
    with pytest.raises(StudyError, match="Did you mean tiny"):
        load_study("tinny")


def test_a_misspelt_key_is_refused_with_a_suggestion(document: Any) -> None:
    error = refusal({**document(), "seed": [1]})
    assert error.problem == "unknown key seed"
    assert error.hint == "Did you mean seeds?"


def test_a_misspelt_key_of_a_table_in_a_list_is_refused(document: Any) -> None:
    gear = [{"name": "a", "source": "real", "dri": "dry.wav", "wet": "w.wav"}]
    error = refusal(document(gear=gear))
    assert error.problem == "unknown key gear.0.dri"
    assert error.hint == "Did you mean dry?"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"gear": [{"name": "a", "source": "x", "dry": "dry.wav"}]}, "both dry and wet"),
        (
            {"gear": [{"name": "a", "source": "x", "amplifier": {"gian": 1.0}}]},
            "Did you mean gain",
        ),
        ({"candidates": []}, "no candidates"),
        ({"candidates": [{"name": "a", "base": "nothing"}]}, "nothing of that name"),
        ({"candidates": [{"name": "a", "recipe": "a2", "graph": "m:f"}]}, "exactly one of"),
        ({"targets": [{"name": "t"}]}, "per_sample or candidate"),
        (
            {
                "questions": [
                    {"name": "q", "text": "?", "a": ["a", "b"], "b": ["c"], "simpler": "a"}
                ]
            },
            "one candidate in arm a",
        ),
        (
            {
                "targets": [{"name": "t", "per_sample": 5.0}],
                "questions": [
                    {
                        "name": "q",
                        "text": "?",
                        "a": ["a", "b"],
                        "b": ["c"],
                        "simpler": "a",
                        "target": "t",
                    }
                ],
            },
            "3 or more candidates",
        ),
        ({"seeds": [-1]}, "greater than or equal to 0"),
        ({"name": "../x"}, "pattern"),
        ({"judgement": {"margin": 0.0}}, "greater than 0"),
    ],
)
def test_what_cannot_be_right_is_refused(
    document: Any, changes: dict[str, Any], message: str
) -> None:
    assert message in str(refusal(document(**changes)))


def test_twins_are_refused(document: Any) -> None:
    gear = document()["gear"]
    assert "one name" in str(refusal(document(gear=[gear[0], {**gear[1], "name": "SOFT"}])))


def test_the_digest_changes_with_what_decides_results_only(opened: Any) -> None:
    plain = opened().digest
    assert opened(description="other words").digest == plain
    assert opened(judgement={"margin": 0.1}).digest != plain
    assert opened(seeds=[0, 1]).digest != plain


def test_the_digest_follows_the_recipe_file(opened: Any, folder: Path) -> None:
    before = opened().digest
    path = folder / "tiny.toml"
    path.write_text(path.read_text("utf-8").replace("0.01", "0.02"), encoding="utf-8")
    assert opened().digest != before


def test_the_schema_names_every_key() -> None:
    schema = study_json_schema()
    assert set(schema["properties"]) == set(Study.model_fields)
