"""The files that pages are made of: templates, style and scripts."""

from importlib.resources import files

__all__ = ["asset", "unix_lines"]


def asset(name: str) -> str:
    """The text of a file in the folder `assets`."""
    return unix_lines(files("triode.report").joinpath("assets", name).read_text(encoding="utf-8"))


def unix_lines(text: str) -> str:
    """Browsers turn every line end into one character before they check a script's hash."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
