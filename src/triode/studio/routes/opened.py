"""The library that routes work on."""

from typing import Annotated

from fastapi import Depends, Request

from triode.studio.studio import Studio

__all__ = ["Opened"]


def _opened(request: Request) -> Studio:
    """The studio that the application was made for."""
    studio: Studio = request.app.state.studio
    return studio


Opened = Annotated[Studio, Depends(_opened)]
