"""From a plan over stimuli and a browser to what the answers show: every part as users run it."""

import json
import re
from pathlib import Path

import pytest

from end_to_end.commands import triode
from triode.audio import write_audio
from triode.listening import PreparedTest
from triode.synthetic import amplify, performance
from web.listening.browser import chromium, watched_page
from web.listening.listener import Listener
from web.listening.made import served

RATE_HZ = 48_000
PLAN = """
name = "amp"
title = "How near is it to the amplifier?"
design = "mushra"
training_pages = 0

[[gear]]
name = "soft"
dry = "dry.wav"
wet = "wet.wav"

[[systems]]
name = "dull"
anchor = "lowpass-3500"

[[systems]]
name = "static"
anchor = "waveshaper"

[[clips]]
name = "first"
start_seconds = 0.5
seconds = 1.5

[[clips]]
name = "second"
start_seconds = 3.0
seconds = 1.5
"""


@pytest.mark.heavy
def test_from_a_plan_to_an_analysis(tmp_path: Path) -> None:
    """Heavy for rendering and two browsers. Both hear no difference, and are screened for it."""
    dry = performance(6.0, rate_hz=RATE_HZ)
    write_audio(tmp_path / "dry.wav", dry, RATE_HZ)
    write_audio(tmp_path / "wet.wav", amplify(dry, RATE_HZ), RATE_HZ)
    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    made = triode("listen", "new", "plan.toml", "-o", "test", folder=tmp_path)
    assert made.code == 0, made.err
    links = triode("listen", "invite", "test", "--count", "2", folder=tmp_path).out.split()
    test = PreparedTest.open(tmp_path / "test")

    def answer(listener: Listener) -> None:
        for letter in "rabc":
            listener.hear(letter)
            listener.press("End", "PageDown", "PageDown")

    with served(test.folder) as server, chromium() as browser:
        for link in links:
            with watched_page(browser) as page:
                listener = Listener(page)
                listener.begin(server.address + re.sub(r"^http://[^/]+", "", link))
                listener.sees("How close to the reference is each?")
                listener.answer_all(answer)
    found = triode("listen", "analyse", "test", "-o", "found.json", folder=tmp_path)
    assert found.code == 0, found.err
    result = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert (result["listeners"], result["digest"]) == (2, test.digest)
    assert [one["listener"] for one in result["screened"]] == [0, 1]
    heard = {one["system"]: one for one in result["unscreened"]["systems"]}
    assert set(heard) == {"reference", "dull", "static"}
    # Two listeners, two passages, and the same grade for everything.
    assert {(one["mean"], one["answers"]) for one in heard.values()} == {(80.0, 4)}
