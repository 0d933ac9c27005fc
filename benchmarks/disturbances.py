"""Faults put into a recording on purpose, each with a strength, and what a check should say."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.signal
import soundfile

__all__ = ["DISTURBANCES", "Disturbance"]

RATE_HZ = 48_000

Signal = npt.NDArray[np.float32]
Pair = tuple[Signal, Signal]


@dataclass(frozen=True, kw_only=True)
class Disturbance:
    """One fault.

    Attributes:
        name: What was done, with its strength.
        expected: Id of the check that should find it; None for what is harmless.
        grade: "strong", "medium" or "weak".
        also: Ids of checks that may find it, too, and would be right.
        apply: Dry and wet in, dry and wet out.
    """

    name: str
    expected: str | None
    grade: str
    apply: Callable[[Signal, Signal], Pair]
    also: tuple[str, ...] = ()


def _rms(signal: Signal) -> float:
    return float(np.sqrt(np.mean(signal.astype(np.float64) ** 2)))


def _wet(change: Callable[[Signal], npt.NDArray[np.floating]]) -> Callable[[Signal, Signal], Pair]:
    return lambda dry, wet: (dry, np.asarray(change(wet), np.float32))


def _read_at(signal: Signal, position: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Linear interpolation, silence before the start."""
    return np.interp(position, np.arange(len(signal)), signal, left=0.0)


def _lfo(signal: Signal, rate_hz: float) -> npt.NDArray[np.float64]:
    return np.sin(2 * np.pi * rate_hz * np.arange(len(signal)) / RATE_HZ)


def chorus(
    signal: Signal, mix: float, rate_hz: float = 0.8, delay_ms: float = 8, depth_ms: float = 2
) -> npt.NDArray[np.float64]:
    """A copy whose delay swings is mixed in; a mix of 1 is a vibrato."""
    delay = (delay_ms + depth_ms * _lfo(signal, rate_hz)) * RATE_HZ / 1000
    return (1 - mix) * signal + mix * _read_at(signal, np.arange(len(signal)) - delay)


def tremolo(signal: Signal, depth: float, rate_hz: float) -> npt.NDArray[np.float64]:
    """The level swings between 1 and 1 - depth."""
    return signal * (1 - depth * (0.5 + 0.5 * _lfo(signal, rate_hz)))


def phaser(signal: Signal, mix: float, rate_hz: float = 0.5) -> npt.NDArray[np.float64]:
    """Four all-passes whose corner swings are mixed in."""
    coefficients = 0.5 + 0.3 * _lfo(signal, rate_hz)
    moved = np.empty(len(signal))
    states = [np.zeros(1)] * 4
    for start in range(0, len(signal), 256):
        block = signal[start : start + 256].astype(np.float64)
        turn = -coefficients[start]
        for stage in range(4):
            block, states[stage] = scipy.signal.lfilter(
                [turn, 1], [1, turn], block, zi=states[stage]
            )
        moved[start : start + 256] = block
    return (1 - mix) * signal + mix * moved


def echo(
    signal: Signal, seconds: float, level_db: float, feedback: float = 0.3
) -> npt.NDArray[np.float64]:
    """Repeats, each quieter than the one before."""
    delay, gain = round(seconds * RATE_HZ), 10 ** (level_db / 20)
    result = signal.astype(np.float64)
    times = 1
    while gain > 1e-4 and times * delay < len(signal):
        result[times * delay :] += gain * signal[: -times * delay]
        gain *= feedback
        times += 1
    return result


def reverb(signal: Signal, seconds: float, level_db: float) -> npt.NDArray[np.float64]:
    """Noise that decays by 60 dB in `seconds` (Moorer 1979) is the room."""
    frames = round(seconds * RATE_HZ)
    room = np.random.default_rng(7).standard_normal(frames) * 10 ** (
        -3 * np.arange(frames) / frames
    )
    room *= 10 ** (level_db / 20) / np.sqrt(np.sum(room**2))
    return signal + scipy.signal.oaconvolve(signal, room)[: len(signal)]


