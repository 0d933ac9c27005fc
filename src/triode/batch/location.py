"""Where files are: a path of this machine, or a URL that fsspec understands."""

import os
import posixpath
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Location", "Url", "absolute", "location"]


@dataclass(frozen=True)
class Url:
    """Something that lies in a storage, such as s3://bucket/dry.wav.

    Attributes:
        text: The URL, as fsspec takes it.
    """

    text: str

    @property
    def name(self) -> str:
        """What follows the last slash."""
        return posixpath.basename(self.text.rstrip("/"))

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return posixpath.splitext(self.name)[0]

    @property
    def suffix(self) -> str:
        """The suffix of the name, with its dot."""
        return posixpath.splitext(self.name)[1]

    @property
    def parent(self) -> "Url":
        """The folder that it lies in."""
        return Url(posixpath.dirname(self.text.rstrip("/")))

    def __truediv__(self, name: object) -> "Url":
        return Url(f"{self.text.rstrip('/')}/{name}")

    def __str__(self) -> str:
        return self.text


Location = Path | Url


def location(text: "str | os.PathLike[str] | Url", base: Location | None = None) -> Location:
    """What `text` means; where it is neither a URL nor absolute, within `base`."""
    if isinstance(text, Url):
        return text
    written = os.fspath(text)
    # A drive letter of Windows is no scheme, and has a backslash or one slash after its colon.
    if "://" in written:
        return Url(written)
    path = Path(written)
    return path if base is None or path.is_absolute() else base / written


def absolute(place: Location) -> str:
    """As text that means the same to another process, wherever that works."""
    return str(place) if isinstance(place, Url) else str(place.absolute())
