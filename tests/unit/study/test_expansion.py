from pathlib import Path
from typing import Any

import pytest

from triode.errors import RecipeError, StudyError
from triode.graph import Activation
from triode.study.expansion import recipe_near
from unit.study.conftest import CONVNET

WAVENET = {
    "head_scale": 0.1,
    "layers": [
        {
            "input_size": 1,
            "condition_size": 1,
            "channels": 2,
            "bottleneck": 2,
            "kernel_size": 2,
            "dilations": [1, 2],
            "activation": "Tanh",
            "head": {"out_channels": 1, "kernel_size": 1, "bias": True},
        }
    ],
}
BASE = {"wave": {"architecture": "WaveNet", "config": WAVENET}}


def kinds(graph: Any) -> set[str]:
    return {node.operation.kind for node in graph.nodes if isinstance(node.operation, Activation)}


def test_a_grid_gives_every_combination(opened: Any, folder: Any) -> None:
    study = opened(
        bases=BASE,
        candidates=[],
        grids=[
            {
                "name": "{kind}-{width}",
                "base": "wave",
                "axes": {
                    "kind": {"tanh": {}, "relu": {"layers.*.activation": "ReLU"}},
                    "width": {
                        str(width): {
                            "layers.*.channels": width,
                            "layers.*.bottleneck": width,
                            "optimizer.learning_rate": 0.01 / width,
                        }
                        for width in (1, 3)
                    },
                },
            }
        ],
    )
    found = {one.name: one for one in study.candidates}
    assert list(found) == ["tanh-1", "tanh-3", "relu-1", "relu-3"]
    assert kinds(found["relu-3"].graphs(folder)[0]) == {"ReLU"}
    assert kinds(found["tanh-3"].graphs(folder)[0]) == {"Tanh"}
    recipe = found["relu-3"].recipe(study.recipe, epochs=7, seed=5)
    assert (recipe.epochs, recipe.seed) == (7, 5)
    assert recipe.optimizer.learning_rate == pytest.approx(0.01 / 3)
    assert recipe.sizes[0].config["layers"][0]["channels"] == 3


def test_a_whole_recipe_is_a_container_and_a_size_of_it_one_network(
    opened: Any, folder: Any
) -> None:
    training = {"recipe": "tiny.toml", "context_samples": 8192}
    study = opened(
        training=training,
        candidates=[
            {"name": "both", "recipe": "a2"},
            {"name": "lite", "recipe": "a2", "size": "lite"},
        ],
    )
    both, lite = study.candidates
    assert len(both.graphs(folder)) == 2
    assert both.config()["architecture"] == "SlimmableContainer"
    assert lite.config()["config"] == both.config()["config"]["submodels"][0]["model"]["config"]


def test_a_conditioning_network_needs_no_weights(opened: Any, folder: Any) -> None:
    nested = {"architecture": "WaveNet", "config": WAVENET}
    study = opened(
        bases=BASE,
        candidates=[
            {"name": "plain", "base": "wave"},
            {"name": "moved", "base": "wave", "set": {"condition_dsp": nested}},
        ],
    )
    plain, moved = study.candidates
    assert "weights" not in moved.config()["config"]["condition_dsp"]
    nodes = [one.name for one in moved.graphs(folder)[0].nodes]
    assert any(name.startswith("condition_dsp.") for name in nodes)
    assert len(nodes) > len(plain.graphs(folder)[0].nodes)


@pytest.mark.parametrize(
    ("candidate", "message"),
    [
        ({"set": {"activatoin": "ReLU"}}, "activation"),
        ({"set": {"activation": "Relu"}}, "ReLU"),
        ({"set": {"dilations.5": 1}}, "the path leads nowhere"),
        ({"set": {"optimizer.learning_rat": 1.0}}, "Did you mean learning_rate"),
        ({"set": {"dilations": [1, 200]}}, "context_samples to 202"),
    ],
)
def test_a_candidate_that_cannot_be_is_refused_by_name(
    opened: Any, candidate: dict[str, Any], message: str
) -> None:
    entry = {"name": "odd-one", "architecture": "ConvNet", "config": CONVNET, **candidate}
    with pytest.raises(StudyError, match="odd-one") as caught:
        opened(candidates=[entry])
    assert message in str(caught.value)


