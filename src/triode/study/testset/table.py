"""Everything that results hold, as a table for programs."""

import csv
import io

from triode.study.testset.collect import Collection

__all__ = ["csv_text"]

_COLUMNS = (
    "engine",
    "engine_version",
    "device",
    "date",
    "set",
    "set_number",
    "set_sha256",
    "model",
    "origin",
    "option",
    "beside",
    "status",
    "error",
    "tolerance",
    "peak",
    "esr",
    "ns_per_sample",
    "first_quartile",
    "third_quartile",
    "method",
    "peak_share",
    "macs",
    "message",
    "comment",
)


def csv_text(collection: Collection) -> str:
    """CSV, a row for every model of every result."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for result in collection.results:
        shared = {
            "engine": result.engine,
            "engine_version": result.engine_version,
            "device": result.device.name,
            "date": result.date,
            "set": result.set_name,
            "set_number": result.set_number,
            "set_sha256": result.set_sha256,
            "comment": result.comment,
        }
        for one in result.models:
            row: dict[str, object] = {
                "model": one.name,
                "origin": one.origin,
                "option": one.option or "",
                "beside": one.beside or "",
                "status": one.status.value,
                "error": "" if one.error is None else f"{one.error:.6g}",
                "tolerance": f"{one.tolerance:.6g}",
                "peak": f"{one.peak:.6g}",
                "esr": "" if one.esr is None else f"{one.esr:.6g}",
                "macs": one.macs,
                "message": one.message,
            }
            if one.timing is not None:
                row |= {
                    "ns_per_sample": f"{one.timing.ns_per_sample:.6g}",
                    "first_quartile": f"{one.timing.quartiles[0]:.6g}",
                    "third_quartile": f"{one.timing.quartiles[1]:.6g}",
                    "method": one.timing.method,
                    "peak_share": ""
                    if one.timing.peak_share is None
                    else f"{one.timing.peak_share:.4g}",
                }
            writer.writerow({**shared, **row})
    return text.getvalue()
