"""From the bytes of a `.nam` file to a `Model`.

Strict about what must be right, patient about what real files carry, and bounded in time and
memory whatever the file holds.
"""

from triode.nam.parser.document import ARCHITECTURES, parse_config_value, parse_document
from triode.nam.parser.json_text import decode_json, encode_mapping
from triode.nam.parser.values import Notices, Value

__all__ = [
    "ARCHITECTURES",
    "Notices",
    "Value",
    "decode_json",
    "encode_mapping",
    "parse_config_value",
    "parse_document",
]
