"""The rule about grouped convolutions."""

from triode.nam.parser.values import Value

__all__ = ["check_groups"]


def check_groups(value: Value, groups: int, inputs: int, outputs: int) -> None:
    """Refuse `value` unless `groups` divides both sides of its convolution."""
    if inputs % groups or outputs % groups:
        value.refuse(
            "the groups do not fit their convolution",
            f"a divisor of both {inputs} (its inputs) and {outputs} (its outputs)",
        )
