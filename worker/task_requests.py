"""A task request whose failed acknowledgement is a lost connection.

Celery 5.7 logs "Couldn't ack" and goes on when Redis is away at that moment. The message then counts against the
prefetch limit for ever, a worker with all its slots so taken never reads from the broker again, and so never sees that
the connection is lost either: it is deaf. Raised instead, the error makes it connect anew.
"""

from __future__ import annotations

import logging

from celery import Task
from celery.worker.request import Request

log = logging.getLogger(__name__)

_SWALLOW_NOTHING = ()


class RaisingRequest(Request):  # type: ignore[misc]  # Celery has no types
    """A request that lets errors of its acknowledgement reach the worker's event loop."""

    acknowledged: bool

    def acknowledge(self) -> None:
        """Acknowledges once; raises what the connection raises."""
        if not self.acknowledged:
            self._on_ack(log, _SWALLOW_NOTHING)
            self.acknowledged = True


class ChunkTask(Task):  # type: ignore[misc]
    """Base of all our tasks."""

    abstract = True
    Request = RaisingRequest
