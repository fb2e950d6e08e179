"""A pace for calls to Discord outside interactions.

discord.py waits for its per-route buckets but not for the global 50 requests a second: a burst of 150 sends was
measured to cost 151 answers 429, which count toward the ban at 10,000 invalid requests in ten minutes.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Final

RATE: Final = 38
"""Calls a second: under the 40 that leave room for what discord.py asks by itself."""


class Limiter:
    """Lets at most `rate` calls through in any second, in the order of asking; the rest wait."""

    def __init__(self, rate: int = RATE) -> None:
        self._at: deque[float] = deque(maxlen=rate)

    async def wait(self) -> None:
        """Returns when the caller may call: at once while fewer than `rate` did so within the last second."""
        now = time.monotonic()
        full = len(self._at) == self._at.maxlen
        at = max(now, self._at[0] + 1.0) if full else now
        self._at.append(at)
        if at > now:
            await asyncio.sleep(at - now)
