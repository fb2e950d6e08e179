"""Exit codes of every command, after sysexits.h (BSD)."""

from __future__ import annotations

import errno
import sys
from typing import Final

DATA: Final = 65
"""A file the user gave cannot be read."""
UNAVAILABLE: Final = 69
"""A service we need does not answer: the database or the broker."""
DISK: Final = 74
"""The disk is full, or a file on it cannot be read or written."""
FULL: Final = (errno.ENOSPC, errno.EDQUOT)
"""Errors of the system that say that the disk is full."""
TRY_AGAIN: Final = 75
"""Something else holds what we need; later it may not."""
CONFIGURATION: Final = 78
"""A setting or the database's schema is wrong; starting again changes nothing."""
READER_GONE: Final = 141
"""Who read the output closed it, as `head` does: what a shell shows of a program that SIGPIPE ended."""


def refuse(error: Exception, code: int) -> int:
    """Says why the process cannot start, in the one sentence of `error`, and gives `code` back to exit with."""
    sys.stderr.write(f"{error}\n")
    return code
