"""The audition keeps up: a minute on one core without a late block."""

import json
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from web.studio.conftest import CHROMIUM_FLAGS
from web.studio.server import Server
from web.studio.steps import import_captures, open_capture

pytestmark = pytest.mark.heavy

SECONDS = 60
FRAMES = 128
RATE_HZ = 48_000
DEADLINE_MICROSECONDS = 1e6 * FRAMES / RATE_HZ
CATEGORY = "disabled-by-default-audio-worklet"
MOST_INTERRUPTED = 1e-3
PROCESS = "AudioWorkletProcessor::Process"


@pytest.fixture
def single(chromium: str, browser: Browser, tmp_path: Path) -> Iterator[Browser]:
    """A browser whose processes all share one core."""
    taskset = shutil.which("taskset")
    if taskset is None:
        pytest.skip("taskset is not installed")
    core = min(os.sched_getaffinity(0))
    script = tmp_path / "one-core"
    script.write_text(f'#!/bin/sh\nexec {taskset} -c {core} {chromium} "$@"\n', encoding="utf-8")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    running = browser.browser_type.launch(executable_path=script, args=CHROMIUM_FLAGS)
    yield running
    running.close()


def test_a_minute_on_one_core_has_no_late_block(
    server: Server, single: Browser, shared_data: Path
) -> None:
    page = single.new_context().new_page()
    page.goto(server.address)
    import_captures(page, shared_data / "nam" / "core-A2.nam")
    open_capture(page, "core-A2")
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").wait_for()
    page.wait_for_timeout(5_000)  # levels are measured at first

    single.start_tracing(page=page, categories=[CATEGORY])
    page.wait_for_timeout(1000 * SECONDS)
    events = json.loads(single.stop_tracing())["traceEvents"]
    blocks = [one for one in events if one["name"] == PROCESS and one["ph"] == "X"]
    assert len(blocks) > 0.98 * SECONDS * RATE_HZ / FRAMES
    late = sum(block["dur"] >= DEADLINE_MICROSECONDS for block in blocks)
    meter = page.locator(".load-value").inner_text()
    shown = float(meter.split()[0])
    if os.getloadavg()[0] > (os.cpu_count() or 1):
        # Where more waits for the processors than there are, the system interrupts even sound, and
        # what the meter shows of the last moment is not what the whole minute was.
        assert late < MOST_INTERRUPTED * len(blocks)
        assert 0.0 < shown < 100.0
    else:
        assert late == 0
        assert "gap" not in meter
        share = sum(block["dur"] for block in blocks) / len(blocks) / DEADLINE_MICROSECONDS
        assert shown == pytest.approx(100.0 * share, abs=5.0)
