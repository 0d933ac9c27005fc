"""Against the deployed player: it loads what Triode writes, and hears what Triode hears.

The player replaces every Tanh, and inside LSTMs the sigmoid too, by rational approximations, so
the interpreter is compared under the same substitution; the rest is single precision rounding.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from conformance.ours import distance, parsed, render, render_as_player, rounding_as_player
from conformance.player import Job, Refusal, render_with_player
from conformance.strategies import ARCHITECTURES, random_wavenet, seeded
from triode.architectures import Network, networks, standalone
from triode.nam import (
    DEFAULT_SAMPLE_RATE_HZ,
    Model,
    parse_config,
    player_support,
    read,
    repair,
    to_document,
    weight_count,
)

pytestmark = pytest.mark.usefixtures("player")

TOLERANCE = 1e-5  # of the peak: the player computes in float32
LSTM_TOLERANCE = 5e-5  # a recurrence carries rounding along
ROUNDING_FACTOR = 5.0  # two float32 programs differ, each in its own direction
RAW_TANH_LIMIT = 1.5e-2  # what the player's Tanh costs at most, measured

Signal = npt.NDArray[np.float32]


def tolerance(network: Network) -> float:
    return LSTM_TOLERANCE if network.model.architecture == "LSTM" else TOLERANCE


def ask(documents: Sequence[Any], dry: Signal) -> list[Signal | Refusal]:
    return render_with_player(
        [Job(document=document, dry=dry, rate_hz=rate_hz(document)) for document in documents]
    )


def rate_hz(document: Any) -> float:
    """What the document says, for the player does not resample."""
    if isinstance(document, str):
        return DEFAULT_SAMPLE_RATE_HZ
    return float(document.get("sample_rate", DEFAULT_SAMPLE_RATE_HZ))


def check_all(documents: Sequence[dict[str, Any]], dry: Signal) -> None:
    """The player loads every document and agrees with the largest size of each."""
    for document, wet in zip(documents, ask(documents, dry), strict=True):
        assert not isinstance(wet, Refusal), (wet.reason, document["config"])
        network = networks(parsed(document))[-1]
        gap = distance(wet, render_as_player(network, dry))
        if gap > tolerance(network):
            limit = ROUNDING_FACTOR * rounding_as_player(network, dry)
            assert gap <= limit, (gap, limit, document["config"])


def real_files(shared_data: Path) -> list[Path]:
    files = sorted((shared_data / "nam").glob("*.nam"))
    assert files
    return files


def test_real_files_as_they_are(shared_data: Path, dry: Signal) -> None:
    files = real_files(shared_data)
    for path, wet in zip(files, ask([path.read_text("utf-8") for path in files], dry), strict=True):
        assert not isinstance(wet, Refusal), path.name
        network = networks(read(path))[-1]
        assert distance(wet, render_as_player(network, dry)) <= tolerance(network), path.name


def test_every_size_of_real_files_as_a_file_of_its_own(shared_data: Path, dry: Signal) -> None:
    """The player has no size call, so each size goes to it the way `triode export` writes it."""
    sizes = [
        (path.name, network, standalone(whole, network.name))
        for path in real_files(shared_data)
        for whole in [read(path)]
        for network in networks(whole)
    ]
    wets = ask([to_document(model) for _, _, model in sizes], dry)
    for (name, network, _), wet in zip(sizes, wets, strict=True):
        assert not isinstance(wet, Refusal), (name, network.name)
        gap = distance(wet, render_as_player(network, dry))
        assert gap <= tolerance(network), (name, network.name, gap)


@pytest.mark.parametrize("name", sorted(ARCHITECTURES))
def test_random_documents(name: str, dry: Signal) -> None:
    count = 12 if name in {"lstm", "container"} else 60
    check_all(
        [ARCHITECTURES[name](seeded(seed), audience="player") for seed in range(count)], dry[:1500]
    )


@pytest.mark.parametrize("name", sorted(ARCHITECTURES))
def test_triode_knows_what_the_player_refuses(name: str, dry: Signal) -> None:
    """`triode info` says which players load a file; this asks the newest of them."""
    documents = [ARCHITECTURES[name](seeded(seed)) for seed in range(200, 260)]
    for document, wet in zip(documents, ask(documents, dry[:200]), strict=True):
        expected = player_support(parsed(document))[-1].loads
        assert expected == (not isinstance(wet, Refusal)), document["config"]


@pytest.mark.heavy
def test_many_random_wavenets(dry: Signal) -> None:
    check_all(
        [random_wavenet(seeded(seed), audience="player") for seed in range(1000, 2500)], dry[:1000]
    )


@pytest.mark.parametrize("name", sorted(ARCHITECTURES))
def test_what_triode_writes_sounds_the_same(name: str, dry: Signal) -> None:
    """Reading and writing again changes nothing that a player can hear."""
    documents = [ARCHITECTURES[name](seeded(seed), audience="player") for seed in range(100, 106)]
    rewritten = [to_document(parsed(document)) for document in documents]
    before, after = ask(documents, dry), ask(rewritten, dry)
    for one, other in zip(before, after, strict=True):
        assert not isinstance(one, Refusal)
        assert not isinstance(other, Refusal), other.reason
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("block_frames", [1, 7, 64, 1024])
def test_the_player_does_not_care_about_the_block_size(block_frames: int, dry: Signal) -> None:
    document = random_wavenet(seeded(5), audience="player")
    jobs = [Job(document=document, dry=dry, block_frames=frames) for frames in (128, block_frames)]
    one, other = render_with_player(jobs)
    assert not isinstance(one, Refusal)
    assert distance(np.asarray(other), one) <= TOLERANCE


def wavenet(layer_array: dict[str, Any], weights: Sequence[float]) -> dict[str, Any]:
    """One layer array of one or two channels, for facts that need a small known file."""
    array = {
        "input_size": 1,
        "condition_size": 1,
        "channels": 1,
        "kernel_size": 1,
        "dilations": [1],
        "activation": "ReLU",
        "head": {"out_channels": 1, "kernel_size": 1, "bias": False},
        **layer_array,
    }
    return {
        "version": "0.7.0",
        "architecture": "WaveNet",
        "config": {"layers": [array], "head": None, "head_scale": 1.0},
        "weights": np.float32(weights).tolist(),
        "sample_rate": 48000,
    }


class TestKnownDisagreements:
    """Where the player means something else than the file says, and what exactly that is."""

    def test_its_tanh_is_an_approximation(self, shared_data: Path, dry: Signal) -> None:
        path = shared_data / "nam" / "core-wavenet_a1_standard.nam"
        (wet,) = ask([path.read_text("utf-8")], dry)
        assert TOLERANCE < distance(np.asarray(wet), render(read(path), dry)) <= RAW_TANH_LIMIT

    def test_hardtanh_limits_are_ignored(self, dry: Signal) -> None:
        def document(limit: float) -> dict[str, Any]:
            activation = {"type": "Hardtanh", "min_val": -limit, "max_val": limit}
            weights = [1.0, 2.0, 0.0, 0.5, 1.0, 0.0, 1.0, 1.0]
            return wavenet({"activation": activation}, weights)

        narrow, usual = ask([document(0.25), document(1.0)], dry)
        np.testing.assert_array_equal(np.asarray(narrow), np.asarray(usual))
        assert distance(np.asarray(narrow), render(parsed(document(0.25)), dry)) > TOLERANCE
        assert distance(np.asarray(narrow), render(parsed(document(1.0)), dry)) <= TOLERANCE

    @pytest.mark.parametrize("gating", ["none", "gated"])
    def test_layer1x1_post_film_is_skipped_unless_blended(self, gating: str, dry: Signal) -> None:
        with_film, without = film_documents(gating)
        (wet,) = ask([with_film], dry)
        assert distance(np.asarray(wet), render(parsed(without), dry)) <= TOLERANCE
        assert distance(np.asarray(wet), render(parsed(with_film), dry)) > 0.01

    def test_layer1x1_post_film_is_applied_when_blended(self, dry: Signal) -> None:
        with_film, without = film_documents("blended")
        (wet,) = ask([with_film], dry)
        assert distance(np.asarray(wet), render(parsed(with_film), dry)) <= TOLERANCE
        assert distance(np.asarray(wet), render(parsed(without), dry)) > 0.01

    def test_head_dilation_is_ignored(self, dry: Signal) -> None:
        head = {"out_channels": 1, "kernel_size": 3, "bias": False}
        weights = [1.0, 2.0, 0.0, 0.5, 1.0, 0.0, 0.7, -0.4, 1.0, 1.0]
        dilated = wavenet({"head": head, "head_dilation": 5}, weights)
        (wet,) = ask([dilated], dry)
        assert distance(np.asarray(wet), render(parsed(dilated), dry)) > 0.01
        plain = wavenet({"head": head}, weights)
        assert distance(np.asarray(wet), render(parsed(plain), dry)) <= TOLERANCE

    def test_a_film_without_active_is_on(self, dry: Signal) -> None:
        weights = [0.9, 1.1, 0.1, 0.5, 0.8, 0.2, 0.5, -0.3, 1.2, 0.1, 1.0, 1.0]
        document = wavenet({"conv_post_film": {"shift": True, "groups": 1}}, weights)
        (wet,) = ask([document], dry)
        assert distance(np.asarray(wet), render(parsed(document), dry)) <= TOLERANCE

    def test_one_prelu_slope_is_not_enough_for_a_pair(self, dry: Signal) -> None:
        """It reads one slope per channel even where the file has one.

        What it finds beyond the first is whatever lies in memory, so not every file goes wrong.
        """

        def document(channels: int, gating: str, slopes: dict[str, Any]) -> dict[str, Any]:
            secondary = {"type": "PReLU", **slopes}
            array = {"channels": channels, "gating_mode": gating, "secondary_activation": secondary}
            count = 3 * channels**2 + 7 * channels
            weights = np.random.default_rng(channels).standard_normal(count + 1)
            return wavenet(array, weights.tolist())

        cases = [(channels, gating) for channels in range(2, 8) for gating in ("gated", "blended")]
        one = [document(*case, {"negative_slope": 0.25}) for case in cases]
        each = [document(*case, {"negative_slopes": [0.25] * case[0]}) for case in cases]
        ours = [render_as_player(networks(parsed(document))[-1], dry) for document in one]
        gaps = [
            [distance(np.asarray(wet), wanted) for wet, wanted in zip(wets, ours, strict=True)]
            for wets in (ask(one, dry), ask(each, dry))
        ]
        assert max(gaps[1]) <= TOLERANCE
        assert max(gaps[0]) > TOLERANCE

    def test_one_prelu_slope_is_mended_and_never_written(self, dry: Signal) -> None:
        """In memory and in files that others wrote, in either activation of a pair."""
        one = [
            gated(channels, {"gating_mode": gating, key: {"type": "PReLU", "negative_slope": 0.25}})
            for channels in (2, 3, 5)
            for gating in ("gated", "blended")
            for key in ("activation", "secondary_activation")
        ]
        mended = [repair(document)[0] for document in one]
        check_all([to_document(model) for model in mended], dry)
        check_all([to_document(replace(parsed(document), document=None)) for document in one], dry)

    def test_softsigmoid_is_refused(self, dry: Signal) -> None:
        weights = [1.0, 2.0, 0.0, 0.5, 1.0, 0.0, 1.0, 1.0]
        answers = ask(
            [wavenet({"activation": kind}, weights) for kind in ("Softsigmoid", "Softsign")], dry
        )
        assert [isinstance(answer, Refusal) for answer in answers] == [True, False]

    def test_a_list_of_secondaries_beside_one_gating_mode_is_refused(self, dry: Signal) -> None:
        weights = [1.0, 2.0, 1.0, 0.0, 0.1, 0.5, 0.5, 1.0, 0.0, 1.0, 1.0]
        spellings = [
            {"gating_mode": "gated", "secondary_activation": ["Sigmoid"]},
            {"gating_mode": "gated", "secondary_activation": "Sigmoid"},
            {"gating_mode": ["gated"], "secondary_activation": ["Sigmoid"]},
        ]
        answers = ask([wavenet(spelling, weights) for spelling in spellings], dry)
        assert [isinstance(answer, Refusal) for answer in answers] == [True, False, False]

    @pytest.mark.parametrize(
        "spelling",
        [
            {"gating_mode": "gated", "secondary_activation": ["Tanh", "Sigmoid"]},
            {"gating_mode": "blended", "secondary_activation": None},
            {"gating_mode": "gated", "secondary_activation": ""},
            {"gating_mode": ["none", "gated"], "secondary_activation": None},
            {"gating_mode": ["none", "gated"], "secondary_activation": [None, ""]},
            {"gated": [True, False]},
        ],
    )
    def test_a_spelling_of_gates_that_is_refused_is_known_and_mended(
        self, spelling: dict[str, Any], dry: Signal
    ) -> None:
        document = gated(2, spelling)
        assert not player_support(parsed(document))[-1].loads
        mended, _ = repair(document)
        assert player_support(mended)[-1].loads
        answers = ask([document, to_document(mended)], dry)
        assert [isinstance(answer, Refusal) for answer in answers] == [True, False]
        wanted = render_as_player(networks(parsed(document))[-1], dry)
        assert distance(np.asarray(answers[1]), wanted) <= TOLERANCE

    @pytest.mark.parametrize("secondary", ["Tanh", "Sigmoid", "", None])
    def test_beside_gated_any_secondary_is_a_sigmoid(
        self, secondary: str | None, dry: Signal
    ) -> None:
        check_all([gated(2, {"gated": True, "secondary_activation": secondary})], dry)

    def test_a_file_without_weights_is_refused(self, dry: Signal) -> None:
        document = {
            key: value for key, value in random_wavenet(seeded(0)).items() if key != "weights"
        }
        (answer,) = ask([document], dry)
        assert isinstance(answer, Refusal)

    def test_a_version_beyond_0_7_is_refused(self, dry: Signal) -> None:
        document = random_wavenet(seeded(0), audience="player")
        answers = ask([{**document, "version": version} for version in ("0.7.9", "0.8.0")], dry)
        assert [isinstance(answer, Refusal) for answer in answers] == [False, True]


def gated(channels: int, changes: dict[str, Any]) -> dict[str, Any]:
    """Two layers, gated as `changes` say."""
    array = {"channels": channels, "dilations": [1, 2], **changes}
    config = wavenet(array, [1.0])["config"]
    count = weight_count(parse_config("WaveNet", config))
    weights = 0.5 * np.random.default_rng(channels).standard_normal(count)
    return wavenet(array, [*weights[:-1], 1.0])


def film_documents(gating: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two layers with a layer1x1_post_film that matters, and the same without it."""
    middle = 1 if gating == "none" else 2
    layer = [*[1.5, -0.5][:middle], *[0.1, 0.2][:middle], *[0.5, 0.3][:middle], 0.8, 0.1]
    film = [0.4, -0.3, 1.7, 0.3]

    def document(*, active: bool) -> dict[str, Any]:
        slot = {"active": active, "shift": True, "groups": 1}
        layers = (layer + (film if active else [])) * 2
        array = {"dilations": [1, 1], "gating_mode": gating, "layer1x1_post_film": slot}
        return wavenet(array, [0.9, *layers, 1.0, 1.0])

    return document(active=True), document(active=False)


def test_a_refusal_names_the_reason_and_spoils_nothing(dry: Signal) -> None:
    document = random_wavenet(seeded(0), audience="player")
    answers = ask([document, "not json", {"version": "0.5.4"}, json.dumps(document)], dry)
    assert [isinstance(answer, Refusal) for answer in answers] == [False, True, True, False]
    np.testing.assert_array_equal(np.asarray(answers[0]), np.asarray(answers[3]))


def test_the_comparison_notices_one_wrong_weight(dry: Signal) -> None:
    document = random_wavenet(seeded(2), audience="player")
    wrong = {**document, "weights": [document["weights"][0] + 1e-2, *document["weights"][1:]]}
    (wet,) = ask([wrong], dry)
    model: Model = parsed(document)
    assert distance(np.asarray(wet), render_as_player(networks(model)[-1], dry)) > TOLERANCE
