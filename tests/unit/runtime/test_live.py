"""The chain of live playing, fed block by block without any audio device."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from triode.architectures import networks
from triode.errors import AudioError, TriodeError
from triode.nam import write
from triode.nam.convolutional import LinearConfig
from triode.nam.model import Model
from triode.runtime import Amp, render
from triode.runtime.live import LiveChain
from triode.runtime.stream import LiveStream, open_live
from unit.architectures.known import model, random_wavenet

pytestmark = pytest.mark.usefixtures("compiler")

RATE_HZ = 48_000.0
Float32Array = npt.NDArray[np.float32]


@pytest.fixture
def linear() -> Model:
    return model(LinearConfig(receptive_field=20, bias=False), seed=4, rate_hz=RATE_HZ)


def noise(frames: int) -> Float32Array:
    return (0.3 * np.random.default_rng(5).standard_normal(frames)).astype(np.float32)


def test_the_amp_alone(linear: Model) -> None:
    chain = LiveChain(Amp(linear), rate_hz=RATE_HZ, block_frames=64)
    signal = noise(640)
    out = np.concatenate([chain.process(block) for block in signal.reshape(10, 64)])
    np.testing.assert_array_equal(out, render(networks(linear)[0], signal))
    assert chain.delay_seconds == 0.0


def test_the_amp_then_the_cabinet(linear: Model) -> None:
    cabinet = noise(300) * np.exp(-np.arange(300) / 50).astype(np.float32)
    chain = LiveChain(Amp(linear), rate_hz=RATE_HZ, block_frames=64, cabinet=cabinet)
    signal = noise(640)
    out = np.concatenate([chain.process(block) for block in signal.reshape(10, 64)])
    wanted = np.convolve(render(networks(linear)[0], signal).astype(np.float64), cabinet)[:640]
    np.testing.assert_allclose(out, wanted, rtol=0, atol=1e-5)  # float32 transforms


def test_another_rate_costs_a_delay_that_is_known(linear: Model) -> None:
    chain = LiveChain(Amp(linear), rate_hz=44_100.0, block_frames=64)
    assert 0.0 < chain.delay_seconds < 0.025
    assert chain.delay_seconds == chain.delay_samples / 44_100.0
    assert chain.process(noise(64)).shape == (64,)


def test_meters_start_again_when_read(linear: Model) -> None:
    chain = LiveChain(Amp(linear), rate_hz=RATE_HZ, block_frames=64)
    block = np.zeros(64, np.float32)
    block[3], block[5] = -0.5, np.nan
    out = chain.process(block)
    chain.process(np.zeros(64, np.float32))
    meters = chain.read_meters()
    assert meters.input_peak == 0.5
    assert meters.output_peak >= np.abs(out).max()
    assert meters.blocks == 2
    assert 0.0 < meters.load <= meters.worst_load
    empty = chain.read_meters()
    assert (empty.input_peak, empty.output_peak, empty.blocks, empty.load) == (0.0, 0.0, 0, 0.0)


class PortAudioError(Exception):
    pass


class CallbackAbort(Exception):  # noqa: N818 - the name in sounddevice
    pass


class FakeStream:
    """Calls back with whatever it is fed."""

    latency = (0.003, 0.004)

    def __init__(self, **settings: Any) -> None:
        self.settings = settings
        self.active = False
        if settings["device"][0] == "busy":
            raise PortAudioError("Device unavailable")

    def start(self) -> None:
        self.active = True

    def stop(self) -> None:
        self.active = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def sounddevice(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A sound system with one input of two channels and one output, both at 48 kHz only."""
    devices = [
        {"name": "Guitar in", "max_input_channels": 2, "max_output_channels": 0},
        {"name": "Speakers", "max_input_channels": 0, "max_output_channels": 8},
        {"name": "busy", "max_input_channels": 2, "max_output_channels": 0},
    ]
    for device in devices:
        device["default_samplerate"] = 48_000.0

    def query(device: str | int | None = None, kind: str | None = None) -> Any:
        if kind is None:
            return devices
        fitting = [one for one in devices if one[f"max_{kind}_channels"]]  # type: ignore[operator]
        if device is None and fitting:
            return fitting[0]
        for one in fitting:
            if device == one["name"]:
                return one
        raise ValueError(f"No {kind} device matching {device!r}")

    def check(**settings: Any) -> None:
        if settings["samplerate"] != 48_000.0:
            raise PortAudioError("Invalid sample rate")

    fake = SimpleNamespace(
        devices=devices,
        query_devices=query,
        check_input_settings=check,
        check_output_settings=check,
        PortAudioError=PortAudioError,
        CallbackAbort=CallbackAbort,
        Stream=FakeStream,
    )
    monkeypatch.setitem(sys.modules, "sounddevice", fake)  # type: ignore[arg-type]
    return fake


