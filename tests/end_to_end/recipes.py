"""Recipes that train in a second, one for each kind of network that Triode trains."""

__all__ = ["RECIPES"]

_START = """
description = "tiny, for tests"
epochs = 2
windows = { output_samples = 2048, run_in_samples = 512, batch_size = 8 }
optimizer = { learning_rate = 0.01 }
"""

_WAVENET = """
[[sizes]]
architecture = "WaveNet"
max_value = MAX_VALUE
[sizes.config]
head_scale = 0.5
[[sizes.config.layers]]
input_size = 1
condition_size = 1
channels = CHANNELS
bottleneck = CHANNELS
kernel_sizes = [3, 3]
dilations = [1, 2]
activation = { type = "LeakyReLU", negative_slope = 0.01 }
layer1x1 = { active = true, groups = 1 }
head = { out_channels = 1, kernel_size = 4, bias = true }
"""

_A1 = """
[[sizes]]
architecture = "WaveNet"
[sizes.config]
head_scale = 0.02
[[sizes.config.layers]]
input_size = 1
condition_size = 1
channels = 4
head_size = 2
kernel_size = 3
dilations = [1, 2, 4]
activation = "Tanh"
gated = false
head_bias = false
[[sizes.config.layers]]
input_size = 4
condition_size = 1
channels = 2
head_size = 1
kernel_size = 3
dilations = [8, 16]
activation = "Tanh"
gated = false
head_bias = true
"""

_GATED = """
[[sizes]]
architecture = "WaveNet"
[sizes.config]
head_scale = 0.5
[[sizes.config.layers]]
input_size = 1
condition_size = 1
channels = 3
kernel_size = 3
dilations = [1, 2]
activation = { type = "PReLU", negative_slope = 0.2 }
gating_mode = "blended"
secondary_activation = ["Sigmoid", { type = "PReLU", negative_slope = 0.1 }]
head_size = 1
head_bias = true
"""

_LSTM = """
[[sizes]]
architecture = "LSTM"
config = { input_size = 1, hidden_size = 3, num_layers = 1 }
"""

_CONVNET = """
[[sizes]]
architecture = "ConvNet"
[sizes.config]
channels = 3
dilations = [1, 2]
batchnorm = true
activation = "Tanh"
"""


def _wavenet(channels: int, max_value: float) -> str:
    return _WAVENET.replace("CHANNELS", str(channels)).replace("MAX_VALUE", str(max_value))


RECIPES = {
    "two-sizes": _START + _wavenet(2, 0.5) + _wavenet(4, 1.0),
    "a1": _START + _A1,
    "gated": _START + _GATED,
    "lstm": _START + _LSTM,
    "convnet": _START + _CONVNET,
}
"""Name to TOML text."""
