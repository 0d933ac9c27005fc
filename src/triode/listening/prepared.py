"""A prepared test: a folder of stimuli and the manifest that says what each of them is."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from triode.errors import ListeningError
from triode.listening.plan import Plan

__all__ = ["FORMAT", "MANIFEST", "Manifest", "PreparedTest", "Stimulus", "sha256_of"]

FORMAT = 1
MANIFEST = "manifest.json"
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Stimulus:
    """One sound file and how it was made.

    Attributes:
        gear: The piece of gear.
        clip: The passage.
        system: The system, or "reference".
        file: Path within the folder; its name tells nothing.
        sha256: Of the file.
        gain_db: What it was multiplied by; one number for all clips of a system and gear.
        moved_samples: By how much it was moved to lie over the reference, a fraction included.
        loudness_lufs: Of this clip after the gain (BS.1770); None where a clip is too short or
            too quiet to have one.
        peak_dbfs: Its largest sample.
        noise_floor_dbfs: RMS of its quietest 50 ms, the cue by which a noisy system betrays itself.
        measures: Our metrics of the clip against the reference, as it is heard: after the cabinet
            and level match; empty for the reference itself.
    """

    gear: str
    clip: str
    system: str
    file: str
    sha256: str
    gain_db: float
    moved_samples: float
    loudness_lufs: float | None
    peak_dbfs: float
    noise_floor_dbfs: float
    measures: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What was made, from what, by what.

    Attributes:
        plan: The plan, complete with its defaults.
        sources: SHA-256 of every file it was made from, by the path in the plan.
        rate_hz: Sample rate of all stimuli.
        loudness_lufs: What each system was brought to; below the plan's where something would
            have clipped.
        stimuli: All of them.
        cues: What could betray a system other than its sound, one sentence each.
        facts: What else was found while preparing, by name (error rates of a sequential rule,
            fitted anchors).
        triode: The version that prepared it.
    """

    plan: Plan
    sources: Mapping[str, str]
    rate_hz: int
    loudness_lufs: float
    stimuli: tuple[Stimulus, ...]
    cues: tuple[str, ...]
    facts: Mapping[str, Any]
    triode: str

    def to_text(self) -> str:
        """The manifest as JSON text: the same manifest, the same text."""
        document = {
            "format": FORMAT,
            "triode": self.triode,
            "plan": self.plan.model_dump(mode="json"),
            "sources": dict(self.sources),
            "rate_hz": self.rate_hz,
            "loudness_lufs": self.loudness_lufs,
            "cues": list(self.cues),
            "facts": dict(self.facts),
            "stimuli": [asdict(one) for one in self.stimuli],
        }
        return json.dumps(document, indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_text(cls, text: str, where: str) -> "Manifest":
        """The other way.

        Raises:
            ListeningError: It is not a manifest, or one of another version of Triode.
        """
        try:
            document = json.loads(text)
            form = document["format"]
            if form != FORMAT:
                raise ListeningError(
                    "the test was prepared by another version of Triode",
                    where=where,
                    expected=f"format {FORMAT}",
                    got=form,
                    hint="Prepare it anew, or use that version.",
                )
            return cls(
                plan=Plan.of(document["plan"], where),
                sources=document["sources"],
                rate_hz=document["rate_hz"],
                loudness_lufs=document["loudness_lufs"],
                stimuli=tuple(Stimulus(**one) for one in document["stimuli"]),
                cues=tuple(document["cues"]),
                facts=document["facts"],
                triode=document["triode"],
            )
        except (ValueError, TypeError, KeyError) as error:
            raise ListeningError(
                "this is no manifest of a listening test", where=where, got=repr(error)[:200]
            ) from error


class PreparedTest:
    """A test whose stimuli are there and are what the manifest says.

    Args:
        folder: Where it lies.
        manifest: What it is.
        digest: SHA-256 of the manifest file: the test's identity.
    """

    def __init__(self, folder: Path, manifest: Manifest, digest: str) -> None:
        self.folder = folder
        self.manifest = manifest
        self.digest = digest
        self._files = {(one.gear, one.clip, one.system): one.file for one in manifest.stimuli}

    @property
    def plan(self) -> Plan:
        """What was prepared."""
        return self.manifest.plan

    @property
    def default_store_url(self) -> str:
        """The address of the SQLite file for answers that lies in the folder."""
        return f"sqlite:///{self.folder.resolve() / 'answers.sqlite'}"

    def file(self, gear: str, clip: str, system: str) -> str:
        """The path within the folder of one stimulus.

        Raises:
            ListeningError: There is none such.
        """
        try:
            return self._files[gear, clip, system]
        except KeyError:
            raise ListeningError(
                "the test has no such stimulus", where=self.folder, got=f"{gear}, {clip}, {system}"
            ) from None

    @classmethod
    def open(cls, folder: str | Path) -> "PreparedTest":
        """Read a prepared test and check every file by its SHA-256.

        Raises:
            ListeningError: There is no test, or a file is missing or has changed.
        """
        path = Path(folder)
        try:
            data = (path / MANIFEST).read_bytes()
        except OSError as error:
            raise ListeningError(
                "there is no prepared listening test",
                where=path,
                expected=f"a folder with {MANIFEST}",
                got=error.strerror or error,
                hint="Make it with: triode listen new PLAN -o FOLDER",
            ) from error
        manifest = Manifest.from_text(data.decode("utf-8", "replace"), str(path / MANIFEST))
        for one in manifest.stimuli:
            _check(path, one)
        return cls(path, manifest, hashlib.sha256(data).hexdigest())


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, read in blocks.

    Raises:
        OSError: It cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _check(folder: Path, stimulus: Stimulus) -> None:
    path = folder / stimulus.file
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ListeningError("a stimulus lies outside the test", where=folder, got=stimulus.file)
    try:
        found = sha256_of(path)
    except OSError as error:
        raise ListeningError(
            "a stimulus cannot be read", where=path, got=error.strerror or error
        ) from error
    if found != stimulus.sha256:
        raise ListeningError(
            "a stimulus has changed since the test was prepared",
            where=path,
            expected=f"SHA-256 {stimulus.sha256}",
            got=found,
            hint="Prepare the test anew in another folder; answers belong to what was heard.",
        )