def test_a_question_about_nothing_is_refused(opened: Any) -> None:
    question = {"name": "q", "text": "?", "a": ["tanh"], "b": ["rellu"], "simpler": "a"}
    with pytest.raises(StudyError, match="Did you mean relu"):
        opened(questions=[question])


def test_a_grid_without_its_axes_in_its_name_is_refused(opened: Any) -> None:
    grid = {
        "name": "grid",
        "architecture": "ConvNet",
        "config": CONVNET,
        "axes": {"width": {"2": {}, "3": {"channels": 3}}},
    }
    with pytest.raises(StudyError, match="name its axes"):
        opened(grids=[grid])


def test_a_recipe_with_fine_tuning_is_refused(tmp_path: Path, repository: Path) -> None:
    text = (repository / "recipes" / "a2.toml").read_text("utf-8")
    path = tmp_path / "tuned.toml"
    path.write_text(
        text.replace("[validation]", "[fine_tuning]\nepochs = 2\n\n[validation]"), "utf-8"
    )
    with pytest.raises(RecipeError, match=r"does not fine-tune.*fine_tuning\.epochs = 0. Got 2"):
        recipe_near("tuned.toml", tmp_path)


NESTED: dict[str, Any] = {
    "name": "wide",
    "base": "wave",
    "set": {
        "layers.*.channels": 6,
        "layers.*.bottleneck": 6,
        "layers.*.slimmable": {
            "method": "slice_channels_uniform",
            "kwargs": {"allowed_channels": [2, 4, 6]},
        },
        "widths": "random",
    },
}


def test_widths_that_train_together_are_judged_one_by_one(opened: Any, folder: Path) -> None:
    plain = {"name": "narrow", "base": "wave"}
    question = {"name": "q", "text": "?", "a": ["wide@size1"], "b": ["narrow"], "simpler": "b"}
    study = opened(bases=BASE, candidates=[NESTED, plain], questions=[question])
    assert [one.name for one in study.candidates] == ["wide", "narrow"]
    judged = {one.name: one for one in study.judged}
    assert list(judged) == ["wide", "wide@size1", "wide@size2", "narrow"]
    channels = {name: one.sizes[0].config["layers"][0]["channels"] for name, one in judged.items()}
    assert channels == {"wide": 6, "wide@size1": 2, "wide@size2": 4, "narrow": 2}
    narrow = judged["narrow"].graphs(folder)[0]
    assert judged["wide@size1"].graphs(folder)[0] == narrow
    with pytest.raises(StudyError, match="wide@size2"):
        opened(bases=BASE, candidates=[NESTED, plain], questions=[question | {"a": ["wide@lite"]}])
    tapped = NESTED["set"] | {"layers.*.head.kernel_size": 4}
    with pytest.raises(StudyError, match=r"candidate wide.*head of kernel size 1"):
        opened(bases=BASE, candidates=[NESTED | {"set": tapped}])
    with pytest.raises(StudyError, match="widths"):
        opened(bases=BASE, candidates=[NESTED | {"set": {**NESTED["set"], "widths": "any"}}])


def test_the_sizes_of_a_container_are_judged_one_by_one(opened: Any) -> None:
    study = opened(candidates=[{"name": "both", "recipe": "a2"}], training={"recipe": "a2"})
    assert [one.name for one in study.judged] == ["both", "both@lite"]
    lite = study.judged[1]
    assert lite.smaller() == ()
    assert lite.sizes[0].config == study.candidates[0].sizes[0].config
