"""Random `.nam` documents over every option the format has, in all its spellings.

They are drawn through `choosing.Choose`, weights included, so a document follows from the answers
alone. Test sets draw them with `seeded`; Triode's own tests with hypothesis.
"""

from collections.abc import Callable

from triode.study.testset.random_documents.choosing import Audience, Choose, Document, seeded
from triode.study.testset.random_documents.document import SAMPLE_RATE_HZ
from triode.study.testset.random_documents.others import (
    random_container,
    random_convnet,
    random_linear,
    random_lstm,
)
from triode.study.testset.random_documents.wavenet import random_wavenet

__all__ = [
    "ARCHITECTURES",
    "SAMPLE_RATE_HZ",
    "Audience",
    "Choose",
    "Document",
    "random_container",
    "random_convnet",
    "random_linear",
    "random_lstm",
    "random_wavenet",
    "seeded",
]

ARCHITECTURES: dict[str, Callable[..., Document]] = {
    "wavenet": random_wavenet,
    "lstm": random_lstm,
    "convnet": random_convnet,
    "linear": random_linear,
    "container": random_container,
}
