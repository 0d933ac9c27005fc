"""What the experimenter sees and does: progress, invitations, the analysis."""

import threading
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi.responses import HTMLResponse

from triode.listening.analysis import analyse
from triode.listening.prepared import PreparedTest
from triode.listening.report import analysis_page
from triode.listening.serve.invitations import MOST_INVITATIONS, invite, participant_link
from triode.listening.serve.settings import Settings
from triode.listening.session import Session
from triode.listening.store import AnswerStore
from triode.web import sandboxed_policy

__all__ = ["experiment_routes"]

Count = Annotated[int, Body(embed=True, ge=1, le=MOST_INVITATIONS)]


def experiment_routes(test: PreparedTest, store: AnswerStore, settings: Settings) -> APIRouter:
    """The routes under /api/experiment."""
    routes = APIRouter(prefix="/api/experiment", tags=["experiment"])
    one_at_a_time = threading.Lock()

    @routes.get("")
    def progress() -> dict[str, Any]:
        return _progress(test, store, settings)

    @routes.get("/analysis", response_class=HTMLResponse)
    def analysis() -> HTMLResponse:
        with one_at_a_time:
            page = analysis_page(analyse(test, store.all_answers(test)))
        # One file with its scripts inside, so it gets an origin of its own and reaches nothing.
        return HTMLResponse(page, headers={"content-security-policy": sandboxed_policy()})

    @routes.post("/invitations", status_code=201)
    def make_invitations(count: Count) -> dict[str, Any]:
        return {"links": invite(test, store, settings.address, count)}

    return routes


def _progress(test: PreparedTest, store: AnswerStore, settings: Settings) -> dict[str, Any]:
    answers = store.all_answers(test)
    counts = Counter(one.number for one in answers)
    last = {one.number: one.given for one in answers}
    participants = store.participants(test)
    plan, manifest = test.plan, test.manifest
    return {
        "title": plan.title,
        "name": plan.name,
        "design": plan.design,
        "pages": len(Session.of(test, 0).pages),
        "passages": len({(one.gear, one.clip) for one in manifest.stimuli}),
        "gear": [one.name for one in plan.gear],
        "systems": [one.name for one in plan.systems],
        "cues": list(manifest.cues),
        "open_link": settings.open_link if settings.open_to_all else None,
        "most_participants": settings.most_participants,
        "answers": len(answers),
        "participants": [
            {
                "number": one.number,
                "invited": one.invited,
                "link": participant_link(settings.address, one.token)
                if _is_unused(one.notes)
                else None,
                "consent": one.notes.get("consent"),
                "headphones": _headphones(one.notes),
                "answered": counts[one.number],
                "last": last.get(one.number),
                "finished": one.notes.get("finished"),
            }
            for one in participants
        ],
    }


def _is_unused(notes: Mapping[str, Any]) -> bool:
    """Whether a link still has to be given out; one in use is its participant's alone."""
    return "consent" not in notes


def _headphones(notes: Mapping[str, Any]) -> bool | None:
    check = notes.get("headphones")
    return None if check is None else bool(check["passed"])
