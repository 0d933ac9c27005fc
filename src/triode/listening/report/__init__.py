"""An analysis as one page that loads nothing."""

from triode.listening.report.page import analysis_page
from triode.listening.report.words import lines_of

__all__ = ["analysis_page", "lines_of"]
