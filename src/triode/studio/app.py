"""The studio as one application: routes, pages, static files, and what guards them."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final

import jinja2
from fastapi import FastAPI, Header
from fastapi.responses import FileResponse, HTMLResponse, Response
from fastapi.staticfiles import StaticFiles

from triode import __version__
from triode.studio.routes import captures, material, playing
from triode.studio.routes.answers import ERRORS
from triode.studio.studio import Studio
from triode.web import Access, BodyLimit, Guard, Paths, handle_errors
from triode.web.asgi import Application

__all__ = ["guarded_app", "make_app"]

_PAGES_WITH_CHARTS: Final = Paths("/")
_UPLOADS: Final = Paths("/api/uploads")


def guarded_app(studio: Studio, access: Access) -> Application:
    """The studio's application behind its guard."""
    limited = BodyLimit(make_app(studio), unlimited=_UPLOADS)
    return Guard(limited, access, inline_styles=_PAGES_WITH_CHARTS)


def make_app(studio: Studio) -> FastAPI:
    """The studio's application as such: whoever asks it is let in."""
    app = FastAPI(
        title="Triode studio",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    handle_errors(app)
    app.state.studio = studio
    for module in (material, captures, playing):
        app.include_router(module.router, responses=ERRORS)

    folder = Path(str(files("triode.studio")))
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder / "templates"), autoescape=True
    )

    @app.get("/", include_in_schema=False)
    def page() -> HTMLResponse:
        """The page."""
        template = environment.get_template("index.html")
        return HTMLResponse(template.render(version=__version__))

    @app.get("/static/plotly.min.js", include_in_schema=False)
    def charts() -> Response:
        """What draws charts, out of plotly's own package."""
        script = Path(str(files("plotly"))) / "package_data" / "plotly.min.js"
        return FileResponse(script, media_type="text/javascript")

    @app.get("/api/events", include_in_schema=False)
    def events(last_event_id: Annotated[str | None, Header()] = None) -> Any:
        """What happens, as server-sent events: capture, epoch, progress, check, recording."""
        return studio.broadcast.response(last_event_id)

    app.mount("/static", StaticFiles(directory=folder / "static"))
    return app
