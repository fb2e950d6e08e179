"""The heartbeat of a process: something is written every few seconds, from a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

log = logging.getLogger(__name__)


def _running_clock() -> float:
    """Seconds by a clock that nobody sets; on Linux it goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


_BEGAN = _running_clock()


def up_seconds() -> float:
    """For how long this process has run, whatever was done to the clock."""
    return round(_running_clock() - _BEGAN, 1)


class Rate:
    """How much a growing number grew in the last `window_s` seconds; looked at every few seconds."""

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._seen: deque[tuple[float, float]] = deque()

    def note(self, total: float, now: float) -> None:
        """`total` as it is at `now` (seconds of any clock that only grows)."""
        self._seen.append((now, total))
        # The newest of those that are old enough stays: growth is counted from it.
        while len(self._seen) > 1 and self._seen[1][0] <= now - self._window_s:
            self._seen.popleft()

    @property
    def grown(self) -> float:
        """By how much, within the window."""
        return self._seen[-1][1] - self._seen[0][1] if self._seen else 0.0

    @property
    def per_second(self) -> float:
        """The same by time; 0 before the second look."""
        passed = self._seen[-1][0] - self._seen[0][0] if self._seen else 0.0
        return self.grown / passed if passed > 0 else 0.0


class Pulse(threading.Thread):
    """Beats until `stop`; a beat that fails is logged once per outage, and the next one tries again."""

    def __init__(self, beat: Callable[[], object], farewell: Callable[[], object], *, every_s: float) -> None:
        """`beat` and `farewell` may raise whatever their database raises."""
        super().__init__(name="pulse", daemon=True)
        self._beat, self._farewell, self._every_s = beat, farewell, every_s
        self._wake, self._stopping = threading.Event(), False
        self._failing = False

    def run(self) -> None:
        while True:
            try:
                self._beat()
                self._failing = False
            except Exception as error:
                name = type(error).__name__
                log.log(logging.DEBUG if self._failing else logging.WARNING, "no heartbeat (%s)", name)
                self._failing = True
            self._wake.wait(self._every_s)
            self._wake.clear()
            if self._stopping:
                return

    def wake(self) -> None:
        """Beats now: there is news."""
        self._wake.set()

    def stop(self) -> None:
        """Ends the beat and says farewell."""
        self._stopping = True
        self._wake.set()
        self.join(timeout=self._every_s)
        with suppress(Exception):  # the database may be away, and the row tells by its age as well
            self._farewell()
