"""The several ways in which files spell the same layer."""

from typing import Any

from triode.study.testset.random_documents.activations import activation
from triode.study.testset.random_documents.choosing import Audience, Choose, Document

__all__ = ["spell", "spell_gating", "spell_head"]


def spell(choose: Choose, activations: list[Any]) -> Any:
    """One for all layers where they are alike, or a list."""
    same = all(activation == activations[0] for activation in activations)
    return activations[0] if same and choose([True, False]) else activations


def spell_gating(choose: Choose, audience: Audience, gating: list[str], width: int) -> Document:
    """Old files' boolean, one mode for all, or a list; secondary activations with it or not."""
    uniform = len(set(gating)) == 1
    if uniform and gating[0] != "blended" and choose([False, False, True]):
        return {"gated": gating[0] == "gated"}
    if uniform and choose([True, False]):
        spelled: Document = {"gating_mode": gating[0]}
        if gating[0] != "none" and choose([True, False]):
            secondary = activation(choose, audience, width, paired=True)
            # The player refuses a list here, and an empty one anywhere.
            several = audience == "anyone" and choose([False, True])
            spelled["secondary_activation"] = [secondary] * len(gating) if several else secondary
        return spelled
    spelled = {"gating_mode": gating}
    if any(mode != "none" for mode in gating) and choose([True, False]):
        empty = audience == "anyone" and choose([False, True])
        spelled["secondary_activation"] = [
            None if mode == "none" or empty else activation(choose, audience, width, paired=True)
            for mode in gating
        ]
    return spelled


def spell_head(choose: Choose, head: Document) -> Document:
    """The `head` object, or the two old keys."""
    if head["kernel_size"] == 1 and choose([True, False]):
        return {"head_size": head["out_channels"], "head_bias": head["bias"]}
    return {"head": head}
