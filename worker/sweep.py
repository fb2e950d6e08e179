"""The sweep and its timer: what makes a lost message, a dead worker or an emptied broker harmless."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from tenacity import RetryCallState, Retrying, sleep_using_event, stop_when_event_set, wait_exponential

from common.broker.job_signals import JobSignals
from db import queue
from db.engine import Database
from db.privacy.retention import DEPARTED_DAYS, purge_on_time
from db.queries.summaries import roll_up_due

log = logging.getLogger(__name__)

PURGE_EVERY_S: Final = 3600.0
"""So a text goes within an hour of its time, and a deletion that a restart broke off is finished as soon."""
ROLL_UP_EVERY_S: Final = 5.0
"""Jobs that ended are summed up for reports that often; until then a report counts their verdicts."""
RESERVE_EVERY_S: Final = 60.0
"""How often the reserve for a full disk is looked after."""
PURGE_AGAIN_S: Final = 60.0
"""Pause after a purge that failed."""
MAX_WAIT_S: Final = 10.0
"""Longest pause between two tries while the database is away."""


def sweep_once(db: Database, signals: JobSignals, *, slots: int) -> int:
    """Takes what is due and publishes it; how many messages went out. `slots`: bulk processes the window is cut for.

    A message that fails leaves its chunk queued in SQL; a later sweep finds it too old and sends another.
    """
    return sum(
        signals.publish_chunk(wake_up.chunk_id, wake_up.kind, wake_up.queue) for wake_up in queue.sweep(db, slots=slots)
    )


def _log_failure(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.warning("sweep failed (%s), next try in %.0f s", type(error).__name__, state.upcoming_sleep)


class Sweeper(threading.Thread):
    """Sweeps on a timer and purges expired texts once an hour, until `stop`; outlives any outage by trying again."""

    def __init__(
        self,
        db: Database,
        signals: JobSignals,
        *,
        slots: int,
        every_s: float,
        retention_days: int,
        departed_days: float = DEPARTED_DAYS,
        reserve_bytes: int = 0,
    ) -> None:
        """`every_s`: seconds between sweeps."""
        super().__init__(name="sweeper", daemon=True)
        self._db, self._signals, self._slots = db, signals, slots
        self._every_s, self._retention_days, self._departed_days = every_s, retention_days, departed_days
        self._stopping = threading.Event()
        self._reserve_bytes = reserve_bytes
        self._purge_at = self._roll_up_at = self._reserve_at = time.monotonic()

    def run(self) -> None:
        # The database is away: the queue waits in it, so do we.
        until_it_works = Retrying(
            wait=wait_exponential(multiplier=2 * self._every_s, max=MAX_WAIT_S),
            stop=stop_when_event_set(self._stopping),
            sleep=sleep_using_event(self._stopping),
            before_sleep=_log_failure,
            retry_error_callback=lambda _: None,  # asked to stop meanwhile
        )
        while not self._stopping.wait(self._every_s):
            until_it_works(self._run_once)

    def stop(self) -> None:
        """Ends the timer after the turn it is in."""
        self._stopping.set()
        self.join(timeout=MAX_WAIT_S)

    def _run_once(self) -> None:
        # Other machines' workers take from the same window: it grows with what runs.
        slots = max(self._slots, queue.running_chunks(self._db))
        sweep_once(self._db, self._signals, slots=slots)
        if time.monotonic() >= self._roll_up_at:
            roll_up_due(self._db)
            self._roll_up_at = time.monotonic() + ROLL_UP_EVERY_S
        if time.monotonic() >= self._reserve_at:
            self._reserve_at = time.monotonic() + RESERVE_EVERY_S
            if self._db.reserve is not None:
                self._db.reserve.fill(self._reserve_bytes)
        if time.monotonic() >= self._purge_at:
            self._purge_at = time.monotonic() + PURGE_EVERY_S
            # Beside the sweep: a million texts take minutes, and lost messages must not wait for them.
            threading.Thread(target=self._purge, name="purge", daemon=True).start()

    def _purge(self) -> None:
        """Its transactions are short, and one that is cut off by the end of the process is done the next time."""
        try:
            purge_on_time(self._db, older_than_days=self._retention_days, departed_days=self._departed_days)
        except Exception as error:
            self._purge_at = time.monotonic() + PURGE_AGAIN_S
            log.warning("purge failed (%s), next try in %.0f s", type(error).__name__, PURGE_AGAIN_S)
