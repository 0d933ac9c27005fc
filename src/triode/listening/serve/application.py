"""The whole application: pages, participants' routes, the experimenter's, and what guards them."""

import os
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Scope

from triode.errors import ListeningError
from triode.listening.prepared import PreparedTest
from triode.listening.serve.experiment import experiment_routes
from triode.listening.serve.invitations import MOST_INVITATIONS
from triode.listening.serve.participant_routes import participant_routes
from triode.listening.serve.settings import Settings
from triode.listening.serve.taking_part import TakingPart
from triode.listening.store import AnswerStore
from triode.report.asset import asset
from triode.web import Access, BodyLimit, Guard, Paths, error_document, handle_errors

__all__ = ["listening_application"]

_LONGEST_BODY_BYTES = 64 << 10
_PUBLIC = Paths(
    "/listen", "/listen/", "/i/", "/static/", "/api/test", "/api/participants", "/api/participants/"
)
_STATIC = Path(__file__).parent / "static"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


def listening_application(
    test: PreparedTest, store: AnswerStore, settings: Settings, access: Access
) -> Guard:
    """The ASGI application of a listening test.

    Participants need their link and nothing else; the experimenter's page, at "/", needs what
    `access` asks for.

    Raises:
        ListeningError: The test cannot be served, or the store not be reached.
    """
    app = FastAPI(title="Triode listening test", docs_url=None, redoc_url=None, openapi_url=None)
    handle_errors(app)
    app.add_exception_handler(ListeningError, _listening_error)
    app.include_router(participant_routes(TakingPart(test, store, settings), settings))
    app.include_router(experiment_routes(test, store, settings))
    _add_pages(app, test)
    return Guard(BodyLimit(app, _LONGEST_BODY_BYTES), access, public=_PUBLIC)


def _add_pages(app: FastAPI, test: PreparedTest) -> None:
    templates = Environment(
        loader=PackageLoader("triode.listening.serve"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
    )
    title = test.plan.title
    participant = templates.get_template("participant.html").render(title=title)
    experiment = templates.get_template("experiment.html").render(
        title=title, most=MOST_INVITATIONS, folder=test.folder.name
    )
    # The style that reports have, too.
    style = asset("page.css")

    @app.get("/", response_class=HTMLResponse)
    @app.head("/", response_class=HTMLResponse)
    async def experiment_page() -> str:
        return experiment

    @app.get("/listen", response_class=HTMLResponse)
    @app.get("/listen/deleted", response_class=HTMLResponse)
    @app.get("/i/{token}", response_class=HTMLResponse)
    async def participant_page() -> str:
        return participant

    @app.get("/static/page.css")
    async def page_style() -> PlainTextResponse:
        return PlainTextResponse(style, media_type="text/css")

    app.mount("/static", _OurFiles(directory=_STATIC))


class _OurFiles(StaticFiles):
    """Files with types of our own: Windows may call scripts plain text, which no browser runs."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["content-type"] = _TYPES[Path(full_path).suffix]
        return response


async def _listening_error(request: Request, error: Exception) -> JSONResponse:
    """A page tries again when the database cannot be asked, and not when the answer is wrong."""
    del request
    assert isinstance(error, ListeningError)
    status = 503 if isinstance(error.__cause__, SQLAlchemyError) else 422
    return JSONResponse(error_document(error), status_code=status)
