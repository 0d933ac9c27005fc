"""Light commands stay light: what a fresh process loads for them."""

import subprocess
import sys

import pytest

LIGHT_PACKAGES = (
    "triode",
    "triode.audio",
    "triode.nam",
    "triode.graph",
    "triode.architectures",
    "triode.runtime",
)
HEAVY_FOR_HELP = (
    *("torch", "scipy", "pydantic", "plotly", "soundfile", "soxr"),
    *("fastapi", "starlette", "uvicorn", "jinja2"),
)

HELP = """
from triode.cli.main import main
sys.argv = ["triode", "--help"]
try:
    main()
except SystemExit as end:
    assert end.code in (0, None), end.code
"""


def loaded_after(statements: str) -> set[str]:
    """Names of the top-level modules that a fresh interpreter has loaded after `statements`."""
    script = (
        f"import sys\n{statements}\n"
        "print()\nprint(*{name.partition('.')[0] for name in sys.modules})"
    )
    run = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return set(run.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("package", LIGHT_PACKAGES)
def test_playing_never_loads_torch(package: str) -> None:
    loaded = loaded_after(f"import {package}")
    assert "triode" in loaded
    assert "torch" not in loaded


def test_playing_starts_without_scipy() -> None:
    assert "scipy" not in loaded_after("from triode import load")


@pytest.mark.parametrize("package", ["triode.web", "triode.studio"])
def test_what_serves_pages_is_loaded_when_pages_are_served(package: str) -> None:
    loaded = loaded_after(f"import {package}")
    assert not loaded & {"fastapi", "starlette", "uvicorn", "jinja2", "numpy"}


def test_help_loads_nothing_heavy() -> None:
    loaded = loaded_after(HELP)
    assert "typer" in loaded
    assert not loaded & set(HEAVY_FOR_HELP)


def test_the_check_notices_a_heavy_module() -> None:
    assert "scipy" in loaded_after("import scipy")
