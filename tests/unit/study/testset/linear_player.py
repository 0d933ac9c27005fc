"""A player that someone else might have written: it knows Linear models and nothing else."""

import json
import sys
from pathlib import Path

import numpy as np
import soundfile


def main() -> int:
    model = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    if model["architecture"] != "Linear":
        sys.stderr.write(f"{model['architecture']} is not supported\n")
        return 3
    dry, rate_hz = soundfile.read(sys.argv[2], dtype="float64")
    taps = model["config"]["receptive_field"]
    wet = np.convolve(dry, model["weights"][:taps])[: len(dry)]
    if model["config"]["bias"]:
        wet += model["weights"][taps]
    soundfile.write(sys.argv[3], wet, rate_hz, subtype="FLOAT")
    return 0


if __name__ == "__main__":
    sys.exit(main())
