"""Coverage-guided fuzzing of the `.nam` reader: `make fuzz SECONDS=60` runs it.

Nothing but `NamFileError` may come out of any input, and what is read must come back unchanged.
Run alone: `python tests/fuzz/fuzz_nam.py [corpus folders] -max_total_time=60`.
"""

import contextlib
import copy
import json
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["triode", "json"]):
    from triode import nam
    from triode.errors import NamFileError
    from triode.nam.parser import decode_json

SEEDS = (
    {
        "version": "0.5.4",
        "architecture": "Linear",
        "config": {"receptive_field": 2, "bias": True},
        "weights": [1, 0.5, 0.25],
        "metadata": {"name": "x", "loudness": -20, "date": {"year": 2026}},
    },
    {
        "version": "0.5.4",
        "architecture": "LSTM",
        "config": {"input_size": 1, "hidden_size": 1, "num_layers": 1},
        "weights": [0.5] * 16,
    },
    {
        "version": "0.7.0",
        "architecture": "WaveNet",
        "config": {
            "layers": [
                {
                    "input_size": 1,
                    "condition_size": 1,
                    "channels": 1,
                    "kernel_sizes": [2],
                    "dilations": [1],
                    "activation": [{"type": "PReLU", "negative_slopes": [0.1]}],
                    "gating_mode": ["blended"],
                    "secondary_activation": ["Sigmoid"],
                    "head": {"out_channels": 1, "kernel_size": 1, "bias": True},
                    "conv_pre_film": {"active": True, "shift": True, "groups": 1},
                    "slimmable": {"method": "slice_channels_uniform", "kwargs": {}},
                }
            ],
            "head": None,
            "head_scale": 1,
        },
        "weights": [0.5] * 18,
    },
)


KEYS = sorted(
    {key for seed in SEEDS for key in (*seed, *seed["config"])} | {"kernel_size", "gated"}
)
VALUES = (None, True, False, 0, 1, 2, 3.0, -1, 10**9, 10**30, 0.5, "", "x", "Tanh", "gated", [], {})
STRUCTURED = b"\x01"


def test_one_input(data: bytes) -> None:
    """Read, lint, repair and write one input.

    An input that starts with `STRUCTURED` says how to change a seed; any other is a file.
    """
    if data.startswith(STRUCTURED):
        data = json.dumps(changed_seed(atheris.FuzzedDataProvider(data[1:]))).encode()
    try:
        model = nam.parse(data)
    except NamFileError:
        model = None
    if model is None:
        repair_refused(data)
        return
    if nam.to_document(model) != json.loads(data.decode("utf-8-sig")):
        raise RuntimeError("the round trip changed the document")
    nam.player_support(model)
    repaired, _ = nam.repair(model)
    if any(finding.fixable for finding in nam.lint(repaired)):
        raise RuntimeError("repair left something to repair")
    with contextlib.suppress(NamFileError):
        nam.to_bytes(repaired)


def changed_seed(provider: "atheris.FuzzedDataProvider") -> dict[str, object]:
    """A seed with up to four values replaced, added or removed."""
    document = copy.deepcopy(provider.PickValueInList(list(SEEDS)))
    for _ in range(provider.ConsumeIntInRange(1, 4)):
        parents = [value for value in walk(document) if value]
        if not parents:
            break
        parent = provider.PickValueInList(parents)
        value = copy.deepcopy(provider.PickValueInList(list(VALUES)))
        keys = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
        key = provider.PickValueInList(keys)
        match provider.ConsumeIntInRange(0, 3):
            case 0:
                del parent[key]
            case 1 if isinstance(parent, dict):
                parent[provider.PickValueInList(KEYS)] = value
            case 2:
                parent[key] = [parent[key]]
            case _:
                parent[key] = value
    return document


def walk(value: object) -> list[dict[str, object] | list[object]]:
    """Every object and list inside `value`, itself included."""
    if not isinstance(value, dict | list):
        return []
    inner = value.values() if isinstance(value, dict) else value
    return [value, *(found for item in inner for found in walk(item))]


def repair_refused(data: bytes) -> None:
    """Lint and repair a file that `parse` refuses."""
    with contextlib.suppress(NamFileError):
        document = decode_json(data)
        if not any(finding.severity == "error" for finding in nam.lint(document)):
            raise RuntimeError("a refused file without an error finding")
        nam.repair(document)


def main() -> None:
    """Write the seeds into the first corpus folder, when there is one, and fuzz."""
    folders = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if folders:
        for index, seed in enumerate(SEEDS):
            (Path(folders[0]) / f"seed{index}.nam").write_text(json.dumps(seed))
        (Path(folders[0]) / "structured").write_bytes(STRUCTURED + bytes(range(64)))
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
