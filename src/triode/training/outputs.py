"""Where a training puts its files, checked before the work begins."""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from triode.errors import OutputError
from triode.files import atomic_path, refuse_overwrite, require_suffix, write_text_atomically
from triode.training.progress import EpochRecord

__all__ = ["Outputs"]

_NEEDED_BYTES = 32 << 20


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """The three files of a training.

    Attributes:
        model: The `.nam` file.
        log: One JSON object per epoch and line; stays beside the model.
        checkpoint: What `--resume` continues from; deleted when training is done.
    """

    model: Path
    log: Path
    checkpoint: Path

    @classmethod
    def beside(cls, model: str | os.PathLike[str]) -> "Outputs":
        """The files for a model at `model`.

        Raises:
            OutputError: The path does not end in `.nam`.
        """
        require_suffix(model, ".nam")
        path = Path(model)
        return cls(
            model=path,
            log=path.with_suffix(".training.jsonl"),
            checkpoint=path.with_suffix(".checkpoint"),
        )

    def check(self, *, resume: bool, force: bool) -> None:
        """See that all three can be written, and that nothing is lost by it.

        A capture that an interrupted training exported may be replaced when that is resumed.

        Raises:
            OutputError: Something is in the way, the folder cannot be written, or the disk is full.
        """
        resuming = resume and self.checkpoint.exists()
        refuse_overwrite(self.model, force=force or resuming)
        if self.checkpoint.exists() and not (resume or force):
            raise OutputError(
                "an interrupted training with this output path is waiting",
                where=self.checkpoint,
                hint="Pass --resume to continue it, or --force to start over.",
            )
        self._check_folder()

    def write_log(self, history: Sequence[EpochRecord]) -> None:
        """Write the log anew: as short as it is, whole is simpler than appended, and safer."""
        write_text_atomically(
            self.log, "".join(json.dumps(asdict(record)) + "\n" for record in history)
        )

    def _check_folder(self) -> None:
        folder = self.model.parent
        free = shutil.disk_usage(folder).free
        if free < _NEEDED_BYTES:
            raise OutputError(
                "the disk is full",
                where=folder,
                expected=f"{_NEEDED_BYTES >> 20} MB of free space",
                got=f"{free / (1 << 20):.1f} MB",
                hint="Make room, or choose another output path.",
            )
        probe = self.checkpoint.with_suffix(".writable")
        with atomic_path(probe):
            pass
        probe.unlink(missing_ok=True)
