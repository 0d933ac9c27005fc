"""Which options every engine plays, as a table that a study file takes."""

import json

from triode.study.testset.collect import Collection

__all__ = ["constraints_text"]


def constraints_text(collection: Collection) -> str:
    """TOML: the table `constraints` of a study file with the options that all engines play.

    What an engine lacks, or was never tried, is left out; which engines lack what is said in
    comments.
    """
    lacking = [
        f"#   {json.dumps(option)}: {json.dumps(', '.join(engines))}"
        for option in collection.options
        if (engines := collection.lacked_by(option))
    ]
    lines = [
        "# Written by triode testset collect from results of:",
        *(f"#   {json.dumps(one.title)}, {one.date}" for one in collection.results),
        *(["# Lacking:", *lacking] if lacking else []),
        "",
        "[constraints]",
        "plays_everywhere = [",
        *(f"  {json.dumps(one)}," for one in collection.known_everywhere()),
        "]",
    ]
    return "\n".join(lines) + "\n"
