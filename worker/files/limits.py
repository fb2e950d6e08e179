"""How much of a file is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAX_COLUMNS: Final = 1_000
"""Most columns in one file; wider ones are exports gone wrong, and every row costs memory by its width."""
MIN_LINE_CHARS: Final = 16 * 1024 * 1024
"""A line, cell or JSON object shorter than this is always read (and rejected as one row when it is too long)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """max_rows: data rows; max_unpacked_bytes: bytes after unpacking; max_review_chars: characters of one review."""

    max_rows: int
    max_unpacked_bytes: int
    max_review_chars: int

    @property
    def max_line_chars(self) -> int:
        """Longest line, cell or JSON object held in memory, in characters."""
        return max(MIN_LINE_CHARS, 4 * self.max_review_chars)
