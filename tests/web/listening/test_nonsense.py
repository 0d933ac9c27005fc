"""Whatever is sent, the answer is a refusal in words, and what was kept stays as it was."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from triode.listening import AnswerStore
from web.listening.client import DESIGNS, begin, client_of
from web.listening.made import TestOf

KEYS = ["x_is", "scores", "hidden", "grades", "preferred", "milliseconds", "switches", "plays"]
LABELS = ["A", "B", "C", "X", "Reference", "none", "reference"]
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(LABELS)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(LABELS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=10,
)
ANSWERS = VALUES | st.dictionaries(st.sampled_from(KEYS), VALUES)
once = settings(max_examples=30, suppress_health_check=list(HealthCheck))


def refused(client: TestClient, method: str, address: str, content: bytes) -> int:
    """The status of an answer, which says why in words."""
    headers = {"content-type": "application/json"}
    answer = client.request(method, address, content=content, headers=headers)
    if answer.status_code not in {200, 204}:
        assert answer.json()["error"]["message"]
    return answer.status_code


@pytest.mark.parametrize("design", DESIGNS)
def test_answers(design: str, test_of: TestOf, store: AnswerStore) -> None:
    client = client_of(test_of(design), store)
    _, address = begin(client)
    kept = 0

    @once
    @given(ANSWERS)
    def ask(document: object) -> None:
        nonlocal address, kept
        # What JSON has no words for, such as infinity, is sent as Python writes it.
        code = refused(client, "PUT", f"{address}/answers/0", json.dumps(document).encode())
        assert code in {200, 422}
        assert client.get(address).json()["answered"] == (code == 200)
        if code == 200:
            _, address = begin(client)
            kept += 1

    ask()
    assert len(store.all_answers(test_of(design))) == kept


def test_addresses_and_bodies(test_of: TestOf, store: AnswerStore) -> None:
    client = client_of(test_of("mushra"), store)
    _, address = begin(client)

    @once
    @given(
        st.sampled_from(["GET", "PUT", "POST", "DELETE"]),
        st.sampled_from(["pages", "answers", "conditions", "consent", "sound", ".."]),
        st.integers() | st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20),
        st.binary(max_size=50),
    )
    def ask(method: str, part: str, which: object, body: bytes) -> None:
        name = str(which).replace("?", "").replace("#", "").replace("%", "").replace("\\", "")
        assert refused(client, method, f"{address}/{part}/{name}", body) < 500

    ask()
    assert client.get(address).json()["answered"] == 0
