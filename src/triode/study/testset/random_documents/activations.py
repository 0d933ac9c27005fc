"""One activation as files spell it."""

from typing import Any

from triode.study.testset.random_documents.choosing import Audience, Choose

__all__ = ["PLAIN_ACTIVATIONS", "activation"]

PLAIN_ACTIVATIONS = ("Tanh", "ReLU", "Sigmoid", "SiLU", "Hardswish", "Softsign")


def activation(choose: Choose, audience: Audience, width: int, *, paired: bool = False) -> Any:
    """One activation as the file spells it: a name, or an object with its constants.

    In `paired` (gated or blended) layers the player reads one PReLU slope per channel, no matter
    how many there are, so for the player there is one per channel.
    """
    own = {
        "anyone": ["Softsigmoid", "Fasttanh", "Hardtanh"],
        "player": ["Fasttanh"],
        "trainer": ["Softsigmoid", "Hardtanh"],
    }[audience]
    kind = choose([*PLAIN_ACTIVATIONS, "LeakyReLU", "PReLU", "LeakyHardtanh", *own])
    match kind:
        case "LeakyReLU":
            return {"type": kind, "negative_slope": choose([0.01, 0.2])}
        case "PReLU" if not (paired and audience == "player") and choose([True, False]):
            return {"type": kind, "negative_slope": choose([0.25, -0.1])}
        case "PReLU":
            return {"type": kind, "negative_slopes": [choose([0.25, 0.1]) for _ in range(width)]}
        case "LeakyHardtanh":
            return {
                "type": choose(["LeakyHardtanh", "LeakyHardTanh"]),
                "min_val": choose([-1.0, -0.3]),
                "max_val": choose([1.0, 0.4]),
                "min_slope": choose([0.01, 0.1]),
                "max_slope": choose([0.01, 0.2]),
            }
        case "Hardtanh":
            return {"type": kind, "min_val": choose([-1.0, -0.5]), "max_val": choose([1.0, 0.4])}
    return choose([kind, {"type": kind}])
