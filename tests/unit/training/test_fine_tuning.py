"""The last phase lowers aliasing, holds the ESR or changes nothing, and is resumed exactly."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from triode.metrics import asr
from triode.nam import read
from triode.training import Progress, Recipe, Result, load_recipe, train
from triode.training.recipe import FineTuning
from unit.training.test_run import Stopper


@pytest.fixture(autouse=True)
def fixed_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")


@pytest.fixture
def run(
    recordings: tuple[Path, Path], tiny_recipe: Callable[..., Path], tmp_path: Path
) -> Callable[..., Result]:
    plain = load_recipe(tiny_recipe(channels=(4,)))

    def start(name: str, settings: FineTuning, **options: object) -> Result:
        recipe = Recipe.model_validate({**plain.model_dump(), "fine_tuning": settings.model_dump()})
        return train(*recordings, tmp_path / name, recipe=recipe, threads=1, **options)

    return start


def test_less_aliasing_at_the_same_error(run: Callable[..., Result]) -> None:
    plain = run("plain.nam", FineTuning())
    settings = FineTuning(epochs=3, tones=8, weight=1.0, learning_rate=0.005)
    tuned = run("tuned.nam", settings)
    assert tuned.finished
    assert tuned.sizes[0].esr <= 1.05 * plain.sizes[0].esr
    assert tuned.sizes[0].epoch == 6
    # So small a network aliases at high and loud tones only; there three epochs do a few decibels.
    assert asr(tuned.model_path).worst_db < asr(plain.model_path).worst_db - 1.0
    training = read(tuned.model_path).metadata["training"]
    assert training["settings"]["fine_tuning"]["tones"] == 8
    lines = tuned.log_path.read_text("utf-8").splitlines()
    assert [json.loads(one)["epoch"] for one in lines] == [1, 2, 3, 4, 5, 6]


def test_where_the_error_rises_nothing_changes(run: Callable[..., Result]) -> None:
    plain = run("plain.nam", FineTuning())
    worse = run("worse.nam", FineTuning(epochs=1, tones=8, weight=1000.0, learning_rate=0.5))
    assert worse.sizes[0].esr == plain.sizes[0].esr
    assert worse.sizes[0].epoch == plain.sizes[0].epoch


@pytest.mark.parametrize("epochs_before", [3, 4])
def test_stopped_and_resumed_is_as_uninterrupted(
    run: Callable[..., Result], epochs_before: int
) -> None:
    settings = FineTuning(epochs=2, tones=2, quiet_windows=2)
    whole = run("whole.nam", settings)
    steps = json.loads(whole.log_path.read_text("utf-8").splitlines()[0])["steps"]
    stopped = run("parts.nam", settings, progress=Stopper(epochs_before * steps + 2))
    assert not stopped.finished
    resumed = run("parts.nam", settings, resume=True)
    assert resumed.finished
    assert resumed.model_path.read_bytes() == whole.model_path.read_bytes()


def test_progress_hears_of_every_step(run: Callable[..., Result]) -> None:
    class Counter(Progress):
        steps = 0

        def on_step(self) -> None:
            self.steps += 1

    counter = Counter()
    result = run("amp.nam", FineTuning(epochs=2, quiet_windows=1), progress=counter)
    last = json.loads(result.log_path.read_text("utf-8").splitlines()[-1])
    assert counter.steps == last["steps"]
