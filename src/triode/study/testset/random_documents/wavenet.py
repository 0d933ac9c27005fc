"""A whole WaveNet with any mixture of options."""

from triode.study.testset.random_documents.activations import PLAIN_ACTIVATIONS
from triode.study.testset.random_documents.choosing import SEEDS, Audience, Choose, Document
from triode.study.testset.random_documents.document import document
from triode.study.testset.random_documents.layer_array import layer_array
from triode.study.testset.random_documents.weights import Weights

__all__ = ["random_wavenet"]


def random_wavenet(
    choose: Choose, *, audience: Audience = "anyone", outputs: int = 1, nested: bool = False
) -> Document:
    """A WaveNet with any mixture of options; `nested` ones serve as a condition network."""
    weights = Weights(choose(SEEDS))
    config: Document = {"layers": [], "head": None}
    condition = 1
    if not nested and choose([False, False, False, True]):
        condition = choose([1, 2, 3])
        config["condition_dsp"] = random_wavenet(
            choose, audience=audience, outputs=condition, nested=True
        )
    with_head = not nested and choose([False, False, False, True])
    count = choose([1] if nested else [1, 1, 2, 3])
    width, channels = 1, choose([1, 2, 3, 4, 6, 8])
    for index in range(count):
        last = index == count - 1
        out = (choose([1, 2, 3]) if with_head else outputs) if last else choose([1, 2, 3, 4])
        config["layers"].append(
            layer_array(
                choose,
                weights,
                audience,
                first=index == 0,
                sizes=(width, channels, condition, out),
            )
        )
        width, channels = channels, out
    if with_head:
        config["head"] = _post_stack_head(choose, weights, width=out)
    scale = choose([0.02, 0.5, 1.0])
    config["head_scale"] = scale
    weights.add([scale])
    return document("WaveNet", config, weights)


def _post_stack_head(choose: Choose, weights: Weights, *, width: int) -> Document:
    channels = choose([1, 2, 3])
    kernels = [choose([1, 2, 4]) for _ in range(choose([1, 2, 3]))]
    head = {
        "in_channels": width,
        "channels": channels,
        "out_channels": 1,
        "kernel_sizes": kernels,
        "activation": choose(PLAIN_ACTIVATIONS),
    }
    for index, kernel in enumerate(kernels):
        out = 1 if index == len(kernels) - 1 else channels
        weights.conv(out, width, kernel)
        width = out
    return head
