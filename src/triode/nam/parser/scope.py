"""What a nested model must know about the model around it."""

from collections.abc import Callable
from dataclasses import dataclass

from triode.nam.model import Model
from triode.nam.parser.values import Value

__all__ = ["Scope"]


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Where a config is read.

    Attributes:
        rate_hz: Sample rate of the model whose config is read; None when it names none.
        depth: How many models are around that model.
        within: Architecture of the model directly around it, or None at the top.
        parse_model: Reads a nested model. It is handed down because a model's parser needs the
            configs' parsers and some of those need it.
    """

    rate_hz: float | None = None
    depth: int = 0
    within: str | None = None
    parse_model: Callable[[Value, "Scope"], Model]

    def nested(self, value: Value, within: str) -> Model:
        """The model that `value` holds, inside a model of architecture `within`."""
        scope = Scope(
            rate_hz=self.rate_hz,
            depth=self.depth + 1,
            within=within,
            parse_model=self.parse_model,
        )
        return self.parse_model(value, scope)
