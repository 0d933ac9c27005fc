"""The outer object of a random file."""

from triode.study.testset.random_documents.choosing import Document
from triode.study.testset.random_documents.weights import Weights

__all__ = ["SAMPLE_RATE_HZ", "document"]

# Low, because an LSTM settles for half a second of silence, which costs the interpreter its time.
SAMPLE_RATE_HZ = 8000


def document(architecture: str, config: Document, weights: Weights) -> Document:
    """The whole object, of the newest version."""
    return {
        "version": "0.7.0",
        "architecture": architecture,
        "config": config,
        "weights": weights.values,
        "sample_rate": SAMPLE_RATE_HZ,
    }
