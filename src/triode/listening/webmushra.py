"""A prepared test as a configuration of webMUSHRA (Schoeffler et al. 2018), with its sounds.

webMUSHRA's pages: `mushra` adds the hidden reference by itself and shuffles the conditions, so the
anchors made here are conditions like any other and its own are switched off; `bs1116` is the triple
stimulus test; `paired_comparison` with a reference is ABX, or a preference between two systems.
"""

import html
import itertools
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from triode.errors import ListeningError
from triode.files import atomic_path, make_folder, write_text_atomically
from triode.listening.plan import REFERENCE, Plan
from triode.listening.prepared import PreparedTest

__all__ = ["export_webmushra"]

_PREFIX = "configs/resources"
_TIE = "neither"


def export_webmushra(test: PreparedTest, target: Path) -> Path:
    """Write `NAME.yaml` and the folder `resources/NAME` to be copied into webMUSHRA's `configs`.

    Training pages are left out, since a configuration is the same for every participant. ABX is
    written with both systems as X equally often, in a random order.

    Args:
        test: The test.
        target: The folder to make.

    Returns:
        The configuration's path.

    Raises:
        ListeningError: The design has a rule that webMUSHRA cannot follow, or something of that
            name is there already.
        OutputError: The folder cannot be written.
    """
    import yaml

    plan = test.plan
    if plan.stops_by_itself:
        raise ListeningError(
            "webMUSHRA cannot stop a test by a sequential rule",
            where=plan.name,
            hint="Prepare the plan without [abx.sequential], or use: triode listen serve",
        )
    path = target / f"{plan.name}.yaml"
    if path.exists():
        raise ListeningError(
            "there is a configuration of that name already",
            where=path,
            hint="Choose another folder.",
        )
    sounds = target / "resources" / plan.name
    make_folder(sounds)
    for one in test.manifest.stimuli:
        with atomic_path(sounds / Path(one.file).name) as temporary:
            shutil.copyfile(test.folder / one.file, temporary)
    document = {
        "testname": plan.title,
        "testId": plan.name,
        "bufferSize": 2048,
        "stopOnErrors": True,
        "showButtonPreviousPage": False,
        "remoteService": "service/write.php",
        "pages": [_consent(plan), ["random", *_pages(test)], _finish()],
    }
    text = yaml.safe_dump(
        document, sort_keys=False, allow_unicode=True, default_flow_style=False, width=10**6
    )
    write_text_atomically(path, text)
    return path


def _consent(plan: Plan) -> dict[str, Any]:
    paragraphs = [one for one in plan.consent.text.split("\n\n") if one.strip()]
    content = "".join(f"<p>{html.escape(one.strip())}</p>" for one in paragraphs)
    if plan.consent.contact:
        content += f"<p>{html.escape(plan.consent.contact)}</p>"
    return {"type": "generic", "id": "consent", "name": plan.title, "content": content}


def _finish() -> dict[str, Any]:
    return {
        "type": "finish",
        "name": "Thank you",
        "content": "Your answers are stored with the button below.",
        "showResults": False,
        "writeResults": True,
    }


def _pages(test: PreparedTest) -> Iterator[dict[str, Any]]:
    plan = test.plan
    for gear in plan.gear:
        for clip in plan.clips_of(gear.name):
            if not clip.training:
                yield from _pages_of(test, gear.name, clip.name)


def _pages_of(test: PreparedTest, gear: str, clip: str) -> Iterator[dict[str, Any]]:
    plan = test.plan
    systems = plan.systems_of(gear)
    match plan.design:
        case "mushra":
            page = _page(test, "mushra", gear, clip, systems)
            yield {
                **page,
                "strict": False,
                "createAnchor35": False,
                "createAnchor70": False,
                "randomize": True,
                "showConditionNames": False,
            }
        case "triple":
            for system in systems:
                page = _page(test, "bs1116", gear, clip, (system,))
                yield {**page, "createAnchor35": False, "createAnchor70": False}
        case "abx":
            yield from _abx(test, gear, clip)
        case "preference":
            compared = [REFERENCE] * plan.preference.reference + list(systems)
            for pair in itertools.combinations(compared, 2):
                page = _page(test, "paired_comparison", gear, clip, pair)
                if not plan.preference.show_reference:
                    del page["reference"]
                yield {**page, **({"unforced": _TIE} if plan.preference.ties else {})}


def _abx(test: PreparedTest, gear: str, clip: str) -> Iterator[dict[str, Any]]:
    """As many pages of this passage as give every system its trials, X being each in turn."""
    plan = test.plan
    for system in plan.systems_of(gear):
        cells = [
            (one.name, passage.name)
            for one in plan.gear
            if system in plan.systems_of(one.name)
            for passage in plan.clips_of(one.name)
            if not passage.training
        ]
        place = cells.index((gear, clip))
        own = range(place, plan.abx.trials, len(cells))
        for trial in own:
            hidden = (REFERENCE, system)[(trial // len(cells) + place) % 2]
            page = _page(test, "paired_comparison", gear, clip, (REFERENCE, system))
            page["id"] += f"_{trial}_{'r' if hidden == REFERENCE else 's'}"
            yield {**page, "reference": _address(test, gear, clip, hidden)}


def _page(
    test: PreparedTest, kind: str, gear: str, clip: str, systems: tuple[str, ...]
) -> dict[str, Any]:
    stimuli: Mapping[str, str] = {one: _address(test, gear, clip, one) for one in systems}
    return {
        "type": kind,
        "id": "_".join((gear, clip, *(systems if kind != "mushra" else ()))),
        "name": test.plan.title,
        "content": "",
        "showWaveform": False,
        "enableLooping": True,
        "reference": _address(test, gear, clip, REFERENCE),
        "stimuli": dict(stimuli),
    }


def _address(test: PreparedTest, gear: str, clip: str, system: str) -> str:
    return f"{_PREFIX}/{test.plan.name}/{Path(test.file(gear, clip, system)).name}"
