"""Mutated documents raise nothing but `NamFileError`, whatever is mutated."""

import copy
import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triode import nam
from triode.errors import NamFileError

Document = dict[str, Any]

KEYS = re.findall(
    r"\w+",
    """version architecture config weights sample_rate metadata layers head head_scale channels
    bottleneck dilations kernel_size kernel_sizes activation gating_mode gated condition_dsp
    secondary_activation groups_input layer1x1 head1x1 conv_pre_film active shift groups type
    negative_slope negative_slopes slimmable method kwargs allowed_channels submodels max_value
    model hidden_size num_layers receptive_field bias loudness date in_channels""",
)

leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 20),
    st.sampled_from([10**9, -(10**9), 2**31, 2**63, 2**64, 10**18, 10**60]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "none", "gated", "blended", "Tanh", "PReLU", "WaveNet", "LSTM", "0.7.0"]),
    st.text(max_size=5),
)
junk = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    ),
    max_leaves=8,
)


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in the document, the weights' only in part."""
    found = [path]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value[:3]):
            found += places(inner, (*path, index))
    return found


def mutate(document: Document, data: st.DataObject) -> Document:
    """One value replaced, removed, doubled, or moved under another key."""
    path = data.draw(st.sampled_from([place for place in places(document) if place]))
    parent: Any = document
    for step in path[:-1]:
        parent = parent[step]
    action = data.draw(st.sampled_from(["replace", "remove", "add"]))
    if action == "replace":
        parent[path[-1]] = data.draw(junk)
    elif action == "remove":
        del parent[path[-1]]
    elif isinstance(parent, dict):
        parent[data.draw(st.sampled_from(KEYS))] = data.draw(junk)
    else:
        parent.insert(0, data.draw(junk))
    return document


def survives(document: Document) -> None:
    """Read, lint and repair the document; what can be read comes back unchanged."""
    findings = nam.lint(document)
    try:
        model = nam.parse(document)
    except NamFileError as error:
        refusal = error
    else:
        refusal = None
    if refusal is not None:
        assert refusal.where
        assert str(refusal).isascii()
        assert [f for f in findings if f.severity == "error"]
    else:
        assert nam.to_document(model) == json.loads(json.dumps(document))
        assert "broken-file" not in {finding.id for finding in findings}
        assert len(nam.player_support(model)) == 3
    try:
        repaired, _ = nam.repair(document)
    except NamFileError:
        return
    assert not [finding for finding in nam.lint(repaired) if finding.fixable]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@pytest.mark.parametrize("name", ["a1", "rich", "conditioned", "small_container"])
@given(data=st.data())
def test_mutated_documents(name: str, request: pytest.FixtureRequest, data: st.DataObject) -> None:
    document = copy.deepcopy(request.getfixturevalue(name))
    for _ in range(data.draw(st.integers(1, 3))):
        document = mutate(document, data)
        if not document or len(places(document)) < 2:
            break
    survives(document)


@pytest.fixture
def small_container(a1: Document) -> Document:
    """Two small sizes."""
    submodels = [{"max_value": value, "model": copy.deepcopy(a1)} for value in (0.5, 1.0)]
    return {
        "version": "0.7.0",
        "architecture": "SlimmableContainer",
        "config": {"submodels": submodels},
        "weights": [],
        "sample_rate": 48000,
    }


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    with pytest.raises(NamFileError):
        nam.parse(data)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_cut_and_flipped_files(a1: Document, data: st.DataObject) -> None:
    text = bytearray(json.dumps(a1).encode())
    if data.draw(st.booleans()):
        del text[data.draw(st.integers(0, len(text) - 1)) :]
    else:
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    try:
        model = nam.parse(bytes(text))
    except NamFileError:
        return
    assert nam.to_document(model) == json.loads(text)


@pytest.mark.parametrize("path", ["weights", "metadata", "config"])
def test_megabytes_of_nonsense(a1: Document, path: str) -> None:
    a1[path] = "x" * 1_000_000
    with pytest.raises(NamFileError) as caught:
        nam.parse(a1)
    assert len(str(caught.value)) < 300
