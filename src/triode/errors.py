"""The one family of errors that Triode raises on purpose.

A message always answers four questions: what was expected, what came, where, and what to do next.
Libraries raise; only `triode.cli` prints and exits.
"""

__all__ = [
    "AudioError",
    "BatchError",
    "CaptureError",
    "CompileError",
    "DivergenceError",
    "ExecutorError",
    "GraphError",
    "ListeningError",
    "NamFileError",
    "OutputError",
    "RecipeError",
    "StudyError",
    "TestSetError",
    "TrainingError",
    "TriodeError",
    "WebError",
]


class TriodeError(Exception):
    """Base class of every error raised on purpose.

    Args:
        problem: One sentence that says what is wrong.
        where: The file, field or node it was found in.
        expected: What would have been right.
        got: What came instead.
        hint: What to do next.
    """

    def __init__(
        self,
        problem: str,
        *,
        where: object | None = None,
        expected: object | None = None,
        got: object | None = None,
        hint: str | None = None,
    ) -> None:
        self.problem = problem
        self.where = None if where is None else str(where)
        self.expected = None if expected is None else str(expected)
        self.got = None if got is None else str(got)
        self.hint = hint
        super().__init__(self._message())

    def _message(self) -> str:
        problem = self.problem if self.where is None else f"{self.where}: {self.problem}"
        parts = [f"{problem}."]
        if self.expected is not None:
            parts.append(f"Expected {self.expected}.")
        if self.got is not None:
            parts.append(f"Got {self.got}.")
        if self.hint is not None:
            parts.append(self.hint)
        return " ".join(parts)


class NamFileError(TriodeError):
    """A `.nam` file or one of its fields is broken or beyond the limits."""


class AudioError(TriodeError):
    """An audio file cannot be read, or what it holds cannot be used."""


class CaptureError(TriodeError):
    """A dry and a wet recording do not make a usable pair."""


class GraphError(TriodeError):
    """A graph breaks a rule of its operations."""


class CompileError(TriodeError):
    """Machine code cannot be made or loaded."""


class RecipeError(TriodeError):
    """A recipe has an unknown key or a value that cannot be right."""


class TrainingError(TriodeError):
    """Training cannot start or go on."""


class DivergenceError(TrainingError):
    """The loss of a training is not a number any more, or never was."""


class BatchError(TriodeError):
    """The rows of a batch are not clear, or its folder cannot be used."""


class ExecutorError(TriodeError):
    """Work cannot be done where it was asked to be done."""


class StudyError(TriodeError):
    """A study is not clear, cannot be kept, or has changed under its trials."""


class ListeningError(TriodeError):
    """A listening test is not clear, cannot be prepared or kept, or an answer does not fit it."""


class TestSetError(TriodeError):
    """A test set, an engine to play it, or a result of playing it cannot be used."""

    __test__ = False  # not a test class, whatever its name says to pytest


class WebError(TriodeError):
    """A server cannot be started, or what was asked of it cannot be done."""


class OutputError(TriodeError):
    """A result cannot be written where it was asked for."""
