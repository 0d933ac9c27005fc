"""What is wrong with a file is said in full, at once, and nothing is left behind.

Each message says what is wrong, what was expected, what came, where, and what to do.
"""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from end_to_end.commands import Outcome
from triode.audio import read_audio, write_audio
from triode.nam import read

RATE_HZ = 16000

Run = Callable[..., Outcome]
Signal = npt.NDArray[np.float32]
Change = Callable[[Path, Signal, Signal], None]


def contents(folder: Path) -> dict[str, bytes | None]:
    """Every entry of `folder` with its bytes, to see that nothing was changed."""
    return {path.name: path.read_bytes() if path.is_file() else None for path in folder.iterdir()}


def refused(outcome: Outcome) -> str:
    """The one line that a refused command prints."""
    assert outcome.code == 2, outcome
    lines = [line for line in outcome.err.splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1, outcome.err
    assert ".." not in lines[0].replace("...", "")
    lines[0].encode("cp1252")
    return lines[0]


def write_wet(folder: Path, samples: Signal, rate_hz: int = RATE_HZ) -> None:
    write_audio(folder / "wet.wav", samples.astype(np.float32), rate_hz)


def write_raw(folder: Path, samples: npt.NDArray[np.float64], rate_hz: int = RATE_HZ) -> None:
    """Write what `write_audio` would refuse: several channels, or no numbers."""
    import soundfile

    soundfile.write(folder / "wet.wav", samples, rate_hz, subtype="FLOAT")


def replace_with_bytes(folder: Path, data: bytes) -> None:
    (folder / "wet.wav").write_bytes(data)


def replace_with_folder(folder: Path) -> None:
    (folder / "wet.wav").unlink()
    (folder / "wet.wav").mkdir()


def replace_with_dangling_link(folder: Path) -> None:
    (folder / "wet.wav").unlink()
    try:
        (folder / "wet.wav").symlink_to(folder / "nowhere.wav")
    except OSError:
        pytest.skip("this system does not let everybody make links")


def at_8_khz(folder: Path, dry: Signal, wet: Signal) -> None:
    write_audio(folder / "dry.wav", dry, 8000)
    write_audio(folder / "wet.wav", wet, 8000)


def swapped(folder: Path, dry: Signal, wet: Signal) -> None:
    """With a delay that no gear has the other way round."""
    write_audio(folder / "dry.wav", np.roll(wet, 40), RATE_HZ)
    write_audio(folder / "wet.wav", dry, RATE_HZ)


UNREADABLE: dict[str, tuple[Change, str]] = {
    "empty": (
        lambda folder, dry, wet: replace_with_bytes(folder, b""),
        (
            "wet.wav: the file is empty (0 bytes). Expected a WAV or FLAC file of 16, 24 or "
            "32 bits. Copy or export it again."
        ),
    ),
    "no samples": (
        lambda folder, dry, wet: write_wet(folder, wet[:0]),
        (
            "wet.wav: the audio file holds no samples. Expected a WAV or FLAC file of 16, 24 or "
            "32 bits. Export the recording again."
        ),
    ),
    "no numbers": (
        lambda folder, dry, wet: write_raw(folder, np.full(len(wet), np.nan)),
        "samples are not a number or infinite. Expected finite samples. Got the first at 0.000 s",
    ),
    "text": (
        lambda folder, dry, wet: replace_with_bytes(folder, b"this is no sound at all"),
        (
            "wet.wav: this is not an audio file that can be read. Expected a WAV or FLAC file of "
            "16, 24 or 32 bits. Got "
        ),
    ),
    "folder": (
        lambda folder, dry, wet: replace_with_folder(folder),
        "wet.wav: this is a folder. Expected an audio file. Name a file inside it.",
    ),
    "dangling link": (
        lambda folder, dry, wet: replace_with_dangling_link(folder),
        "wet.wav: there is no such file. Expected an audio file. Check the path.",
    ),
    "missing": (
        lambda folder, dry, wet: (folder / "wet.wav").unlink(),
        "wet.wav: there is no such file. Expected an audio file. Check the path.",
    ),
    "cut off": (
        lambda folder, dry, wet: replace_with_bytes(
            folder, (folder / "wet.wav").read_bytes()[:1000]
        ),
        "wet.wav: the audio file is truncated. Expected ",
    ),
    "stereo that differs": (
        lambda folder, dry, wet: write_raw(folder, np.stack([wet, dry], axis=1)),
        (
            "wet.wav: the file has 2 channels, and they differ. Expected one channel, or channels "
            "that are all the same. Choose one with --channel 1 to --channel 2."
        ),
    ),
}
"""What no command can use, and what all of them say."""

NO_PAIR: dict[str, tuple[Change, str]] = {
    "silent": (
        lambda folder, dry, wet: write_wet(folder, 0.0 * wet),
        (
            "wet.wav: the recording is silent. Expected a peak above -80 dBFS. Got a peak of "
            "-200.0 dBFS. Check cables, channels and gains, and record again."
        ),
    ),
    "clipped": (
        lambda folder, dry, wet: write_wet(folder, np.clip(20.0 * wet, -1.0, 1.0)),
        "wet.wav: the wet recording is clipped at full scale: ",
    ),
    "far too loud": (
        lambda folder, dry, wet: write_wet(folder, 32768.0 * wet),
        "wet.wav: the recording is far beyond full scale. Expected a peak below 40 dBFS",
    ),
    "8 kHz": (
        at_8_khz,
        (
            "dry.wav: this sample rate cannot be captured at. Expected 16000 to 384000 Hz, best "
            "48000. Got 8000 Hz. Record again at 48000 Hz"
        ),
    ),
    "much shorter": (
        lambda folder, dry, wet: write_wet(folder, wet[:16000]),
        (
            "too little of the dry and the wet recording lies over each other. Expected at least "
            "3 s. Got 1.00 s (dry 6.00 s, wet 1.00 s). Check that the files belong together"
        ),
    ),
    "swapped": (
        swapped,
        "the dry and the wet file seem to be swapped. The wet recording comes ",
    ),
    "another recording": (
        lambda folder, dry, wet: write_wet(
            folder, 0.1 * np.random.default_rng(5).standard_normal(len(wet))
        ),
        (
            "the wet recording does not follow the dry one, as far as can be told. Expected a "
            "confidence of at least 0.2. Got "
        ),
    ),
}
"""What is sound, but no pair."""

PAIR_COMMANDS: dict[str, tuple[str, ...]] = {
    "check": ("check", "dry.wav", "wet.wav"),
    "train": ("train", "dry.wav", "wet.wav", "-o", "out.nam", "--recipe", "tiny.toml"),
    "report": ("report", "amp.nam", "dry.wav", "wet.wav", "-o", "out.html"),
}
RENDER = ("render", "amp.nam", "wet.wav", "-o", "out.wav")


@pytest.fixture
def change(folder: Path) -> Callable[[Change], None]:
    """Spoil the pair in `folder`."""

    def spoil(how: Change) -> None:
        dry, wet = (read_audio(folder / name).samples for name in ("dry.wav", "wet.wav"))
        how(folder, dry, wet)

    return spoil


@pytest.mark.parametrize("command", [*PAIR_COMMANDS, "render"])
@pytest.mark.parametrize("case", UNREADABLE)
def test_a_file_that_cannot_be_used(
    run: Run, folder: Path, capture: Path, change: Callable[[Change], None], case: str, command: str
) -> None:
    how, message = UNREADABLE[case]
    change(how)
    before = contents(folder)
    assert message in refused(run(*PAIR_COMMANDS.get(command, RENDER)))
    assert contents(folder) == before


@pytest.mark.parametrize("command", PAIR_COMMANDS)
@pytest.mark.parametrize("case", NO_PAIR)
def test_two_files_that_make_no_pair(
    run: Run, folder: Path, capture: Path, change: Callable[[Change], None], case: str, command: str
) -> None:
    how, message = NO_PAIR[case]
    change(how)
    before = contents(folder)
    assert message in refused(run(*PAIR_COMMANDS[command]))
    assert contents(folder) == before


@pytest.mark.parametrize("command", ["check", "train"])
def test_different_rates(
    run: Run, folder: Path, change: Callable[[Change], None], command: str
) -> None:
    change(lambda folder, dry, wet: write_wet(folder, wet, 44100))
    before = contents(folder)
    assert (
        "the dry and the wet file have different sample rates. Expected the same rate for both. "
        "Got 16000 Hz dry, 44100 Hz wet. Export both at one rate, or pass --rate to have both "
        "resampled."
    ) in refused(run(*PAIR_COMMANDS[command], "--no-repair"))
    assert contents(folder) == before


def test_a_script_is_told_why_a_pair_is_unusable(
    run: Run, change: Callable[[Change], None]
) -> None:
    change(lambda folder, dry, wet: write_wet(folder, 0.0 * wet))
    outcome = run("check", "dry.wav", "wet.wav", "--json")
    assert outcome.code == 2
    facts = json.loads(outcome.out)
    assert facts["usable"] is False
    assert f"Error: {facts['error']}" in outcome.err


USABLE: dict[str, tuple[Change, dict[str, int], str]] = {
    "stereo": (
        lambda folder, dry, wet: write_raw(folder, np.stack([wet, wet], axis=1)),
        {"polarity": 1, "delay": 0},
        "",
    ),
    "clipped dry": (
        lambda folder, dry, wet: write_audio(
            folder / "dry.wav", np.clip(20.0 * dry, -1.0, 1.0), RATE_HZ
        ),
        {"polarity": 1, "delay": 0},
        "The dry recording is clipped at full scale",
    ),
    "shorter": (
        lambda folder, dry, wet: write_wet(folder, wet[: 5 * RATE_HZ]),
        {"polarity": 1, "delay": 0},
        "The wet recording is 1.00 s shorter than the dry one; the 5.00 s that both have are used",
    ),
    "longer": (
        lambda folder, dry, wet: write_wet(folder, np.pad(wet, (0, RATE_HZ))),
        {"polarity": 1, "delay": 0},
        "The wet recording is 1.00 s longer than the dry one; the 6.00 s that both have are used",
    ),
    "inverted": (
        lambda folder, dry, wet: write_wet(folder, -wet),
        {"polarity": -1, "delay": 0},
        "",
    ),
    "delayed by a second": (
        lambda folder, dry, wet: write_wet(folder, np.pad(wet, (RATE_HZ, 0))[: len(wet)]),
        {"polarity": 1, "delay": RATE_HZ},
        "",
    ),
}
"""What is odd and yet good: polarity, delay beyond the amplifier's own, and the warning."""


@pytest.mark.parametrize("case", USABLE)
def test_an_odd_pair_that_can_be_used(
    run: Run, folder: Path, capture: Path, change: Callable[[Change], None], case: str
) -> None:
    own = json.loads(run("check", "dry.wav", "wet.wav", "--json").out)["delay_samples"]
    how, wanted, warning = USABLE[case]
    change(how)
    checked = run("check", "dry.wav", "wet.wav", "--json")
    assert (checked.code, checked.err) == (0, "")
    facts = json.loads(checked.out)
    assert facts["polarity"] == wanted["polarity"]
    # What is heard of the amplifier's own delay moves a little with clipping.
    assert facts["delay_samples"] == pytest.approx(own + wanted["delay"], abs=1.5)
    assert warning in " ".join(one["summary"] for one in facts["findings"])
    trained = run(*PAIR_COMMANDS["train"], "--epochs", "1")
    assert (trained.code, trained.err) == (0, "")
    assert warning in trained.out
    data = read(folder / "out.nam").metadata["training"]["data"]
    assert data["polarity"] == wanted["polarity"]
    assert data["delay_samples"] == facts["delay_samples"]


@pytest.mark.parametrize(
    ("words", "output", "message"),
    [
        (PAIR_COMMANDS["train"], "tiny.toml/out.nam", "a file of that name"),
        (PAIR_COMMANDS["train"], "none/out.nam", "Create it first or choose another output path."),
        (PAIR_COMMANDS["train"], "out.wav", "Expected a path that ends in .nam. Got one that ends"),
        (PAIR_COMMANDS["train"], "folder.nam", "the output path is a folder"),
        (PAIR_COMMANDS["report"], "tiny.toml/out.html", "a file of that name"),
        (PAIR_COMMANDS["report"], "out.pdf", "Expected a path that ends in .html or .htm."),
        (RENDER, "tiny.toml/out.wav", "a file of that name"),
        (RENDER, "out.mp3", "audio cannot be written in this format"),
        (("export", "amp.nam", "-o", "out.nam"), "tiny.toml/out.nam", "a file of that name"),
        (("export", "amp.nam", "-o", "out.nam"), "out.json", "Expected a path that ends in .nam."),
        (("lint", "amp.nam", "--fix", "-o", "out.nam"), "none/out.nam", "Create it first"),
        (("demo", "-o", "demo"), "tiny.toml", "the folder cannot be made"),
    ],
)
def test_an_output_that_cannot_be_written(
    run: Run, folder: Path, capture: Path, words: tuple[str, ...], output: str, message: str
) -> None:
    (folder / "folder.nam").mkdir()
    before = contents(folder)
    position = words.index("-o") + 1
    error = refused(run(*words[:position], output, *words[position + 1 :]))
    assert message in error
    assert str(Path(output)) in error
    assert contents(folder) == before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "learning_rate",
            "lerning_rate",
            (
                "tiny.toml: unknown key optimizer.lerning_rate. Expected one of method, "
                "learning_rate, schedule, decay_per_epoch, warm_up_share, final_share, "
                "first_round_epochs, clip_norm, beta1, beta2, epsilon. Did you mean learning_rate?"
            ),
        ),
        (
            "kernel_sizes = [3, 3]",
            "kernel_sizes = [3, 3]\nkernal = 3",
            "tiny.toml, sizes[0].config.layers[0].kernal: unknown key",
        ),
        ("epochs = 2", "epochs = 0", "tiny.toml: epochs cannot be right. Expected"),
        ("head_scale = 0.5", "head_scale = 0", "head_scale is 0, so the network is silent"),
        ("epochs = 2", "epochs 2", "tiny.toml: the recipe is not TOML text"),
    ],
)
def test_a_recipe_that_cannot_be_right(
    run: Run, folder: Path, old: str, new: str, message: str
) -> None:
    recipe = folder / "tiny.toml"
    recipe.write_text(recipe.read_text("utf-8").replace(old, new), encoding="utf-8")
    (folder / "dry.wav").write_bytes(b"")  # found out only after the recipe
    before = contents(folder)
    assert message in refused(run(*PAIR_COMMANDS["train"]))
    assert contents(folder) == before


