"""How much flash compiled code takes: the sections of an ELF object file."""

import struct
from pathlib import Path

__all__ = ["loaded_bytes"]

_ALLOCATED = 2
_NO_BITS = 8


def loaded_bytes(path: Path) -> int | None:
    """Bytes of code, constants and initial values that an ELF object brings; None for others."""
    data = path.read_bytes()
    if data[:4] != b"\x7fELF" or data[5] != 1:
        return None
    wide = data[4] == 2
    # e_shoff, then e_shentsize and e_shnum; and sh_type, sh_flags, sh_size of each section.
    (table,) = struct.unpack_from("<Q" if wide else "<I", data, 40 if wide else 32)
    entry, count = struct.unpack_from("<HH", data, 58 if wide else 46)
    total = 0
    for index in range(count):
        at = table + index * entry
        if wide:
            kind, flags, size = *struct.unpack_from("<IQ", data, at + 4), _long(data, at + 32)
        else:
            kind, flags, size = *struct.unpack_from("<II", data, at + 4), _word(data, at + 20)
        if flags & _ALLOCATED and kind != _NO_BITS:
            total += size
    return total


def _long(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<Q", data, at)[0])


def _word(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])
