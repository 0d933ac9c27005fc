"""Listening tests: from a plan over stimuli and answers to what people hear, with its doubt.

A plan (`Plan`) is prepared into a folder of stimuli (`PreparedTest`); each participant's `Session`
is a fixed order of pages; answers lie in an `AnswerStore`; the analysis reads both. `serve/` shows
the pages in a browser.
"""

from triode.listening.answer import Answer, answer_of
from triode.listening.page import OPEN_REFERENCE, Page, Shown
from triode.listening.plan import REFERENCE, Plan, load_plan, plan_json_schema
from triode.listening.prepared import Manifest, PreparedTest, Stimulus
from triode.listening.session import Session
from triode.listening.store import AnswerStore, Participant, StoredAnswer

__all__ = [
    "OPEN_REFERENCE",
    "REFERENCE",
    "Answer",
    "AnswerStore",
    "Manifest",
    "Page",
    "Participant",
    "Plan",
    "PreparedTest",
    "Session",
    "Shown",
    "Stimulus",
    "StoredAnswer",
    "answer_of",
    "load_plan",
    "plan_json_schema",
]
