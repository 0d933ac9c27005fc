"""Errors as a page gets them: what is wrong and what to do, and nothing about our insides."""

import re
from typing import TYPE_CHECKING, Any, Final

from triode.errors import OutputError, TriodeError, WebError

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from fastapi.responses import JSONResponse

__all__ = ["RequestError", "error_document", "handle_errors"]

_FOLDERS: Final = re.compile(r"(?<![\w.:/\\])(?:[A-Za-z]:)?[/\\](?:[^\s/\\:,;]+[/\\])+")


class RequestError(WebError):
    """A request cannot be met.

    Args:
        problem: One sentence that says what is wrong.
        status: The HTTP status that says the same.
        expected: What would have been right.
        got: What came instead.
        hint: What to do next.
    """

    def __init__(
        self,
        problem: str,
        *,
        status: int = 422,
        expected: object | None = None,
        got: object | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(problem, expected=expected, got=got, hint=hint)
        self.status = status


def error_document(error: TriodeError) -> dict[str, Any]:
    """An error as JSON: `{"error": {"message", "problem", "expected", "got", "hint"}}`.

    Files are named without the folders they lie in, which are nobody's business.
    """
    parts = {
        "message": str(error),
        "problem": error.problem,
        "expected": error.expected,
        "got": error.got,
        "hint": error.hint,
    }
    return {
        "error": {
            name: None if text is None else _FOLDERS.sub("", text) for name, text in parts.items()
        }
    }


def handle_errors(app: "FastAPI") -> None:
    """Make `app` answer every error as JSON of one shape."""
    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import JSONResponse
    from starlette.exceptions import HTTPException

    async def ours(request: "Request", error: Exception) -> "JSONResponse":
        del request
        assert isinstance(error, TriodeError)
        return JSONResponse(error_document(error), status_code=_status(error))

    async def by_status(request: "Request", error: Exception) -> "JSONResponse":
        del request
        assert isinstance(error, HTTPException)
        body = {"error": {"message": str(error.detail)}}
        return JSONResponse(body, status_code=error.status_code, headers=error.headers)

    async def invalid(request: "Request", error: Exception) -> "JSONResponse":
        del request
        assert isinstance(error, RequestValidationError)
        texts = [
            f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()
        ]
        return JSONResponse({"error": {"message": "; ".join(texts)}}, status_code=422)

    async def unexpected(request: "Request", error: Exception) -> "JSONResponse":
        del request, error  # the server logs it with its traceback; the page gets none of it
        body = {"error": {"message": "something went wrong that should not; the log has more"}}
        return JSONResponse(body, status_code=500)

    app.add_exception_handler(TriodeError, ours)
    app.add_exception_handler(HTTPException, by_status)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, unexpected)


def _status(error: TriodeError) -> int:
    if isinstance(error, RequestError):
        return error.status
    return 507 if isinstance(error, OutputError) else 422
