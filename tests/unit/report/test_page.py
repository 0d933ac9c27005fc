"""The page: well formed, self-contained, harmless, and right in what it says."""

import base64
import gzip
import hashlib
import io
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
import soundfile

from triode.audio import rms_db
from triode.metrics import (
    esr,
    level_difference_db,
    null_depth_db,
    stft_distance,
    worst_passage,
)
from triode.report import Recording, judged_recording

VOID = {"meta", "input", "br", "img", "link", "hr"}
SVG = {"rect", "line", "circle"}


class Outline(HTMLParser):
    """Every element with its attributes, the text under it, and a check that tags match."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.values: list[float] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "data":
            self.values.append(float(dict(attrs)["value"] or "nan"))
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            attributes, content = self.scripts[-1]
            self.scripts[-1] = (attributes, content + data)
        elif not self.open or self.open[-1] != "style":
            self.text.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def outlined(page: str) -> Outline:
    outline = Outline()
    outline.feed(page)
    outline.close()
    assert outline.open == []
    return outline


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    return outlined(page)


@pytest.fixture(scope="module")
def recording(model, pair) -> Recording:
    return judged_recording(model, pair)


def played(pair, weights: list[float]) -> np.ndarray:
    return np.convolve(pair.dry, weights)[: len(pair.dry)].astype(np.float32)


FULL, LITE = [0.5, 0.2, -0.1], [0.6, 0.1]


def test_the_checker_rejects_tags_that_do_not_match() -> None:
    with pytest.raises(AssertionError):
        outlined("<p><b></p></b>")


def test_it_is_one_document_with_unique_ids_and_landmarks(page: str, outline: Outline) -> None:
    assert page.startswith("<!DOCTYPE html>")
    identifiers = [one["id"] for _, one in outline.elements if "id" in one]
    assert len(identifiers) == len(set(identifiers))
    names = [name for name, _ in outline.elements]
    for landmark in ("main", "header", "footer", "nav", "h1", "title"):
        assert names.count(landmark) == 1
    assert outline.of("html")[0]["lang"] == "en"
    assert "$" not in re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.DOTALL)


def test_references_stay_inside_the_page(page: str, outline: Outline) -> None:
    identifiers = {one.get("id") for _, one in outline.elements}
    for name, attributes in outline.elements:
        for key, value in attributes.items():
            if key in {"src", "href", "srcset", "action", "data", "poster"}:
                assert value is not None
                inside = value[1:] in identifiers if value.startswith("#") else False
                assert inside or value.startswith("data:audio/flac;base64,"), (name, value[:80])
            if key in {"aria-labelledby", "aria-describedby", "data-figure", "data-plot"}:
                assert value in identifiers
    assert not outline.of("link")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_no_element_has_an_inline_event_handler_or_style(outline: Outline) -> None:
    for name, attributes in outline.elements:
        assert not [key for key in attributes if key.startswith("on") or key == "style"], name


def test_only_the_library_and_the_behaviour_may_run(outline: Outline) -> None:
    policy = next(
        one["content"]
        for one in outline.of("meta")
        if "content-security-policy" in str(one.get("http-equiv")).lower()
    )
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    running = [text for attributes, text in outline.scripts if "type" not in attributes]
    assert len(running) == 1
    packed = [text for one, text in outline.scripts if one.get("type") == "application/gzip"]
    running = [*(gzip.decompress(base64.b64decode(one)).decode() for one in packed), *running]
    assert len(running) == 2
    assert "plotly" in running[0][:200]
    hashes = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in running]
    allowed = re.findall(r"'sha256-([^']+)'", policy)
    assert allowed == hashes
    others = [attributes["type"] for attributes, _ in outline.scripts if "type" in attributes]
    assert set(others) == {"application/json", "application/gzip"}


def test_hostile_metadata_is_text(outline: Outline) -> None:
    text = "".join(outline.text)
    assert text.count("</script><script>alert") >= 4
    assert not outline.of("img")
    assert not any("alert(" in content for _, content in outline.scripts[:-2])


def test_every_signal_can_be_heard_at_the_stated_gain(outline: Outline, pair, recording) -> None:
    start, stop = recording.validation
    wet, full, lite = pair.wet, played(pair, FULL), played(pair, LITE)
    residual = {"full": wet - full, "lite": wet - lite}
    expected = {
        "gear": wet,
        "model0": full,
        "model1": lite,
        "dry": pair.dry,
        "residual0": residual["full"],
        "residual1": residual["lite"],
    }
    worst = worst_passage(wet, full, pair.rate_hz)
    places = dict.fromkeys(expected, slice(start, stop))
    for name in ("gear", "model0", "residual0"):
        expected[f"worst-{name}"] = expected[name]
        places[f"worst-{name}"] = worst
    heard, gains, boosts = {}, {}, {}
    for attributes in outline.of("audio"):
        name = str(attributes["aria-labelledby"]).removeprefix("title-")
        content = base64.b64decode(str(attributes["src"]).partition(",")[2])
        heard[name], rate_hz = soundfile.read(io.BytesIO(content), dtype="float32")
        assert rate_hz == pair.rate_hz
        assert attributes["preload"] == "metadata"
        boosts[name] = attributes.get("data-boost-db")
    assert heard.keys() == expected.keys()
    for name, samples in heard.items():
        signal = expected[name][places[name]]
        gains[name] = float(samples @ signal) / float(signal @ signal)
        # Rounding moves each sample by at most half a step; the gain found is a little off, too.
        step = 2.0**-11 if "residual" in name else 2.0**-13
        np.testing.assert_allclose(samples, gains[name] * signal, atol=0.75 * step)
        if name == "dry" or "residual" in name:
            assert np.abs(samples).max() == pytest.approx(10 ** (-1 / 20), abs=1e-3)
    for name, boost in boosts.items():
        assert (boost is not None) == ("residual" in name)
        if boost is not None:
            gear = "worst-gear" if name.startswith("worst") else "gear"
            # Quiet residuals tell their gain to four digits after the rounding to 16 bits.
            stated = 20 * np.log10(gains[name] / gains[gear])
            assert float(boost) == pytest.approx(stated, abs=0.02)
            assert f"boosted by {float(boost):.1f} dB" in "".join(outline.text)
    assert rms_db(heard["model0"]) - rms_db(heard["gear"]) == pytest.approx(
        rms_db(full[start:stop]) - rms_db(wet[start:stop]), abs=0.01
    )


@pytest.mark.parametrize(("size", "weights"), [("full", FULL), ("lite", LITE)])
def test_the_numbers_are_those_of_the_metrics(
    outline: Outline, pair, recording, size: str, weights: list[float]
) -> None:
    start, stop = recording.validation
    output = played(pair, weights)
    for wet, model in ((pair.wet[start:stop], output[start:stop]), (pair.wet, output)):
        for metric in (esr, null_depth_db, stft_distance, level_difference_db):
            # The model runs in float32 and the convolution here in float64: the residual of about
            # a hundredth of the signal differs by 1e-5 of itself at most.
            wanted = metric(wet, model)
            assert any(one == pytest.approx(wanted, rel=1e-4, abs=1e-5) for one in outline.values)
    assert float(len(weights)) in outline.values, "MACs, weights and receptive field of a FIR"


def test_numbers_that_are_not_there_are_not_found(outline: Outline, pair) -> None:
    wrong = esr(pair.wet, played(pair, [0.5, 0.2]))
    assert not any(one == pytest.approx(wrong, rel=1e-4) for one in outline.values)


def test_it_says_what_was_judged_and_what_includes_training(outline: Outline, recording) -> None:
    text = "".join(outline.text).replace("\N{NO-BREAK SPACE}", " ")
    start, stop = recording.validation_seconds
    assert f"{start:.1f} s to {stop:.1f} s" in text
    assert "Whole recording: includes training material" in text
    assert "Replicate floor. The best ESR this recording allows is 5e-05" in text
    assert "The wet recording is odd." in text
    assert "wet.wav: it clips." in text
    assert "some folder" not in text
    assert "rules of thumb" in text


def test_tables_name_their_rows_and_columns(outline: Outline) -> None:
    assert all(one.get("scope") in {"row", "col"} for one in outline.of("th"))
    assert len(outline.of("caption")) == len(outline.of("table")) >= 4
    assert all(
        one.get("role") == "group" and one.get("aria-label")
        for one in outline.of("div")
        if "data-figure" in one
    )


def test_plots_hold_what_they_say(outline: Outline, pair, recording) -> None:
    figures = {
        str(attributes["id"]): json.loads(content)
        for attributes, content in outline.scripts
        if attributes.get("type") == "application/json"
    }
    # These bursts are never quiet enough for a small-signal response.
    assert set(figures) == {
        f"data-{name}"
        for name in (
            *("waveform", "spectrum", "bands", "time", "esr", "levels", "spectrogram", "low"),
            *("dynamics", "transfer", "harmonics", "burst", "step", "aliasing"),
        )
    }
    gear, full, lite = figures["data-waveform"]["data"]
    assert [gear["name"], full["name"], lite["name"]] == ["Gear", "Full", "Lite"]
    shown = np.frombuffer(base64.b64decode(gear["y"]["bdata"]), "<f4")
    places = np.flatnonzero(pair.wet == shown[0])
    assert any(np.array_equal(pair.wet[one : one + len(shown)], shown) for one in places)
    heat = figures["data-spectrogram"]["data"]
    assert [one["name"] for one in heat] == ["Gear", "Residual of Full", "Residual of Lite"]
    pictures = [np.frombuffer(base64.b64decode(one["z"]["bdata"]), "i1") for one in heat]
    drop_db = float(np.mean(pictures[0].astype(float) - pictures[1]))
    # The larger size leaves the white tap of 0.01 beside taps of 0.55 in all.
    assert drop_db == pytest.approx(35.0, abs=5.0)


def test_figures_are_figures_to_plotly(outline: Outline) -> None:
    import plotly.graph_objects as go

    for attributes, content in outline.scripts:
        if attributes.get("type") == "application/json":
            plain = re.sub(r'"@font"', '"Arial"', content)
            go.Figure(json.loads(re.sub(r'"@[a-z0-9-]+"', '"#123456"', plain)))


def test_colours_of_the_figures_exist_in_both_themes(page: str, outline: Outline) -> None:
    light, dark = page.split("@media (prefers-color-scheme: dark)", 1)
    for _, content in outline.scripts[:-2]:
        for name in re.findall(r'"@([a-z0-9-]+)"', content):
            assert f"--{name}:" in light
            assert f"--{name}:" in dark.split("* {", 1)[0] or name in {"clear", "font"}


def test_the_page_stays_small_enough_to_send(page: str) -> None:
    # The library takes 2 MB; seconds of nine short signals at 16 kHz and the plots the rest.
    assert len(page.encode()) < 3_100_000
