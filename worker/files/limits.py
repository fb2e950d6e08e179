"""How much of a file is read, and how densely it may be packed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAX_COLUMNS: Final = 1_000
"""Most columns in one file; wider ones are exports gone wrong, and every row costs memory by its width."""
MAX_NAME_CHARS: Final = 256 * 1024
"""Most characters of all column names together: each is kept for the whole file, and may be as long as a line."""
MAX_VALUES: Final = 100_000
"""Most values (objects, lists, numbers, texts) of one JSON row. In memory a value takes up to 40 times its bytes."""
MIN_LINE_CHARS: Final = 4 * 1024 * 1024
"""A line, cell or JSON object shorter than this is always read (and rejected as one row when it is too long)."""
MAX_RATIO: Final = 200
"""Most bytes that one packed byte may unpack to. Reviews pack 2 to 10 times, a repeated one 100 times; a bomb 1,000."""
RATIO_FROM: Final = 32 << 20
"""Unpacked bytes below which the ratio does not matter."""
MAX_RESIDENT: Final = 600 << 20
"""What a process that reads a file may hold in memory, whatever the file (worker/sandbox/allowance.py)."""
READ_BYTES: Final = 64 * 1024
"""What is read of a file at a time. With 1 MiB, finding the encoding of 260 MB left 330 MiB of free pieces in glibc's
heap, none of which was used again (docs/internals/bulk.md); with this, 8."""


@dataclass(frozen=True, slots=True)
class Limits:
    """max_rows: data rows; max_unpacked_bytes: bytes after unpacking; max_review_chars: characters of one review."""

    max_rows: int
    max_unpacked_bytes: int
    max_review_chars: int

    @property
    def max_line_chars(self) -> int:
        """Longest line, cell, CSV record or JSON object held in memory, in characters."""
        return max(MIN_LINE_CHARS, 4 * self.max_review_chars)


def is_bomb(packed: int, unpacked: int) -> bool:
    """Whether so many packed bytes unpack to more than any file of reviews does."""
    return unpacked > RATIO_FROM and unpacked > MAX_RATIO * packed
