"""Keeps a claimed chunk claimed while long work on it runs."""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType
from typing import Final

from db import queue
from db.engine import Database
from db.types import Claim

LOOK_S: Final = 1.0
"""How often it is asked whether the work is still wanted: a cancel ends it about as soon."""

log = logging.getLogger(__name__)


class LeaseLost(Exception):
    """Another worker may have the chunk, or the job was cancelled: stop, and store nothing more."""


class LeaseKeeper:
    """Extends a lease every third of its length from a thread of its own, as a context manager; a job that was
    cancelled is noticed within a second or two.

    The fence in SQL is what protects the data; `check` only ends work that would be thrown away.
    """

    def __init__(self, db: Database, claim: Claim, *, lease_s: float) -> None:
        """`lease_s`: length of the lease in seconds."""
        self._db, self._claim, self.lease_s = db, claim, lease_s
        self._stop = threading.Event()
        self.lost = False
        self.extensions = 0
        self._thread = threading.Thread(target=self._run, name=f"lease-{claim.chunk_id}", daemon=True)

    def __enter__(self) -> LeaseKeeper:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=self.lease_s)

    def check(self) -> None:
        """Raises `LeaseLost` once an extension was refused."""
        if self.lost:
            raise LeaseLost

    def _run(self) -> None:
        renew_at = time.monotonic() + self.lease_s / 3
        while not self._stop.wait(min(LOOK_S, self.lease_s / 3)):
            try:
                if time.monotonic() < renew_at:
                    held = queue.holds(self._db, self._claim)
                elif held := queue.extend(self._db, self._claim, lease_s=self.lease_s):
                    self.extensions += 1
                    renew_at = time.monotonic() + self.lease_s / 3
                if not held:
                    self.lost = True
                    return
            except Exception as error:  # a database that is away for a moment: the next turn tries again
                log.warning("lease of chunk %d not extended (%s)", self._claim.chunk_id, type(error).__name__)
