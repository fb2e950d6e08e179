"""A watchdog of a Celery process: ends it when it takes nothing although messages wait, to be started again.

Celery has gone deaf after lost connections in several versions, and seldom the same way twice: connected, with a free
process, and without a word. Nobody else can help: SQL repeats the messages, and it does not hear those either.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from celery.worker import state

from common.broker.celery_config import LOADING_S
from common.broker.job_signals import BrokerUnavailable, JobSignals
from common.process import exit_codes

log = logging.getLogger(__name__)

EVERY_S: Final = 5.0
LOOKS: Final = int(1.5 * LOADING_S / EVERY_S)
"""So many looks in a row find it deaf: three minutes, since a process of the pool may take two to load the model, and a
connection half a one to be made anew."""


class Watchdog(threading.Thread):
    """Looks every few seconds. It counts looks, not seconds: a machine that slept is not deaf."""

    def __init__(
        self,
        waiting: Callable[[], int],
        *,
        every_s: float = EVERY_S,
        end: Callable[[int], object] = os._exit,
    ) -> None:
        """waiting: how many messages the broker has for this process. end: of the process, given its exit code."""
        super().__init__(name="watchdog", daemon=True)
        self._waiting, self._every_s, self._end = waiting, every_s, end
        self._taken, self._looks = 0, 0
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(self._every_s):
            if self.finds_it_deaf():
                log.error("no message is taken although some wait; this process ends", extra={"error": "Deaf"})
                self._end(exit_codes.TRY_AGAIN)
                return

    def stop(self) -> None:
        """Ends the looks."""
        self._stopped.set()

    def finds_it_deaf(self) -> bool:
        """One look: whether this was one too many that found messages waiting, no task running and none begun."""
        before, self._taken = self._taken, state.all_total_count[0]
        stands = self._taken == before and not works(state.active_requests) and self._waiting() > 0
        self._looks = self._looks + 1 if stands else 0
        return self._looks >= LOOKS


def works(requests: Iterable[Any]) -> bool:
    """Whether a process of the pool is at one of these tasks; one that was killed is not."""
    try:
        begun = list(requests)
    except RuntimeError:  # Celery's thread has just begun or ended one: the set changed meanwhile
        return True
    return any(request.worker_pid and _alive(request.worker_pid) for request in begun)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def messages_of(signals: JobSignals, queues: Sequence[str]) -> Callable[[], int]:
    """Counts the messages in these queues; 0 while the broker does not answer: then nobody can take anything."""

    def count() -> int:
        try:
            lengths = signals.lengths()
        except BrokerUnavailable:
            return 0
        return sum(lengths[queue] for queue in queues)

    return count
