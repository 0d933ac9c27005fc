"""One self-contained HTML page about a model: how close it is to the gear, to see and to hear.

`build_report` plays a recording through every size of a model, measures it with `triode.metrics`
and returns a page that needs nothing but a browser; `write_report` puts it on disk whole or not
at all; `report_files` does both, from files to a file.
"""

from triode.report.build import build_report, evaluate_pair, judged_recording, write_report
from triode.report.evaluation import Evaluation, Scores, SizeResult, evaluate
from triode.report.files import Reported, report_files
from triode.report.log import TrainingLog, parse_training_log, read_training_log
from triode.report.recording import Recording
from triode.report.verdict import GRADES, Grade, Verdict, judge

__all__ = [
    "GRADES",
    "Evaluation",
    "Grade",
    "Recording",
    "Reported",
    "Scores",
    "SizeResult",
    "TrainingLog",
    "Verdict",
    "build_report",
    "evaluate",
    "evaluate_pair",
    "judge",
    "judged_recording",
    "parse_training_log",
    "read_training_log",
    "report_files",
    "write_report",
]
