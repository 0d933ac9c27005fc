"""A study's results for people and programs: a page, a post, JSON and CSV.

`gather` works everything out from records; the others only put it into a form.
"""

from triode.study.report.article import article
from triode.study.report.evidence import Ending, Evidence, Front, gather
from triode.study.report.exports import study_csv, study_json
from triode.study.report.given import StudyInput
from triode.study.report.page import study_page

__all__ = [
    "Ending",
    "Evidence",
    "Front",
    "StudyInput",
    "article",
    "gather",
    "study_csv",
    "study_json",
    "study_page",
]