@pytest.mark.parametrize(
    "words",
    [
        ("info", "amp.nam"),
        ("export", "amp.nam", "-o", "out.nam"),
        ("lint", "amp.nam", "--fix", "-o", "out.nam"),
        RENDER,
        PAIR_COMMANDS["report"],
    ],
    ids=lambda words: words[0],
)
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "amp.nam: "),
        (b'{"version": "0.5.4", "architecture": "WaveNet", ', "amp.nam: "),
        (b'{"version": "0.5.4"}', "a required field is missing"),
        (
            (
                b'{"version": "0.5.4", "architecture": "Linear", "weights": [1, NaN], '
                b'"config": {"receptive_field": 2, "bias": false}}'
            ),
            "amp.nam",
        ),
        (
            (
                b'{"version": "0.5.4", "architecture": "Linear", "weights": [1], '
                b'"config": {"receptive_field": 2, "bias": false}}'
            ),
            "weights",
        ),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "amp.nam: "),
        (None, "amp.nam: "),
    ],
    ids=["empty", "cut off", "incomplete", "no number", "too few weights", "sound", "missing"],
)
def test_a_capture_that_cannot_be_used(
    run: Run, folder: Path, capture: Path, words: tuple[str, ...], data: bytes | None, message: str
) -> None:
    if data is None:
        capture.unlink()
    else:
        capture.write_bytes(data)
    before = contents(folder)
    error = refused(run(*words))
    assert message in error
    assert "amp.nam" in error
    assert contents(folder) == before
