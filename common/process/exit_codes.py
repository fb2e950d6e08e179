"""Exit codes of every command, after sysexits.h (BSD)."""

from __future__ import annotations

import sys
from typing import Final

DATA: Final = 65
"""A file the user gave cannot be read."""
UNAVAILABLE: Final = 69
"""A service we need does not answer: the database or the broker."""
TRY_AGAIN: Final = 75
"""Something else holds what we need; later it may not."""
CONFIGURATION: Final = 78
"""A setting or the database's schema is wrong; starting again changes nothing."""


def refuse(error: Exception, code: int) -> int:
    """Says why the process cannot start, in the one sentence of `error`, and gives `code` back to exit with."""
    sys.stderr.write(f"{error}\n")
    return code
