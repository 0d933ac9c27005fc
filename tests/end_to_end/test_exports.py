"""What Triode trains and exports loads in the deployed player and sounds the same there."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from conformance.ours import distance, render_as_player, rounding_as_player
from conformance.player import Job, Refusal, player_is_missing, render_with_player
from end_to_end.commands import Outcome
from end_to_end.recipes import RECIPES
from triode.architectures import networks
from triode.audio import read_audio
from triode.nam import is_a2, lint, player_support, read
from triode.nam.a2 import fast_path_obstacles

Run = Callable[..., Outcome]
Signal = npt.NDArray[np.float32]

RATE_HZ = 16000
TOLERANCE = 1e-5  # of the peak: the player computes in float32
LSTM_TOLERANCE = 5e-5  # a recurrence carries rounding along
ROUNDING_FACTOR = 5.0  # two float32 programs differ, each in its own direction


@pytest.fixture
def passage(folder: Path) -> Signal:
    """A fifth of a second of loud playing."""
    dry = read_audio(folder / "dry.wav").samples
    peak = int(np.abs(dry).argmax())
    return dry[max(0, peak - 1600) :][:3200]


def train_and_export(run: Run, folder: Path, *options: str) -> dict[str, Path]:
    """The capture and a file for each of its sizes, by name; "whole" is the capture."""
    trained = run("train", "dry.wav", "wet.wav", "-o", "whole.nam", *options)
    assert (trained.code, trained.err) == (0, "")
    files = {"whole": folder / "whole.nam"}
    for network in networks(read(files["whole"])):
        files[network.name] = folder / f"{network.name}.nam"
        exported = run("export", "whole.nam", "--size", network.name, "-o", files[network.name])
        assert (exported.code, exported.err) == (0, "")
    return files


def played(files: dict[str, Path], passage: Signal) -> dict[str, Signal]:
    """What the player makes of each file."""
    texts = [path.read_text(encoding="utf-8") for path in files.values()]
    wets = render_with_player([Job(document=text, dry=passage, rate_hz=RATE_HZ) for text in texts])
    assert not any(isinstance(wet, Refusal) for wet in wets), wets
    return dict(zip(files, map(np.asarray, wets), strict=True))


def check_played(files: dict[str, Path], passage: Signal) -> None:
    """The player loads each file and agrees with the interpreter, the container's largest size."""
    reason = player_is_missing()
    if reason is not None:
        pytest.skip(reason)
    wets = played(files, passage)
    for name, path in files.items():
        network = networks(read(path))[-1]
        tolerance = LSTM_TOLERANCE if network.model.architecture == "LSTM" else TOLERANCE
        gap = distance(wets[name], render_as_player(network, passage))
        if gap > tolerance:
            assert gap <= ROUNDING_FACTOR * rounding_as_player(network, passage), (name, gap)
    assert np.array_equal(wets["whole"], wets["full"])


@pytest.mark.parametrize("name", RECIPES)
def test_every_kind_of_capture_plays_elsewhere(
    run: Run, folder: Path, passage: Signal, name: str
) -> None:
    recipe = folder / f"{name}.toml"
    recipe.write_text(RECIPES[name], encoding="utf-8")
    files = train_and_export(run, folder, "--recipe", recipe.name, "--epochs", "1")
    for path in files.values():
        assert [one for one in lint(path) if one.severity != "info"] == []
        assert player_support(read(path))[-1].loads
    check_played(files, passage)


def test_an_a2_capture_takes_the_fast_path_of_players(
    run: Run, folder: Path, passage: Signal
) -> None:
    files = train_and_export(run, folder, "--epochs", "1")
    assert set(files) == {"whole", "lite", "full"}
    document = json.loads(files["whole"].read_text(encoding="utf-8"))
    inner = [one["model"] for one in document["config"]["submodels"]]
    singles = [json.loads(files[name].read_text(encoding="utf-8")) for name in ("lite", "full")]
    for one in (*inner, *singles):
        assert fast_path_obstacles(one["config"]) == ()
    for name, channels in (("lite", 3), ("full", 8)):
        config = read(files[name]).config
        assert is_a2(config)
        assert config.layer_arrays[0].channels == channels
        assert player_support(read(files[name]))[-1].fast_path is True
    assert player_support(read(files["whole"]))[-1].fast_path is True
    check_played(files, passage)


def test_the_sizes_differ_by_far_more_than_the_tolerance(capture: Path, passage: Signal) -> None:
    lite, full = networks(read(capture))
    wet = render_as_player(lite, passage)
    assert distance(wet, render_as_player(full, passage)) > 100.0 * TOLERANCE
