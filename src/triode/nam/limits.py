"""The bounds of what a `.nam` file may hold.

Every bound is several times what any known capture uses, and small enough that a hostile file
costs a bounded amount of time and memory: the file and its JSON are bounded before anything is
built from them, every number that becomes a size is bounded when it is read, and the products of
sizes are bounded before anything is allocated from them.
"""

__all__ = [
    "CHANNELS",
    "DILATION",
    "FILE_BYTES",
    "HISTORY_SAMPLES",
    "JSON_COMMAS",
    "JSON_DEPTH",
    "JSON_TOKENS",
    "KERNEL_SIZE",
    "LAYERS",
    "LAYER_ARRAYS",
    "LSTM_LAYERS",
    "MODEL_DEPTH",
    "NUMBER_CHARACTERS",
    "RECEPTIVE_FIELD_SAMPLES",
    "SAMPLE_RATE_HZ",
    "SUBMODELS",
    "UNKNOWN_KEYS",
    "WEIGHTS",
]

FILE_BYTES = 32 * 1024 * 1024
"""A file of `WEIGHTS` numbers of full length fits; A2 takes 0.7 MB."""

JSON_DEPTH = 64
"""Brackets inside brackets; the reference player's richest example reaches 12."""

JSON_TOKENS = 1_000_000
"""Brackets and strings together; numbers are bounded by the file's size. A2 has under 1,000."""

JSON_COMMAS = 2_000_000
"""Commas, and so about as many values, counted before anything is built; A2 has 14,500."""

NUMBER_CHARACTERS = 128
"""Text of one number; a double needs at most 24."""

WEIGHTS = 1024 * 1024
"""Numbers in one weight list; A1 standard has 13,802."""

MODEL_DEPTH = 4
"""Models inside models; a container of WaveNets with condition networks has 3."""

SUBMODELS = 64
"""Sizes in a container; A2 has 2."""

LAYER_ARRAYS = 32
"""Layer arrays of a WaveNet; A1 has 2."""

LAYERS = 512
"""Layers of one array, blocks of a ConvNet or of a post-stack head; A2 has 23."""

LSTM_LAYERS = 64
"""Stacked LSTM layers; captures use 1 to 3."""

CHANNELS = 1024
"""Any width, and any number of groups; A1 standard has 16."""

KERNEL_SIZE = 65_536
"""Taps of one convolution; A2 has 16."""

DILATION = 1_048_576
"""Samples between two taps; A1 has 512."""

RECEPTIVE_FIELD_SAMPLES = 1_048_576
"""Samples of input that one output can depend on, 21 s at 48 kHz; A2 has 6,347."""

HISTORY_SAMPLES = 16_777_216
"""Numbers that the convolutions of one model remember, 64 MB as float32; A2 has about 51,000."""

SAMPLE_RATE_HZ = (1000.0, 1_536_000.0)
"""Lowest and highest sample rate."""

UNKNOWN_KEYS = 200
"""Unknown keys of one file that are kept and reported; real files have a handful."""
