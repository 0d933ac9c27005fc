"""Whatever is sent to any route that the schema lists, the answer is one that the schema lists."""

import re

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from triode.studio.app import make_app
from triode.studio.studio import Studio
from unit.studio.files import capture_file

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
PATIENCE_SECONDS = 120
MOST_USED = r"^/api/(captures(/\{capture_id\})?|checks)$"
_FITTING = schemathesis.GenerationMode.POSITIVE

few = settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
many = settings(few, max_examples=40, derandomize=False)


@pytest.fixture
def library(studio: Studio) -> Studio:
    """A library with a capture in it."""
    path = studio.folders.cache / "test"
    path.write_bytes(capture_file(name="Twin"))
    facts = {"kind": "nam", "suffix": ".nam", "rate_hz": 48_000}
    studio.import_capture(studio.uploads.adopt(path, "twin.nam", facts).id, "Twin")
    return studio


def ask_all(library: Studio, how: settings, which: str) -> int:
    """Send what fits the schema and what does not to routes; returns how many there are."""
    capture = library.captures.find()[0]
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", make_app(library))
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if re.search(which, operation.path) is None:
            continue
        takes_something = any(
            map(len, (operation.path_parameters, operation.query, operation.body))
        )
        for mode in schemathesis.GenerationMode if takes_something else [_FITTING]:

            @given(case=operation.as_strategy(generation_mode=mode))
            @how
            def ask(case: schemathesis.Case) -> None:
                # What fits asks for what is there; random ids would all be unknown.
                if case.meta.generation.mode.is_positive and "capture_id" in case.path_parameters:
                    case.path_parameters["capture_id"] = capture.id
                case.call_and_validate(checks=CHECKS, timeout=PATIENCE_SECONDS)

            ask()
        asked += 1
    return asked


def test_a_little_of_everything(library: Studio) -> None:
    assert ask_all(library, few, MOST_USED) == 6


@pytest.mark.heavy
def test_a_lot_of_everything(library: Studio) -> None:
    assert ask_all(library, many, ".") > 24
