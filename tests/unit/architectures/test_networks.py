"""The sizes of a model, and choosing among them."""

from pathlib import Path

import numpy as np
import pytest

from triode import nam
from triode.architectures import lower, networks, select, size_names
from triode.errors import TriodeError
from triode.graph import check_parameters
from triode.nam.recurrent import LstmConfig
from unit.architectures.known import a1, a2, container, model

LSTM = LstmConfig(input_size=1, hidden_size=2, num_layers=1)


@pytest.mark.parametrize(
    ("count", "names"),
    [
        (1, ("full",)),
        (2, ("lite", "full")),
        (3, ("size1", "size2", "full")),
        (4, ("size1", "size2", "size3", "full")),
    ],
)
def test_sizes_have_names(count: int, names: tuple[str, ...]) -> None:
    assert size_names(count) == names


@pytest.mark.parametrize("config", [a1("nano"), LSTM], ids=["wavenet", "lstm"])
def test_a_single_size_is_the_model_itself(config: nam.Config) -> None:
    one = model(config)
    (only,) = networks(one)
    assert (only.name, only.max_value) == ("full", 1.0)
    assert only.model is one
    assert only.graph == lower(config)
    check_parameters(only.graph, only.parameters)


def test_a_container_has_the_sizes_of_its_submodels() -> None:
    both = container(a2(3), LSTM, a2(8))
    sizes = networks(both)
    assert [size.name for size in sizes] == ["size1", "size2", "full"]
    assert [size.graph for size in sizes] == [lower(a2(3)), lower(LSTM), lower(a2(8))]
    for size in sizes:
        check_parameters(size.graph, size.parameters)


@pytest.mark.parametrize(
    ("size", "name"),
    [
        (None, "full"),
        ("lite", "lite"),
        ("full", "full"),
        (0, "lite"),
        (0.0, "lite"),
        (0.3, "lite"),
        ("0.3", "lite"),
        (0.499, "lite"),
        (0.5, "full"),
        ("0.7", "full"),
        (1.0, "full"),
    ],
)
def test_a_size_is_a_name_or_a_number(size: str | float | None, name: str) -> None:
    assert select(networks(container(a2(3), a2(8))), size).name == name


@pytest.mark.parametrize(
    "size", [-0.1, 1.01, "1.5", "-1", "small", "", "Lite", float("nan"), "nan", float("inf")]
)
def test_a_size_that_is_not_there_is_refused_with_those_that_are(size: str | float) -> None:
    with pytest.raises(TriodeError, match=r"no such size.*lite, full") as caught:
        select(networks(container(a2(3), a2(8))), size)
    assert caught.value.got == str(size)


def test_real_files_have_the_expected_sizes(shared_data: Path) -> None:
    sizes = networks(nam.read(shared_data / "nam" / "core-A2.nam"))
    assert [size.name for size in sizes] == ["lite", "full"]
    assert [len(size.model.weights) for size in sizes] == [1_871, 12_146]
    assert [size.graph for size in sizes] == [lower(a2(3)), lower(a2(8))]
    for file in sorted((shared_data / "nam").glob("*.nam")):
        for size in networks(nam.read(file)):
            check_parameters(size.graph, size.parameters)
            assert all(np.isfinite(value).all() for value in size.parameters.values())
