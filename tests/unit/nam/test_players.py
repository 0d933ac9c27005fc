"""Which players load what."""

from dataclasses import replace
from typing import Any

import pytest

from triode import nam

Document = dict[str, Any]


def loads(model: nam.Model) -> tuple[bool, ...]:
    return tuple(generation.loads for generation in nam.player_support(model))


def test_a1_loads_everywhere(a1: Document) -> None:
    assert loads(nam.parse(a1)) == (True, True, True)


def test_needless_versions_keep_older_players_out(a1: Document) -> None:
    a1["version"] = "0.6.0"
    model = nam.parse(a1)
    assert loads(model) == (False, True, True)
    assert "needs only 0.5.4" in nam.player_support(model)[0].reasons[0]
    assert loads(replace(model, document=None)) == (True, True, True)


def test_newer_options_need_newer_players(rich: Document, conditioned: Document) -> None:
    assert loads(nam.parse(rich)) == (False, True, True)
    assert "it uses FiLM (format 0.6)" in nam.player_support(nam.parse(rich))[0].reasons
    assert loads(nam.parse(conditioned)) == (False, True, True)


def test_a2_takes_the_fast_path_in_its_shape(a2: Document, container: Document) -> None:
    assert loads(nam.parse(a2)) == (False, False, True)
    assert nam.player_support(nam.parse(a2))[-1].fast_path is True
    assert nam.player_support(nam.parse(container))[-1].fast_path is True
    assert nam.player_support(replace(nam.parse(a2), document=None))[-1].fast_path is True
    del container["config"]["submodels"][0]["model"]["config"]["layers"][0]["bottleneck"]
    assert nam.player_support(nam.parse(container))[-1].fast_path is False
    assert nam.player_support(nam.parse(container))[0].fast_path is None


def test_only_a2_has_a_fast_path(a1: Document) -> None:
    assert nam.player_support(nam.parse(a1))[-1].fast_path is None


def test_softsigmoid_loads_nowhere(a1: Document) -> None:
    a1["config"]["layers"][0]["activation"] = "Softsigmoid"
    assert loads(nam.parse(a1)) == (False, False, False)


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"activation": {"type": "Hardtanh", "max_val": 2}}, "Hardtanh"),
        ({"head_dilation": 3}, "head_dilation"),
        ({"layer1x1_post_film": {"active": True, "shift": True, "groups": 1}}, "layer1x1_post"),
    ],
)
def test_differences_are_told(
    change: Document, difference: str, make: Any, make_array: Any
) -> None:
    document = make({"layers": [make_array(head_size=1, **change)], "head_scale": 1.0})
    (told,) = nam.player_support(nam.parse(document))[-1].differences
    assert difference in told
