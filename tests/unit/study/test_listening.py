"""A study takes what listeners found: as a veto over its metric, and as an objective of its own."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from triode.errors import StudyError
from triode.listening import AnswerStore
from triode.listening.analysis import analyse
from triode.listening.analysis.exports import analysis_json
from triode.study.listening import Heard, HeardSystem, on_listening_front, read_listening
from triode.study.report import StudyInput, article, gather, study_json, study_page
from unit.listening.made import prepared
from unit.listening.taking_part import same_for_all, take_part
from unit.study.made import candidate, question, trials

DAY = date(2026, 1, 2)
GEAR = [{"name": f"amp-{one}", "dry": "dry.wav", "wet": f"{one}.wav"} for one in range(5)]
Listen = Callable[..., Path]


def given(heard: Heard | None) -> StudyInput:
    """A study in which a has the lower error and costs more."""
    return StudyInput(
        name="made",
        questions=[question()],
        trials=trials({"a": -0.4, "b": 0.0}),
        candidates=[candidate("a", 20.0), candidate("b", 10.0)],
        heard=heard,
    )


@pytest.fixture
def listen(tmp_path: Path) -> Listen:
    """Asks twelve simulated listeners about a and b and writes the result."""

    def asked(quality: Mapping[str, float], design: str = "mushra", listeners: int = 12) -> Path:
        systems = [{"name": one, "model": f"{one}.nam"} for one in quality]
        test = prepared(design, systems=systems, gear=GEAR)
        store = AnswerStore(f"sqlite:///{tmp_path / design}.sqlite")
        take_part(test, store, same_for_all(test, quality), listeners)
        path = tmp_path / "result.json"
        path.write_text(json.dumps(analysis_json(analyse(test, store.all_answers(test)))))
        store.close()
        return path

    return asked


def test_without_listeners_the_metric_decides() -> None:
    (answer,) = gather(given(None)).answers
    assert (answer.verdict, answer.adopted, answer.heard) == ("supported", "a", "")


@pytest.mark.parametrize("design", ["mushra", "abx", "triple", "preference"])
def test_listeners_forbid_what_sounds_worse(listen: Listen, design: str) -> None:
    heard = read_listening(listen({"a": 60.0, "b": 95.0}, design))
    assert heard.is_worse("a", "b")
    assert not heard.is_worse("b", "a")
    evidence = gather(given(heard))
    (answer,) = evidence.answers
    assert (answer.verdict, answer.adopted) == ("supported", "b")
    assert "Listeners found a worse than b" in answer.heard
    assert f"{heard.listeners} listeners, 5 pieces of gear" in answer.heard
    page = study_page(evidence)
    assert answer.heard in page
    assert 'id="listening"' in page
    assert answer.heard in article(evidence, DAY, None, "made.html")
    document = json.loads(json.dumps(study_json(evidence, DAY), allow_nan=False))
    assert document["answers"][0]["heard"] == answer.heard
    assert document["listening"]["design"] == design


def test_listeners_who_agree_change_nothing(listen: Listen) -> None:
    (answer,) = gather(given(read_listening(listen({"a": 93.0, "b": 60.0})))).answers
    assert answer.adopted == "a"
    assert "Listeners found b worse than a" in answer.heard


def test_no_difference_heard_is_no_veto(listen: Listen) -> None:
    (answer,) = gather(given(read_listening(listen({"a": 85.0, "b": 85.0})))).answers
    assert answer.adopted == "a"
    assert "no difference between the two" in answer.heard


def test_listeners_who_heard_something_else_have_no_say(listen: Listen) -> None:
    (answer,) = gather(given(read_listening(listen({"c": 40.0, "b": 93.0})))).answers
    assert (answer.adopted, answer.heard) == ("a", "")


def test_judgement_and_cost_make_a_front(listen: Listen) -> None:
    quality = {"a": 93.0, "b": 60.0, "c": 55.0}
    heard = read_listening(listen(quality))
    assert on_listening_front(heard, {"a": 20.0, "b": 10.0, "c": 15.0}) == ("b", "a")
    assert on_listening_front(heard, {"a": 5.0, "b": 10.0}) == ("a",)


def test_of_abx_answers_fewer_right_ones_are_better() -> None:
    systems = tuple(
        HeardSystem(name=name, mean=mean, low=None, high=None)
        for name, mean in (("a", 0.9), ("b", 0.5))
    )
    heard = Heard(
        test="t",
        design="abx",
        digest="",
        listeners=1,
        gear=1,
        systems=systems,
        differences={("a", "b"): 0.4},
    )
    assert heard.is_worse("a", "b")
    assert on_listening_front(heard, {"a": 20.0, "b": 10.0}) == ("b",)
    assert not replace(heard, design="mushra").is_worse("a", "b")


def test_what_is_no_result_is_refused(listen: Listen, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    for text, message in (
        ("{", "not JSON"),
        ('{"a": 1}', r"no result of a listening test.*triode listen analyse"),
        ('{"kind": "triode-listening", "format": 9}', "another version"),
        ('{"kind": "triode-listening", "format": 1}', "damaged"),
    ):
        path.write_text(text)
        with pytest.raises(StudyError, match=message):
            read_listening(path)
    with pytest.raises(StudyError, match="cannot be read"):
        read_listening(tmp_path / "nothing.json")
    with pytest.raises(StudyError, match="nobody has answered"):
        read_listening(listen({"a": 50.0, "b": 60.0}, listeners=0))
