"""How a child process tells whoever started it that it takes work now."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Final

READY_FD: Final = "REELFEEL_READY_FD"
"""Number of the inherited file descriptor on which a child says that it is ready."""


def say_ready() -> None:
    """Tells whoever started this process, if it asked; once."""
    fd = os.environ.pop(READY_FD, None)
    if fd is not None:
        with suppress(OSError):
            os.write(int(fd), b"1")
            os.close(int(fd))