@pytest.fixture
def path(tmp_path: Path, linear: Model) -> Path:
    write(linear, tmp_path / "amp.nam")
    return tmp_path / "amp.nam"


def play(stream: LiveStream, entry: Float32Array, *, status: object = None) -> Float32Array:
    leave = np.full((len(entry), 2), 9.0, np.float32)
    stream.play_block(entry, leave, len(entry), None, status)
    return leave


def test_a_stream_plays_the_chosen_channel_to_both_ears(
    sounddevice: SimpleNamespace, path: Path, linear: Model
) -> None:
    _, stream = open_live(path, channel=2, block_frames=32)
    signal = noise(64)
    with stream:
        assert stream.active
        both = [
            play(stream, np.stack([np.zeros(32, np.float32), part], axis=1))
            for part in signal.reshape(2, 32)
        ]
    assert not stream.active
    wanted = render(networks(linear)[0], signal)
    np.testing.assert_array_equal(np.concatenate(both), np.stack([wanted, wanted], axis=1))
    settings = stream._stream.settings
    assert settings["channels"] == (2, 2)
    assert (settings["samplerate"], settings["blocksize"]) == (48_000.0, 32)
    assert stream.round_trip_seconds == pytest.approx(0.007)
    assert stream.dropouts == 0


def test_dropouts_are_counted(sounddevice: SimpleNamespace, path: Path) -> None:
    _, stream = open_live(path)
    play(stream, noise(64)[:, None], status="input overflow")
    assert stream.dropouts == 1


def test_a_failure_ends_the_stream_in_silence(sounddevice: SimpleNamespace, path: Path) -> None:
    chain, stream = open_live(path)
    chain._play = lambda block: 1 / 0  # type: ignore[assignment,return-value]
    leave = np.full((64, 2), 9.0, np.float32)
    with pytest.raises(CallbackAbort):
        stream.play_block(noise(64)[:, None], leave, 64, None, None)
    assert not leave.any()
    assert isinstance(stream.failure, ZeroDivisionError)


def test_devices_that_cannot_do_the_models_rate(
    sounddevice: SimpleNamespace, tmp_path: Path
) -> None:
    config = LinearConfig(receptive_field=20, bias=False)
    write(model(config, rate_hz=44_100.0), tmp_path / "amp.nam")
    chain, stream = open_live(tmp_path / "amp.nam")
    assert stream.rate_hz == 48_000.0
    assert stream.round_trip_seconds == pytest.approx(0.007 + chain.delay_seconds)
    assert chain.delay_seconds > 0.0


def test_a_cabinet_at_another_rate_keeps_its_gain(
    sounddevice: SimpleNamespace, path: Path, tmp_path: Path, linear: Model
) -> None:
    impulse = np.exp(-np.arange(2000) / 100) / 100
    soundfile.write(tmp_path / "cab.wav", impulse, 96_000, subtype="FLOAT")
    _, stream = open_live(path, cabinet=tmp_path / "cab.wav")
    constant = np.full((2000, 1), 0.25, np.float32)
    out = play(stream, constant)[-1, 0]
    alone = render(networks(linear)[0], constant[:, 0])[-1]
    # Resampling an edge as sharp as this response's beginning is good to a percent.
    assert out / alone == pytest.approx(impulse.sum(), rel=0.01)


def test_a_device_that_is_not_there(sounddevice: SimpleNamespace, path: Path) -> None:
    with pytest.raises(AudioError, match=r"no such input.*0: Guitar in.*Got Banjo.*--input"):
        open_live(path, input_device="Banjo")
    with pytest.raises(AudioError, match=r"no such output.*Expected one of 1: Speakers"):
        open_live(path, output_device="Banjo")
    with pytest.raises(AudioError, match=r"no such channel.*1 to 2.*Got 3"):
        open_live(path, channel=3)
    with pytest.raises(AudioError, match=r"cannot be opened.*Device unavailable"):
        open_live(path, input_device="busy")
    sounddevice.devices.clear()
    with pytest.raises(AudioError, match=r"there is no input device.*Connect one"):
        open_live(path)


def test_only_mono_models(sounddevice: SimpleNamespace, tmp_path: Path) -> None:
    config = next(one for one in map(random_wavenet, range(200)) if one.in_channels == 2)
    write(model(config, rate_hz=RATE_HZ), tmp_path / "amp.nam")
    with pytest.raises(TriodeError, match="only mono"):
        open_live(tmp_path / "amp.nam")


def test_without_the_extra(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)  # type: ignore[arg-type]
    with pytest.raises(AudioError, match=r"pip install 'triode\[live\]'"):
        open_live(path)


def test_without_portaudio(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "sounddevice":
                raise OSError("PortAudio library not found")

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(AudioError, match=r"PortAudio library.*libportaudio2"):
        open_live(path)
