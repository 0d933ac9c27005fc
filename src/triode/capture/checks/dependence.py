"""How long the output depends on the past: delays, reverb.

The linear part of the gear's answer is estimated over 1.4 s to both sides of the moment: the
cross-correlation of wet with dry, both whitened. What lies before the moment is chance (an answer
does not come before its question), so it says how strong chance is. A single repeat stands out
after it. Distortion makes the two sides differ a little by itself, so a reverb is looked for where
the playing stops, and in the correlation only when it never does.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.fft
import scipy.ndimage
import scipy.signal

from triode.capture.checks.finding import Finding, Plot, Series, Severity
from triode.capture.checks.subject import Subject
from triode.capture.checks.tail import Tail, measure_tail

__all__ = ["Dependence", "check_dependence", "measure_dependence"]

_REACH_SECONDS = 1.4
_LONGEST_SECONDS = 300.0
_SLOT_SECONDS = 0.02
_CLOSE_SECONDS = 0.03
_CAPTURED_SECONDS = 0.13
_ECHO_TIMES_CHANCE = 2.5
_ALIKE = 0.5
_BLOCK_FRAMES = 1 << 17
_FLOOR_SHARE = 1e-4
_LOCAL_SHARE = 0.3
_SIDES_DB = 2.0
_SURE_SPREADS = 12.0
_TAIL_DB = -62.0
_TAIL_ABOVE_END_DB = 8.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Dependence:
    """What is left of a sound after a time.

    `after_over_before_db`: energy between 0.13 and 0.45 s after the moment over that before it.
    `late_share`: energy of the answer later than 0.13 s over the energy of all of it, beyond
    chance. `spreads`: the same in standard deviations of chance. `lasts_seconds`: until when there
    is anything beyond chance. `echo_seconds`, `echo_db`: the strongest single repeat after 0.03 s,
    if there is one. `seconds`, `after_db`, `before_db`: envelopes.
    """

    after_over_before_db: float
    late_share: float
    spreads: float
    lasts_seconds: float
    echo_seconds: float | None
    echo_db: float
    seconds: npt.NDArray[np.float64]
    after_db: npt.NDArray[np.float64]
    before_db: npt.NDArray[np.float64]


def measure_dependence(
    dry: npt.NDArray[np.float32], wet: npt.NDArray[np.float32], rate_hz: float
) -> Dependence | None:
    """Measure two aligned signals, (frames,) each; None when they are too short for it."""
    reach = round(_REACH_SECONDS * rate_hz)
    if len(dry) < 4 * reach:
        return None
    answer, own = _answer(dry[: round(_LONGEST_SECONDS * rate_hz)], wet, reach)
    slot = round(_SLOT_SECONDS * rate_hz)
    slots = reach // slot
    after = answer[reach : reach + slots * slot].reshape(slots, slot) ** 2
    before = answer[reach - slots * slot : reach][::-1].reshape(slots, slot) ** 2
    close = int(np.ceil(_CLOSE_SECONDS / _SLOT_SECONDS))
    late = int(np.ceil(_CAPTURED_SECONDS / _SLOT_SECONDS))
    after_energy, before_energy = after.sum(axis=1), before.sum(axis=1)
    main = float(after_energy[:close].sum() + before_energy[:1].sum())
    excess = after_energy - before_energy
    # Chance is the same on both sides: its spread is that of the difference far away and before.
    spread = 1.4826 * float(np.median(np.abs(np.diff(before_energy[close:])))) + 1e-30
    beyond, soon = excess[late:], slice(late, 3 * late)
    significant = np.flatnonzero(excess > np.maximum(4 * spread, 0.5 * before_energy))
    magnitude, opposite = np.sqrt(after.max(axis=1)), np.sqrt(before.max(axis=1))
    rivals = np.maximum(opposite, np.median(opposite[close:]))
    echoes = np.where(magnitude > _ECHO_TIMES_CHANCE * rivals, magnitude, 0)
    # What the dry signal itself plays again after that time is no echo of the gear.
    alike = np.abs(own[: slots * slot]).reshape(slots, slot).max(axis=1)
    peak = float(np.abs(answer[reach - slot : reach + close * slot]).max())
    echoes[alike > _ALIKE * magnitude / peak] = 0
    echoes[:close] = 0
    echo = int(np.argmax(echoes))
    has_echo = bool(echoes[echo] > 0)
    place = echo * slot + int(np.argmax(after[echo]))
    total = main + float(np.maximum(excess[close:], 0).sum())
    return Dependence(
        after_over_before_db=float(
            10 * np.log10(after_energy[soon].sum() / max(float(before_energy[soon].sum()), 1e-30))
        ),
        late_share=float(max(0.0, beyond.sum()) / max(total, 1e-30)),
        spreads=float(beyond.sum() / (spread * np.sqrt(max(1, len(beyond))))),
        lasts_seconds=float((significant[-1] + 1) * _SLOT_SECONDS) if len(significant) else 0.0,
        echo_seconds=place / rate_hz if has_echo else None,
        echo_db=float(20 * np.log10(echoes[echo] / peak)) if has_echo else -200.0,
        seconds=np.asarray((np.arange(slots) + 0.5) * _SLOT_SECONDS),
        after_db=_db(after_energy / main),
        before_db=_db(before_energy / main),
    )


def _db(energy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(10 * np.log10(np.maximum(energy, 1e-12)))


def _answer(
    dry: npt.NDArray[np.float32], wet: npt.NDArray[np.float32], reach: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Regularised least-squares response at lags -reach to +reach, (2 reach + 1,).

    Beside it, at lags 0 to +reach, the whitened correlation of the dry signal with itself.
    """
    block = max(_BLOCK_FRAMES, reach)
    size = scipy.fft.next_fast_len(block + 2 * reach, real=True)
    cross = np.zeros(size // 2 + 1, np.complex128)
    own = np.zeros(size // 2 + 1)
    for start in range(0, len(dry), block):
        question = dry[start : start + block]
        begin, end = max(0, start - reach), min(len(wet), start + block + reach)
        heard = np.zeros(size, np.float32)
        heard[begin - (start - reach) : end - (start - reach)] = wet[begin:end]
        spectrum = scipy.fft.rfft(question, n=size)
        cross += np.conj(spectrum) * scipy.fft.rfft(heard)
        own += np.abs(spectrum) ** 2
    smooth = scipy.ndimage.uniform_filter1d(own, max(3, size // 4096))
    floor = _FLOOR_SHARE * float(smooth.max())
    answer = scipy.fft.irfft(cross / (own + _LOCAL_SHARE * smooth + floor), n=size)
    alike = scipy.fft.irfft(own / (smooth + floor), n=size)
    return (
        np.asarray(answer[: 2 * reach + 1]),
        np.asarray(alike[: reach + 1] / max(float(alike[0]), 1e-30)),
    )


def check_dependence(subject: Subject) -> Finding:
    """Whether a delay or a reverb is on, and for how long the output depends on the past."""
    measured = measure_dependence(subject.dry, subject.wet, subject.rate_hz)
    tail = measure_tail(subject)
    if measured is None:
        return Finding(
            check="dependence",
            severity=Severity.UNKNOWN,
            summary="The recording is too short to see how long the gear remembers.",
        )
    evidence: dict[str, float | int | str | None] = {
        "echo_seconds": measured.echo_seconds,
        "echo_db": measured.echo_db if measured.echo_seconds is not None else None,
        "late_share": measured.late_share,
        "spreads": measured.spreads,
        "after_over_before_db": measured.after_over_before_db,
        "tail_db": None if tail is None else tail.level_db,
        "tail_above_end_db": None if tail is None else tail.above_end_db,
    }
    if tail is not None:
        rings = tail.level_db > _TAIL_DB and tail.above_end_db > _TAIL_ABOVE_END_DB
        lasts = tail.lasts_seconds(_TAIL_DB)
    else:
        rings = measured.after_over_before_db > _SIDES_DB and measured.spreads > _SURE_SPREADS
        lasts = measured.lasts_seconds
    if not rings and measured.echo_seconds is None:
        return Finding(
            check="dependence",
            severity=Severity.FINE,
            summary="The gear's answer is over within 0.13 s, which a capture can remember.",
            evidence=evidence,
        )
    lasts = max(lasts, measured.echo_seconds or 0.0)
    evidence["lasts_seconds"] = lasts
    what = (
        f"A repeat comes {1000 * measured.echo_seconds:.0f} ms later at {measured.echo_db:.0f} dB"
        if measured.echo_seconds is not None
        else "The sound rings on, as with a reverb"
    )
    return Finding(
        check="dependence",
        severity=Severity.WARNING,
        summary=f"{what}: the output depends on the last {lasts:.2g} s, and a capture remembers "
        "about 0.13 s.",
        evidence=evidence,
        causes=(
            "A delay or echo is on."
            if measured.echo_seconds is not None
            else "A reverb is on, or a microphone stands in a room.",
            "The interface's monitoring feeds the output back into the input.",
        ),
        advice=(
            (
                "Switch delay and reverb off, mute monitoring, record again, and add them after "
                "the capture."
            ),
        ),
        plot=_plot(measured, tail if measured.echo_seconds is None else None),
    )


def _plot(measured: Dependence, tail: Tail | None) -> Plot:
    marks = ((_CAPTURED_SECONDS, "A2's memory"),)
    if tail is not None:
        return Plot(
            title="What is left after the playing has stopped",
            x_label="Seconds since the last sound",
            y_label="dB of the playing",
            series=(Series(name="Wet", x=tail.seconds, y=tail.levels_db.clip(min=-130.0)),),
            marks=marks,
        )
    return Plot(
        title="Energy of the answer over time",
        x_label="Seconds after the sound",
        y_label="dB of the direct answer",
        series=(
            Series(name="After", x=measured.seconds, y=measured.after_db),
            Series(name="Before (chance)", x=measured.seconds, y=measured.before_db, role="other"),
        ),
        marks=marks,
    )
