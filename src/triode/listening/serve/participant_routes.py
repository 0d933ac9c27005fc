"""The participants' addresses: a link that is all that connects a person with the answers."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from triode.listening.serve.flood import RateLimit
from triode.listening.serve.settings import Settings
from triode.listening.serve.taking_part import TakingPart
from triode.web import RequestError

__all__ = ["participant_routes"]

_JOINS_AT_ONCE = 40
_JOINS_PER_MINUTE = 6.0
_SOUNDS_AT_ONCE = 60
_SOUNDS_PER_MINUTE = 30.0

Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{32}$")]
Index = Annotated[int, Path(ge=0, le=100_000)]


class Headphones(BaseModel):
    """What the headphones check found."""

    model_config = ConfigDict(extra="forbid")

    passed: bool
    correct: Annotated[int, Field(ge=0, le=6)]
    attempts: Annotated[int, Field(ge=1, le=10)]


class Conditions(BaseModel):
    """How a participant listens.

    Attributes:
        headphones: What the check found.
        level_db: What the page multiplied the sound by.
    """

    model_config = ConfigDict(extra="forbid")

    headphones: Headphones
    level_db: Annotated[float, Field(ge=-60.0, le=0.0)]


def participant_routes(taking_part: TakingPart, settings: Settings) -> APIRouter:
    """The routes under /api/test and /api/participants."""
    routes = APIRouter(prefix="/api", tags=["taking part"])
    people = taking_part.people
    joins = RateLimit(_JOINS_AT_ONCE, _JOINS_PER_MINUTE)
    sounds = RateLimit(_SOUNDS_AT_ONCE, _SOUNDS_PER_MINUTE)

    @routes.get("/test")
    def about() -> dict[str, Any]:
        return taking_part.about()

    @routes.post("/participants", status_code=201)
    def join(request: Request) -> dict[str, Any]:
        if not joins.allows(_source(request, settings)):
            raise _too_fast()
        return taking_part.state(people.join())

    @routes.get("/participants/{token}")
    def state(token: Token) -> dict[str, Any]:
        return taking_part.state(people.find(token))

    @routes.delete("/participants/{token}", status_code=204)
    def withdraw(token: Token) -> None:
        people.withdraw(token)

    @routes.put("/participants/{token}/consent")
    def agree(token: Token) -> dict[str, Any]:
        return taking_part.state(people.agree(token))

    @routes.put("/participants/{token}/conditions", status_code=204)
    def note_conditions(token: Token, conditions: Conditions) -> None:
        people.note(token, conditions.model_dump())

    @routes.get("/participants/{token}/pages/{index}")
    def page(token: Token, index: Index) -> dict[str, Any]:
        return taking_part.page(token, index)

    @routes.get("/participants/{token}/pages/{index}/sound", response_class=Response)
    def sound(token: Token, index: Index) -> Response:
        if not sounds.allows(token):
            raise _too_fast()
        content = taking_part.sound(token, index)
        return Response(content, media_type="application/octet-stream")

    @routes.put("/participants/{token}/answers/{index}")
    def answer(
        token: Token, index: Index, document: Annotated[dict[str, Any], Body()]
    ) -> dict[str, Any]:
        return taking_part.answer(token, index, document)

    return routes


def _source(request: Request, settings: Settings) -> str:
    """Who asks; a proxy appends the address it was asked from, whatever stood there before."""
    forwarded = request.headers.get("x-forwarded-for", "")
    if settings.behind_proxy and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()[:64]
    return "" if request.client is None else request.client.host


def _too_fast() -> RequestError:
    return RequestError("that was too often; wait a little", status=429)