def _follow(
    power: npt.NDArray[np.float64], attack: float, release: float
) -> npt.NDArray[np.float64]:
    """An envelope with two time constants in seconds, once a millisecond, interpolated."""
    hop = RATE_HZ // 1000
    blocks = power[: len(power) // hop * hop].reshape(-1, hop).mean(axis=1)
    up, down = (float(np.exp(-0.001 / one)) for one in (attack, release))
    envelope, state = np.empty(len(blocks)), 0.0
    for place, value in enumerate(blocks.tolist()):
        keep = up if value > state else down
        state = keep * state + (1 - keep) * value
        envelope[place] = state
    return np.interp(np.arange(len(power)), (np.arange(len(blocks)) + 1) * hop, envelope)


def compressor(signal: Signal, ratio: float, release: float = 0.3) -> npt.NDArray[np.float64]:
    """Feed-forward, attack 5 ms, threshold 12 dB below the signal's RMS level."""
    level = 10 * np.log10(_follow(signal.astype(np.float64) ** 2, 0.005, release) + 1e-12)
    over = np.maximum(level - 20 * np.log10(_rms(signal)) + 12, 0)
    return signal * 10 ** (-(1 - 1 / ratio) * over / 20)


def gain_control(signal: Signal, strength: float) -> npt.NDArray[np.float64]:
    """Evens out the level over five seconds, all of it at a strength of 1."""
    level = 10 * np.log10(
        _follow(signal.astype(np.float64) ** 2, 1.5, 5.0) + 1e-3 * _rms(signal) ** 2
    )
    result = signal * 10 ** (-strength * (level - np.median(level)) / 20)
    return 0.9 * result / np.abs(result).max()


def gate(signal: Signal, threshold_db: float) -> npt.NDArray[np.float64]:
    """Closes by 80 dB below a threshold relative to the signal's RMS level."""
    level = 10 * np.log10(_follow(signal.astype(np.float64) ** 2, 0.001, 0.02) + 1e-12)
    opened = np.where(level > 20 * np.log10(_rms(signal)) + threshold_db, 1.0, 1e-4)
    return signal * _follow(opened, 0.001, 0.03)


def noise(signal: Signal, level_db: float) -> npt.NDArray[np.float64]:
    """White noise at a level relative to the signal's RMS level."""
    hiss = np.random.default_rng(3).standard_normal(len(signal))
    return signal + _rms(signal) * 10 ** (level_db / 20) * hiss


def hum(signal: Signal, level_db: float, mains_hz: float, first: int) -> npt.NDArray[np.float64]:
    """Five harmonics, each 6 dB below the one before, the first being `first` times the mains."""
    seconds = np.arange(len(signal)) / RATE_HZ
    tones = sum(
        2.0**-place * np.sin(2 * np.pi * mains_hz * first * (place + 1) * seconds + place)
        for place in range(5)
    )
    return signal + _rms(signal) * 10 ** (level_db / 20) * tones / np.sqrt(np.mean(tones**2))


def clip(signal: Signal, share: float, gain: float) -> npt.NDArray[np.float64]:
    """Cut off so that `share` of the samples lie in the tops, then times `gain` of full scale."""
    level = float(np.quantile(np.abs(signal), 1 - share))
    return gain * np.clip(signal / level, -1, 1)


def saturate(signal: Signal, drive: float) -> npt.NDArray[np.float64]:
    """A tube-like stage and a coupling capacitor: saturation that is no clipping."""
    shaped = np.tanh(drive * signal / np.abs(signal).max())
    return 0.5 * scipy.signal.sosfilt(
        scipy.signal.butter(1, 20, "highpass", fs=RATE_HZ, output="sos"), shaped
    )


def wall(signal: Signal, edge_hz: float) -> npt.NDArray[np.float64]:
    """What a rate of little more than twice the edge lets through."""
    taps = scipy.signal.firwin(511, edge_hz, fs=RATE_HZ, window=("kaiser", 9.0))
    return scipy.signal.oaconvolve(signal, taps, mode="same")


def coded(signal: Signal, kind: str, level: float) -> Signal:
    """Through a real codec, MP3 or Ogg Vorbis of libsndfile, delay undone."""
    buffer = io.BytesIO()
    subtype = "MPEG_LAYER_III" if kind == "MP3" else "VORBIS"
    soundfile.write(buffer, signal, RATE_HZ, format=kind, subtype=subtype, compression_level=level)
    buffer.seek(0)
    decoded = soundfile.read(buffer, dtype="float32")[0]
    size = 1 << (2 * len(signal) - 1).bit_length()
    # Decoders leave a delay; the two must lie over each other again.
    likeness = np.fft.irfft(np.conj(np.fft.rfft(signal, size)) * np.fft.rfft(decoded, size), size)
    delay = int(np.argmax(likeness[:4096]))
    decoded = decoded[delay : delay + len(signal)]
    return np.pad(decoded, (0, len(signal) - len(decoded)))


def wander(signal: Signal, amount_db: float) -> npt.NDArray[np.float64]:
    """Gear that warms up: the gain falls in a straight line over the recording."""
    return signal * 10 ** (-amount_db * np.linspace(0, 1, len(signal)) / 20)


GRADES = ("strong", "medium", "weak")


def _graded(
    name: str,
    expected: str | None,
    values: tuple[float, ...],
    make: Callable[[float], Callable[[Signal, Signal], Pair]],
    also: tuple[str, ...] = (),
) -> Iterator[Disturbance]:
    for grade, value in zip(GRADES, values, strict=False):
        yield Disturbance(
            name=f"{name} {value:g}", expected=expected, grade=grade, apply=make(value), also=also
        )


TIME = ("replicate", "release", "gain-control", "dependence", "modulation")
BAND = ("bandwidth", "coding")
DISTURBANCES: tuple[Disturbance, ...] = (
    Disturbance(name="none", expected=None, grade="none", apply=lambda dry, wet: (dry, wet)),
    *_graded("saturation", None, (3.0,), lambda v: _wet(lambda x: saturate(x, v)), ("offset",)),
    *_graded(
        "cabinet low-pass, Hz",
        None,
        (5000.0,),
        lambda v: _wet(
            lambda x: scipy.signal.sosfilt(scipy.signal.butter(4, v, fs=RATE_HZ, output="sos"), x)
        ),
    ),
    *_graded(
        "clipped at full scale, share",
        "clipping-wet",
        (5e-3, 5e-4, 1e-4),
        lambda v: _wet(lambda x: clip(x, v, 1.0)),
    ),
    *_graded(
        "clipped, then turned down, share",
        "clipping-wet",
        (5e-3, 5e-4, 1e-4),
        lambda v: _wet(lambda x: clip(x, v, 0.4)),
    ),
    *_graded(
        "dry clipped, share",
        "clipping-dry",
        (5e-3, 5e-4, 1e-4),
        lambda v: lambda dry, wet: (np.asarray(clip(dry, v, 0.9), np.float32), wet),
    ),
    *_graded(
        "white noise, dB",
        "noise",
        (-25.0, -35.0, -45.0),
        lambda v: _wet(lambda x: noise(x, v)),
        ("replicate",),
    ),
    *_graded(
        "hum 50 Hz, dB",
        "hum",
        (-30.0, -45.0, -60.0),
        lambda v: _wet(lambda x: hum(x, v, 50.0, 1)),
        ("noise", "replicate"),
    ),
    *_graded(
        "hum 120 Hz, dB",
        "hum",
        (-30.0, -45.0, -60.0),
        lambda v: _wet(lambda x: hum(x, v, 60.0, 2)),
        ("noise", "replicate"),
    ),
    *_graded(
        "noise at -50 dB, gated at, dB",
        "gate",
        (-15.0, -25.0, -35.0),
        lambda v: _wet(lambda x: gate(noise(x, -50.0), v)),
        ("replicate",),
    ),
    *_graded(
        "delay 350 ms, dB",
        "dependence",
        (-10.0, -16.0, -24.0),
        lambda v: _wet(lambda x: echo(x, 0.35, v)),
        TIME,
    ),
    *_graded(
        "slapback 90 ms, dB",
        "dependence",
        (-8.0, -14.0, -20.0),
        lambda v: _wet(lambda x: echo(x, 0.09, v, 0.0)),
        TIME,
    ),
    *_graded(
        "reverb 1.5 s, dB",
        "dependence",
        (-8.0, -14.0, -20.0),
        lambda v: _wet(lambda x: reverb(x, 1.5, v)),
        (*TIME, "noise"),
    ),
    *_graded(
        "chorus, mix",
        "modulation",
        (0.5, 0.3, 0.15),
        lambda v: _wet(lambda x: chorus(x, v)),
        (*TIME, "delay"),
    ),
    *_graded(
        "vibrato 5 Hz, ms",
        "modulation",
        (1.0, 0.3, 0.1),
        lambda v: _wet(lambda x: chorus(x, 1.0, 5.0, 2.0, v)),
        (*TIME, "delay"),
    ),
    *_graded(
        "tremolo 4 Hz, depth",
        "modulation",
        (0.5, 0.2, 0.08),
        lambda v: _wet(lambda x: tremolo(x, v, 4.0)),
        TIME,
    ),
    *_graded(
        "phaser, mix", "modulation", (0.5, 0.3, 0.15), lambda v: _wet(lambda x: phaser(x, v)), TIME
    ),
    *_graded(
        "compressor, ratio",
        "release",
        (8.0, 4.0, 2.0),
        lambda v: _wet(lambda x: compressor(x, v)),
        ("replicate", "gain-control"),
    ),
    *_graded(
        "gain control, strength",
        "gain-control",
        (0.8, 0.5, 0.3),
        lambda v: _wet(lambda x: gain_control(x, v)),
        ("replicate", "release"),
    ),
    *_graded(
        "band ends at, Hz",
        "bandwidth",
        (8e3, 12e3, 16e3),
        lambda v: _wet(lambda x: wall(x, v)),
        ("delay", "coding"),
    ),
    *_graded(
        "MP3, level",
        "coding",
        (0.9, 0.7, 0.4),
        lambda v: _wet(lambda x: coded(x, "MP3", v)),
        (*BAND, "replicate"),
    ),
    *_graded(
        "Vorbis, level",
        "coding",
        (1.0, 0.8, 0.5),
        lambda v: _wet(lambda x: coded(x, "OGG", v)),
        (*BAND, "replicate"),
    ),
    *_graded(
        "dry peak, dBFS",
        "level",
        (-40.0, -30.0, -24.0),
        lambda v: (
            lambda dry, wet: ((dry * 10 ** (v / 20) / np.abs(dry).max()).astype(np.float32), wet)
        ),
    ),
    *_graded("DC at rest", "offset", (0.05, 0.01, 0.004), lambda v: _wet(lambda x: 0.9 * x + v)),
    *_graded(
        "gain wanders, dB",
        "replicate",
        (3.0, 1.5, 0.6),
        lambda v: _wet(lambda x: wander(x, v)),
        ("gain-control", "release"),
    ),
    *_graded(
        "bypassed, gain",
        "copy",
        (0.5,),
        lambda v: lambda dry, _: (dry, dry * np.float32(v)),
        ("order",),
    ),
)
