"""What a job says while it runs."""

import sys
import time

BEGAN = time.monotonic()


def say(text: str) -> None:
    """A line of the log, after the seconds since the job began."""
    sys.stdout.write(f"[{time.monotonic() - BEGAN:6.1f}] {text}\n")
    sys.stdout.flush()
