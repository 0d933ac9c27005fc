"""Where a study's records are kept: SQLite for one machine, PostgreSQL for many."""

from triode.study.storage.storage import GearPin, Storage, StoredStudy
from triode.study.storage.url import default_url, is_there, open_storage, open_to_read

__all__ = [
    "GearPin",
    "Storage",
    "StoredStudy",
    "default_url",
    "is_there",
    "open_storage",
    "open_to_read",
]
