"""Scoring ahead: while one worker reads a file, those that have nothing else to do score what is read already.

Nothing is owed: an offer that is lost, or taken up too late, costs the time that it would have saved.
"""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from db.engine import Database
from db.errors import DbError
from db.queue.ahead import keep_ahead, rows_ahead
from db.verdict_cache import lookup
from worker import metrics
from worker.jobs.deduplicate import score_distinct

if TYPE_CHECKING:
    from model import Scorer

log = logging.getLogger(__name__)

Rows = tuple[int, int]
"""(first row, last row)"""
Offer = Callable[[int, Sequence[Rows]], int]
"""Offers rows of a job to workers that have nothing to do; how many of the ranges, from the first on, it sent."""
MOST_OFFERS: Final = 64
"""Ranges that are at hand for an offer."""


def offer_nothing(_job_id: int, _ranges: Sequence[Rows]) -> int:
    """Where there is no other worker."""
    return 0


class Ahead:
    """What of a file is offered while it is read: its rows from the first on, a chunk at a time."""

    def __init__(self, job_id: int, offer: Offer) -> None:
        self.offered_to = 0
        """Number of the last row that was offered."""
        self._job_id, self._offer = job_id, offer
        self._rows = self._most_marks = 0

    def stored(self, last_row: int, marks: Sequence[int], size: Callable[[], tuple[int, int]]) -> None:
        """All rows up to this one can be read by others now.

        marks: numbers of the rows so far at which a measure of length is full, again and again. size: asked once, for
        the rows and the marks that a chunk may have (`worker.jobs.ingest`).
        """
        if not self._rows:
            self._rows, self._most_marks = size()
        ranges = list(islice(self._ranges(last_row, marks), MOST_OFFERS))
        if ranges and (taken := self._offer(self._job_id, ranges)):
            self.offered_to = ranges[taken - 1][1]

    def _ranges(self, last_row: int, marks: Sequence[int]) -> Iterator[Rows]:
        """Of fewer rows where these are longer than the file's first: others wait for whoever takes up an offer."""
        first = self.offered_to + 1
        while True:
            full = bisect_left(marks, first) + self._most_marks
            last = min([first + self._rows - 1, *marks[full : full + 1]])
            if last > last_row:
                return
            yield first, last
            first = last + 1


def score_ahead(db: Database, scorer: Scorer, job_id: int, first_row: int, last_row: int) -> int:
    """Scores these rows of a file that is being read; how many verdicts were kept for its chunks to find."""
    try:
        with metrics.stage("fetch"):
            rows = rows_ahead(db, job_id, first_row, last_row)
            known = lookup(db, rows, model=scorer.version)
        with metrics.stage("score"):
            _, new = score_distinct(rows, known, scorer.score)
        with metrics.stage("store"):
            return len(new) if new and keep_ahead(db, job_id, new, model=scorer.version) else 0
    except DbError:
        raise
    except Exception as error:  # a row that breaks the scorer breaks its own chunk, which counts the attempts
        log.info("nothing scored ahead (%s)", type(error).__name__, extra={"job": job_id})
        return 0
