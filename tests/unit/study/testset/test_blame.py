"""Which options an engine is said to lack."""

from triode.study.testset.blame import failed_operations, unexplained_failures
from triode.study.testset.result import FailedOperation, ModelResult
from unit.study.testset.conftest import model_result

BASE = model_result("base", beside=None)


def blamed(*models: ModelResult) -> tuple[FailedOperation, ...]:
    return failed_operations([BASE, *models])


def test_nothing_is_to_blame_when_all_play() -> None:
    assert blamed(model_result("film", option="FiLM"), model_result("random-01")) == ()


def test_a_specimen_convicts_its_option_and_explains_other_failures() -> None:
    film = model_result("film", "wrong", option="FiLM")
    mixture = model_result("random-01", "wrong", options=("FiLM", "gate: ReLU"))
    (found,) = blamed(film, mixture)
    assert found == FailedOperation(option="FiLM", models=("film", "random-01"), certain=True)


def test_an_option_may_work_in_some_surroundings_only() -> None:
    film = model_result("film", "wrong", option="FiLM")
    (found,) = blamed(film, model_result("random-01", options=("FiLM", "gating: blended")))
    assert found.certain
    assert found.in_mixtures


def test_what_no_playing_model_has_is_suspected() -> None:
    mixture = model_result("random-01", "crashed", options=("gate: ReLU", "groups"))
    (found,) = blamed(mixture, model_result("random-02", options=("groups",)))
    assert (found.option, found.certain) == ("gate: ReLU", False)


def test_a_failing_base_convicts_no_option() -> None:
    models = [
        model_result("base", "refused", beside=None),
        model_result("film", "refused", option="FiLM"),
    ]
    assert not any(one.certain for one in failed_operations(models))
    assert {one.option for one in failed_operations(models)} == {"FiLM", "architecture: WaveNet"}


def test_nearly_right_is_told_apart_from_lacking() -> None:
    tanh = model_result("tanh", "approximate", option="activation: Tanh")
    film = model_result("film", "wrong", option="FiLM")
    lacking, nearly = blamed(tanh, film)
    assert (lacking.option, lacking.approximate) == ("FiLM", False)
    assert (nearly.option, nearly.approximate, nearly.certain) == ("activation: Tanh", True, True)


def test_a_failure_without_an_option_of_its_own_is_unexplained() -> None:
    models = [
        BASE,
        model_result("film", option="FiLM"),
        model_result("groups", option="groups"),
        model_result("random-01", "wrong", options=("FiLM", "groups")),
    ]
    failed = failed_operations(models)
    assert failed == ()
    assert unexplained_failures(models, failed) == ("random-01",)
