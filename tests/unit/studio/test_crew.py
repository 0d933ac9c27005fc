"""Workers are heard, whatever becomes of those who hear them."""

import logging
import queue
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from triode.studio.crew import Crew
from triode.studio.errands import Errands
from unit.studio.files import wav_file


def test_who_cannot_deal_with_an_event_makes_nobody_else_deaf(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "x"
    path.write_bytes(wav_file(seconds=0.1))
    task = {"kind": "examine", "path": str(path)}
    heard: queue.Queue[Mapping[str, Any]] = queue.Queue()

    def fail(event: Mapping[str, Any]) -> None:
        raise RuntimeError(event["event"])

    crew = Crew()
    try:
        with caplog.at_level(logging.ERROR):
            failing = crew.start(task, fail)
            failing.kill()
            crew.start(task, heard.put)
            assert heard.get(timeout=60)["result"]["kind"] == "audio"
        assert "could not be dealt with" in caplog.text
    finally:
        crew.close()


def test_the_same_errand_runs_once_and_its_failure_is_told_once(tmp_path: Path) -> None:
    crew = Crew()
    errands = Errands(crew)
    task = {"kind": "examine", "path": str(tmp_path / "nothing")}
    try:
        first = errands.ask("look", task)
        assert errands.ask("look", task) is first
        assert first.over.wait(60)
        assert first.state == "failed"
        assert first.error["message"]
        assert errands.ask("look", task) is first
        again = errands.ask("look", task)
        assert again is not first
        assert again.over.wait(60)
    finally:
        crew.close()
