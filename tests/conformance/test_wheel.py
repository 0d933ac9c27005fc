"""The tests run against the wheel that users get, and nothing is missing from it."""

import sys
from importlib import metadata, resources
from pathlib import Path

import pytest

import triode

INSTALLED = Path(triode.__file__).resolve().parent


@pytest.fixture(scope="module", autouse=True)
def _installed(repository: Path) -> None:
    """Skip when somebody runs the sources on purpose; `make test` never does."""
    if repository / "src" in [Path(entry).resolve() for entry in sys.path]:
        pytest.skip("the sources are on the path")


def names(folder: Path) -> set[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in files if path.suffix != ".pyc"}


def test_triode_comes_from_site_packages() -> None:
    assert INSTALLED.parent.name in {"site-packages", "dist-packages"}
    assert metadata.version("triode") == triode.__version__


def test_every_source_is_in_the_wheel(repository: Path) -> None:
    sources = {name for name in names(repository / "src" / "triode") if "recipes/" not in name}
    recipes = {f"recipes/{name}" for name in names(repository / "recipes")}
    assert names(INSTALLED) == sources | recipes


def test_the_package_says_that_it_is_typed() -> None:
    assert (resources.files("triode") / "py.typed").is_file()
