"""Slicing a WaveNet to fewer channels, against slices taken where the weights are read."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from triode import nam
from triode.architectures import lower, networks, parameters, select, slim, slimming_steps
from triode.graph import interpret, receptive_field
from triode.nam.model import Model
from triode.nam.wavenet import LayerArray, WaveNetConfig
from unit.architectures.known import a1, a2, container, model, noise, random_slimmable
from unit.architectures.plain_wavenet import PlainWaveNet

# Both are float64; sums in another order, enlarged by FiLM products.
TOLERANCE = 1e-10


def slimmable(channels: int, allowed: tuple[int, ...] | None, **options: object) -> WaveNetConfig:
    """A one-array WaveNet of this width."""
    array: LayerArray = a2(channels).layer_arrays[0]
    head = replace(array.head, kernel_size=1)
    array = replace(array, head=head, slimmable_channels=allowed, layers=array.layers[:2])
    return WaveNetConfig(layer_arrays=(replace(array, **options),), head_scale=1.0)  # type: ignore[arg-type]


def widths(one: Model) -> list[int]:
    assert isinstance(one.config, WaveNetConfig)
    return [array.channels for array in one.config.layer_arrays]


def distance(one: Model, size: float) -> float:
    """Largest difference between `slim` and slicing while reading, relative to the peak."""
    assert isinstance(one.config, WaveNetConfig)
    part = slim(one, size)
    graph = lower(part.config)
    run_in = receptive_field(graph) - 1
    signal = noise(30)
    padded = np.pad(signal, ((0, 0), (run_in, 0)))
    wanted = PlainWaveNet(one.config, one.weights, size).play(padded)[:, run_in:]
    got = interpret(graph, parameters(part), signal)
    return float(np.max(np.abs(got - wanted)) / np.max(np.abs(wanted)))


@pytest.mark.parametrize("seed", range(30))
def test_a_random_slice_is_what_the_format_says(seed: int) -> None:
    one = model(random_slimmable(seed), seed)
    for size in (0.0, 0.4, 0.75):
        assert distance(one, size) < TOLERANCE


def test_the_random_slices_reach_every_rule() -> None:
    arrays = [
        (array, part)
        for seed in range(30)
        for array, part in zip(
            random_slimmable(seed).layer_arrays,
            slim(model(random_slimmable(seed)), 0.0).config.layer_arrays,  # type: ignore[union-attr]
            strict=True,
        )
        if part.channels < array.channels
    ]
    assert any(part.bottleneck < array.bottleneck != array.channels for array, part in arrays)
    assert any(array.bottleneck * part.channels < array.channels for array, part in arrays)
    assert any(not array.layer1x1.active for array, _ in arrays)
    assert any(array.head1x1.active for array, _ in arrays)
    assert any(part.head.out_channels < array.head.out_channels for array, part in arrays)
    assert any(layer.gating != "none" for array, _ in arrays for layer in array.layers)
    assert any(film.shift for array, _ in arrays for _, film in array.films.active())


def test_the_full_size_is_the_model_itself() -> None:
    one = model(random_slimmable(3), 3)
    whole = slim(one, 1.0)
    np.testing.assert_array_equal(whole.weights, one.weights)
    assert isinstance(one.config, WaveNetConfig)
    unsliceable = tuple(replace(a, slimmable_channels=None) for a in one.config.layer_arrays)
    assert whole.config == replace(one.config, layer_arrays=unsliceable)


def test_tensors_keep_their_first_rows_and_columns() -> None:
    one = model(slimmable(6, (2, 6)))
    whole, part = parameters(one), parameters(slim(one, 0.0))
    for name, value in part.items():
        corner = tuple(slice(length) for length in value.shape)
        np.testing.assert_array_equal(value, whole[name][corner], err_msg=name)
    assert part["array0.layer1.conv.weight"].shape == (2, 2, 6)
    assert part["array0.layer1.layer1x1.bias"].shape == (2,)
    assert part["array0.head_rechannel.weight"].shape == (1, 2, 1)


@pytest.mark.parametrize(
    ("size", "width"),
    [(0.0, 2), (0.2, 2), (0.24, 2), (0.25, 3), (0.49, 3), (0.5, 5), (0.74, 5), (0.75, 8), (1.0, 8)],
)
def test_the_ratio_picks_from_the_table_of_widths(size: float, width: int) -> None:
    one = model(slimmable(8, (2, 3, 5, 8)))
    assert widths(slim(one, size)) == [width]
    assert widths(select(networks(one), size).model) == [width]


def test_a_decimal_ratio_at_a_step_is_the_upper_size() -> None:
    one = model(slimmable(10, tuple(range(1, 11))))
    for step in range(10):
        decimal = float(f"0.{step}")
        assert widths(slim(one, decimal)) == [step + 1]
        assert widths(slim(one, Fraction(step, 10))) == [step + 1]
        assert widths(select(networks(one), str(decimal)).model) == [step + 1]


@pytest.mark.parametrize(
    ("channels", "bottleneck", "width", "kept"),
    [(8, 4, 5, 2), (8, 2, 3, 1), (8, 8, 3, 3), (3, 4, 2, 2), (8, 7, 4, 3), (6, 2, 2, 1)],
)
def test_the_bottleneck_shrinks_in_proportion_and_never_to_nothing(
    channels: int, bottleneck: int, width: int, kept: int
) -> None:
    one = model(slimmable(channels, (width, channels), bottleneck=bottleneck))
    config = slim(one, 0.0).config
    assert isinstance(config, WaveNetConfig)
    assert config.layer_arrays[0].bottleneck == kept


def test_steps_are_those_of_every_array_together() -> None:
    first, second = a1("nano").layer_arrays
    arrays = (
        replace(first, slimmable_channels=(1, 2, 4)),
        replace(second, slimmable_channels=(1, 2)),
    )
    config = WaveNetConfig(layer_arrays=arrays, head_scale=1.0)
    assert slimming_steps(config) == (
        Fraction(1, 3),
        Fraction(1, 2),
        Fraction(2, 3),
        Fraction(1),
    )
    sizes = networks(model(config))
    assert [widths(size.model) for size in sizes] == [[1, 1], [2, 1], [2, 2], [4, 2]]
    assert [size.name for size in sizes] == ["size1", "size2", "size3", "full"]
    for size in sizes:
        assert interpret(size.graph, size.parameters, noise(3)).shape == (1, 3)


def test_a_neighbour_that_is_not_sliced_keeps_its_width() -> None:
    first, second = a1("nano").layer_arrays
    arrays = (replace(first, slimmable_channels=(1, 4)), second)
    part = slim(model(WaveNetConfig(layer_arrays=arrays, head_scale=1.0)), 0.0)
    assert widths(part) == [1, 2]
    assert isinstance(part.config, WaveNetConfig)
    assert part.config.layer_arrays[0].head.out_channels == 2
    assert part.config.layer_arrays[1].input_size == 1


def test_a_slice_is_a_model_of_its_own() -> None:
    one = replace(model(slimmable(4, (1, 4)), rate_hz=44100.0), metadata={"name": "Ä"})
    part = slim(one, 0.0)
    assert (part.rate_hz, part.metadata, part.document) == (44100.0, {"name": "Ä"}, None)
    assert len(part.weights) == nam.weight_count(part.config)
    assert len(networks(part)) == 1


def test_only_a_wavenet_can_be_sliced() -> None:
    with pytest.raises(TypeError, match="only a WaveNet"):
        slim(container(a2(3)), 0.5)


def test_the_real_slimmable_file(shared_data: Path) -> None:
    one = nam.read(shared_data / "nam" / "core-slimmable_wavenet.nam")
    assert isinstance(one.config, WaveNetConfig)
    allowed = [array.slimmable_channels for array in one.config.layer_arrays]
    assert any(allowed)
    sizes = networks(one)
    assert len(sizes) == len(slimming_steps(one.config)) > 1
    starts = [0.0, *(size.max_value for size in sizes[:-1])]
    for size, start in zip(sizes, starts, strict=True):
        inside = (start + size.max_value) / 2
        assert widths(size.model) == [
            array.channels
            if table is None
            else table[min(int(inside * len(table)), len(table) - 1)]
            for array, table in zip(one.config.layer_arrays, allowed, strict=True)
        ]
        assert distance(one, inside) < TOLERANCE
        assert nam.parse(nam.to_bytes(size.model)).config == size.model.config
