"""What is kept about a user, what went with them, what their export holds: frozen records, no SQLAlchemy objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

LeftOut = tuple[str, Mapping[str, Any]]
"""What did not fit into an export: a code and values of common/messages.py."""


@dataclass(frozen=True, slots=True)
class StoredData:
    """What is kept about one user, everywhere: counts, the times of their first and last job, unfinished jobs' ids.

    `texts`: reviews whose text is still there, the first of which ended `oldest_text`; `file_bytes`: of stored files.
    """

    jobs: int
    reviews: int
    texts: int
    files: int
    file_bytes: int
    corrections: int
    notices: int
    settings: bool
    audit_lines: int
    first: datetime | None
    last: datetime | None
    oldest_text: datetime | None
    running: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """How many things went; `messages` are the bot's own, which it deletes as fast as the chat service lets it."""

    jobs: int = 0
    texts: int = 0
    files: int = 0
    corrections: int = 0
    notices: int = 0
    settings: int = 0
    messages: int = 0

    def __add__(self, other: Erased) -> Erased:
        return Erased(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class DataExport:
    """How many reviews and files are in the zip, and as (code, values) of common/messages.py what did not fit."""

    reviews: int
    files: int
    left_out: tuple[LeftOut, ...]
