"""Faults around deletion: it races *Resume*, meets a full disk, and the clock steps while old texts are purged.

Each sends a file of its own, of somebody whom the crowd does not know, and has promises of its own.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select, update

from db.clock import db_time
from db.engine import Database
from db.errors import DbError, JobsRunning
from db.privacy.deleted_sources import delete_sources
from db.privacy.erase import erase_user
from db.privacy.retention import purge, purge_on_time
from db.queue import cancel, retry
from db.queue.accept import accept_upload
from db.tables import Blob, Job, Prediction, Review, Upload
from db.types import TERMINAL, Origin, Viewer
from tests.faults.strike import Strike
from tests.fixtures.reviews import csv_file, long_review

ROWS: Final = 800
"""So many that the file is still worked on when it is struck."""
WORK_S: Final = 120.0
"""Longest wait for the first verdict, and for the end of what was resumed."""
RESERVE_BYTES: Final = 16 * 1024 * 1024
RETENTION_DAYS: Final = 90
STEP_DAYS: Final = 100
_numbers = itertools.count(1)


class Person:
    """Somebody with one file in work."""

    def __init__(self, it: Strike) -> None:
        self.db, self._it = it.stage.db, it
        self.number = 990_000_000_000 + next(_numbers)
        self.viewer = Viewer(self.number)
        # From the command line: no card is shown, and nobody is told.
        origin = Origin(self.number, None, None, "cli", self.number, reply_to=self.number)
        it.events.add(self.number)
        data = csv_file(ROWS, text=long_review)
        self.job = accept_upload(self.db, origin, filename="mine.csv", parts=[data]).job_id
        it.events.add(-self.job)  # what stays of a deleted job

    def wait_for(self, what: Callable[[Job], bool]) -> None:
        """Until the job is so. Raises TimeoutError."""
        end = time.monotonic() + WORK_S
        while time.monotonic() < end:
            with self.db.read() as session:
                if what(session.get_one(Job, self.job)):
                    return
            time.sleep(0.02)
        raise TimeoutError(f"job {self.job} is not so far after {WORK_S:g} s")

    def cancel(self) -> None:
        """Cancels it unless it has ended."""
        _try(cancel, self.db, self.viewer, self.job)

    def erase(self) -> None:
        """Deletes all of theirs, whatever is resumed meanwhile."""
        while True:
            try:
                erase_user(self.db, self.viewer)
            except JobsRunning:
                self.cancel()
            else:
                return

    def check_gone(self) -> None:
        """Notes what is left of them, and what was scored after its text began to go."""
        with self.db.read() as session:
            mine = Prediction.job_id == self.job
            begun = select(Job.purge_begun_at).where(Job.id == self.job).scalar_subquery()
            left = {
                "texts": select(func.count(Review.text)).where(Review.job_id == self.job),
                "uploads": select(func.count()).where(Upload.job_id == self.job),
                "files": select(func.count()).where(Blob.owner_id == self.number),
                "jobs with their owner": select(func.count()).where(Job.owner_id == self.number),
                "verdicts with their owner": select(func.count()).where(Prediction.owner_id == self.number),
                "verdicts of deleted texts": select(func.count()).where(mine, Prediction.created_at > begun),
            }
            counts = {what: session.scalar(query) for what, query in left.items()}
            job = session.get_one(Job, self.job)
            verdicts = session.scalar(select(func.count()).where(mine))
        self._it.broken += [f"job {self.job}: {n} {what} are left" for what, n in counts.items() if n]
        if job.state not in TERMINAL or job.rows_done != verdicts:
            self._it.broken.append(f"job {self.job} is {job.state}, with {job.rows_done} rows done of {verdicts}")


def _try(deed: Callable[..., Any], *arguments: Any, **options: Any) -> None:
    """What is refused by its rules is refused: another was faster."""
    try:
        deed(*arguments, **options)
    except DbError:
        return


def deletion_and_resume(it: Strike) -> None:
    """Half a file is scored and cancelled; then its owner is erased, deletes their message, or the retention time ends.

    *Resume* is pressed again and again meanwhile. What was resumed first is scored whole; of the rest nothing is left.
    """
    one = Person(it)
    one.wait_for(lambda job: job.rows_done > 0)
    one.cancel()
    with one.db.begin() as session:
        session.execute(
            update(Job).where(Job.id == one.job).values(finished_at=db_time(-(RETENTION_DAYS + 1) * 86_400))
        )
    ways: tuple[Callable[[], object], ...] = (
        lambda: erase_user(one.db, one.viewer),
        lambda: delete_sources(one.db, [one.number]),
        lambda: purge(one.db, older_than_days=RETENTION_DAYS),
    )
    way, late = it.dice.choice(ways), [it.dice.uniform(0, 0.05) for _ in range(8)]

    def press() -> None:
        for seconds in late:
            time.sleep(seconds)
            _try(retry, one.db, one.viewer, one.job)

    with ThreadPoolExecutor(2) as pool:
        pressing, deleting = pool.submit(press), pool.submit(_try, way)
        pressing.result()
        deleting.result()
    with one.db.read() as session:
        job = session.get_one(Job, one.job)
    if not job.emptied:  # *Resume* was faster, and nothing was deleted
        one.wait_for(lambda job: job.state in TERMINAL)
        _check_whole(it, one)
    one.erase()
    it.undo.append(one.check_gone)  # later: a worker that was late has had its chance


def _check_whole(it: Strike, one: Person) -> None:
    with one.db.read() as session:
        job = session.get_one(Job, one.job)
        texts = session.scalar(select(func.count(Review.text)).where(Review.job_id == one.job))
    if (job.state, job.rows_done, texts) != ("done", ROWS, ROWS):
        it.broken.append(f"job {one.job} was resumed and is {job.state}: {job.rows_done} verdicts, {texts} texts")


def deletion_on_a_full_disk(it: Strike) -> None:
    """A file is in work when the disk is full: its owner cancels, and deletes everything."""
    one, disk, reserve = Person(it), it.stage.disk, it.stage.db.reserve
    assert disk is not None
    assert reserve is not None
    one.wait_for(lambda job: job.rows_done > 0)
    reserve.fill(RESERVE_BYTES)
    it.undo += [one.check_gone, lambda: _must(reserve.fill(RESERVE_BYTES)), disk.free]
    disk.fill()
    one.erase()


def _must(filled: bool) -> None:
    assert filled, "the reserve could not be filled again"


def step_during_a_purge(it: Strike) -> None:
    """The clock is 100 days ahead while one purge runs, and 100 days back while the next one does."""
    db = it.stage.db
    one = Person(it)
    one.wait_for(lambda job: job.rows_done > 0)
    one.cancel()  # what has not ended is never purged
    before = _texts(db)
    for days in (STEP_DAYS, -STEP_DAYS):
        purge_on_time(db, older_than_days=RETENTION_DAYS, at=datetime.now(UTC) + timedelta(days=days))
    purge_on_time(db, older_than_days=RETENTION_DAYS)
    gone = before - _texts(db)
    if gone or not before:
        it.broken.append(f"a wrong clock deleted {len(gone)} of {len(before)} texts")
    one.erase()
    it.undo.append(one.check_gone)


def _texts(db: Database) -> set[int]:
    with db.read() as session:
        return set(session.scalars(select(Review.id).where(Review.text.is_not(None))))
