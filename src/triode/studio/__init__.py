"""The studio: captures made, kept, looked at and played in a browser on one's own machine.

`run_studio` opens a library on disk (`triode.studio.studio.Studio`) and serves thin routes over it
(`triode.studio.app`). Work is done in processes of their own by the same functions that the command
line calls, and whatever is killed goes on where it was. Needs the extra `studio`.
"""

from triode.studio.running import default_library, run_studio

__all__ = ["default_library", "run_studio"]
