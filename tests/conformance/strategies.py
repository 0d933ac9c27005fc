"""The random `.nam` documents of `triode.study.testset`, drawn by hypothesis too."""

from collections.abc import Callable

from hypothesis import strategies as st

from triode.study.testset.random_documents import (
    ARCHITECTURES,
    SAMPLE_RATE_HZ,
    Audience,
    Choose,
    Document,
    random_container,
    random_convnet,
    random_linear,
    random_lstm,
    random_wavenet,
    seeded,
)

__all__ = [
    "ARCHITECTURES",
    "SAMPLE_RATE_HZ",
    "Audience",
    "Choose",
    "documents",
    "random_container",
    "random_convnet",
    "random_linear",
    "random_lstm",
    "random_wavenet",
    "seeded",
]


@st.composite
def documents(
    draw: st.DrawFn, architecture: Callable[..., Document], audience: Audience = "anyone"
) -> Document:
    """Documents of one of `ARCHITECTURES`, drawn by hypothesis."""
    return architecture(lambda options: draw(st.sampled_from(options)), audience=audience)
