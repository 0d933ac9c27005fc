"""The command line: one file per verb, no logic of its own."""

__all__: list[str] = []
