"""Rows scored while their file is still read: the same results, each once, wherever the reader or the scorer is killed,
and nothing of a file that turns out broken."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from db import queue
from db.clock import db_time
from db.engine import Database
from db.queries.jobs import get_job, list_outputs, read_output
from db.queue.accept import accept_upload
from db.tables import Chunk, KnownVerdict, Prediction
from model import Scorer
from tests.fixtures.chunks import drain
from tests.fixtures.reviews import Count, accept_csv, origin, recount, review
from tests.worker.jobs.helpers import ME
from worker.files.limits import Limits
from worker.jobs import ingest as ingest_module
from worker.jobs.ahead import Rows, score_ahead
from worker.jobs.chunk import process_chunk

LIMITS = Limits(max_rows=19, max_unpacked_bytes=1 << 20, max_review_chars=5_000)
ROWS = 19
Offers = list[Rows]


class Killed(BaseException):
    """The process is gone at this point: nothing of it runs any more, its lease is not given back."""


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of five rows, chunks of three."""
    make_small(monkeypatch)


def make_small(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ingest_module, "BATCH_ROWS", 5)
    patch.setattr(ingest_module, "chunk_rows", lambda *_: 3)


class Helper:
    """A worker that has nothing else to do: it takes up each offer at once. Dies, or the reader does, as told."""

    def __init__(self, db: Database, scorer: Scorer, *, kill_at: int = 0, before: bool = False) -> None:
        """kill_at: at which offer the reader is killed, 0 for never; before: before that offer is taken up."""
        self.taken: Offers = []
        self._score, self._kill_at, self._before, self._offers = partial(score_ahead, db, scorer), kill_at, before, 0
        self._db = db

    def __call__(self, job_id: int, ranges: Sequence[Rows]) -> int:
        self._offers += 1
        if self._before and self._offers == self._kill_at:
            raise Killed
        for first, last in ranges:
            assert self._score(job_id, first, last) == last - first + 1
            self.taken.append((first, last))
        assert recount(self._db, job_id).predictions == 0, "a verdict can be seen while the file is read"
        if self._offers == self._kill_at:
            raise Killed
        return len(ranges)


def free(db: Database) -> None:
    """Lets all leases run out."""
    with db.begin() as session:
        session.execute(update(Chunk).where(Chunk.state == "running").values(lease_until=db_time(-1)))


Verdicts = list[tuple[str, float, str, float | None]]


def result(db: Database, job_id: int) -> tuple[Verdicts, bytes]:
    """All verdicts of a job, and its scored file."""
    columns = (Prediction.label, Prediction.probability, Prediction.flags, Prediction.stars)
    with db.read() as session:
        rows = session.execute(select(*columns).where(Prediction.job_id == job_id).order_by(Prediction.review_id))
        verdicts = [tuple(row) for row in rows]
    (output,) = list_outputs(db, ME, job_id)
    return verdicts, b"".join(read_output(db, ME, output.blob_id))


def known(db: Database) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(KnownVerdict)) or 0


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, scorer: Scorer) -> tuple[Verdicts, bytes]:
    """What comes of the file where nobody scores ahead."""
    path = shutil.copyfile(sqlite_template, tmp_path_factory.mktemp("plain") / "plain.sqlite3")
    db = Database(f"sqlite:///{path}")
    with pytest.MonkeyPatch.context() as patch:
        make_small(patch)
        job = accept_csv(db, ROWS).job_id
        drain(db, scorer, limits=LIMITS)
        told = result(db, job)
    db.dispose()
    return told


def test_the_results_are_the_same_and_each_text_is_scored_once(
    db: Database, scorer: Scorer, plain: tuple[Verdicts, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted, helper = accept_csv(db, ROWS), Helper(db, scorer)
    asked: list[str] = []
    score = scorer.score
    monkeypatch.setattr(scorer, "score", lambda texts: asked.extend(texts) or score(texts))
    assert process_chunk(db, scorer, accepted.chunk_id, limits=LIMITS, offer=helper)
    assert helper.taken == [(1, 3), (4, 6), (7, 9), (10, 12), (13, 15), (16, 18)]
    drain(db, scorer, limits=LIMITS)
    assert recount(db, accepted.job_id) == Count("done", ROWS, ROWS, 0, ROWS)
    assert result(db, accepted.job_id) == plain
    assert sorted(asked) == sorted({review(n) for n in range(1, ROWS + 1)}), "a text was scored twice"


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("kill_at", [1, 3])
def test_a_reader_that_is_killed_in_the_middle_is_followed_by_another(
    db: Database, scorer: Scorer, plain: tuple[Verdicts, bytes], kill_at: int, before: bool
) -> None:
    accepted = accept_csv(db, ROWS)
    try:
        process_chunk(
            db, scorer, accepted.chunk_id, limits=LIMITS, offer=Helper(db, scorer, kill_at=kill_at, before=before)
        )
    except Killed:
        assert get_job(db, ME, accepted.job_id).state == "ingesting"
        # An offer of the one that died, taken up now.
        score_ahead(db, scorer, accepted.job_id, 1, 3)
        free(db)
        assert process_chunk(db, scorer, accepted.chunk_id, limits=LIMITS)
    score_ahead(db, scorer, accepted.job_id, 1, 3)
    drain(db, scorer, limits=LIMITS)
    assert recount(db, accepted.job_id) == Count("done", ROWS, ROWS, 0, ROWS)
    assert result(db, accepted.job_id) == plain


def test_a_file_that_breaks_in_its_last_row_leaves_no_verdict(
    db: Database, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_module, "BATCH_ROWS", 500)  # its reader hands on a thousand rows at a time
    accepted, helper = accept_csv(db, 1_501), Helper(db, scorer)
    limits = Limits(max_rows=1_500, max_unpacked_bytes=1 << 20, max_review_chars=5_000)
    assert process_chunk(db, scorer, accepted.chunk_id, limits=limits, offer=lambda job, rows: helper(job, rows[:1]))
    assert helper.taken == [(1, 3), (4, 6)]
    job = get_job(db, ME, accepted.job_id)
    assert (job.state, job.error_code, job.rows_done) == ("failed", "too_many_rows", 0)
    count = recount(db, accepted.job_id)
    assert (count.predictions, count.rollup) == (0, 0)
    assert score_ahead(db, scorer, accepted.job_id, 1, 3) == 0, "an offer of a file that failed is taken up"
    drain(db, scorer, limits=LIMITS)
    assert recount(db, accepted.job_id) == count


def test_a_cancelled_file_is_not_scored_ahead(db: Database, scorer: Scorer) -> None:
    accepted, taken = accept_csv(db, ROWS), []

    def cancel(job_id: int, ranges: Sequence[Rows]) -> int:
        queue.cancel(db, ME, job_id)
        taken.extend(score_ahead(db, scorer, job_id, *one) for one in ranges)
        return len(ranges)

    assert not process_chunk(db, scorer, accepted.chunk_id, limits=LIMITS, offer=cancel)
    assert taken == [0]
    assert known(db) == recount(db, accepted.job_id).predictions == 0


def test_a_scorer_that_breaks_ahead_breaks_nothing(
    db: Database, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted = accept_csv(db, ROWS)

    def broken(job_id: int, ranges: Sequence[Rows]) -> int:
        with monkeypatch.context() as patched:
            patched.setattr(scorer, "score", lambda _: 1 / 0)
            assert [score_ahead(db, scorer, job_id, *one) for one in ranges] == [0] * len(ranges)
        return len(ranges)

    assert process_chunk(db, scorer, accepted.chunk_id, limits=LIMITS, offer=broken)
    drain(db, scorer, limits=LIMITS)
    assert recount(db, accepted.job_id) == Count("done", ROWS, ROWS, 0, ROWS)


def test_rejected_rows_count_as_rows(db: Database, scorer: Scorer) -> None:
    lines = ["id,review", *(f'{n},"{"" if n % 4 == 0 else review(n)}"' for n in range(1, ROWS + 1))]
    accepted = accept_upload(db, origin(), filename="gaps.csv", parts=["\n".join(lines).encode()])
    taken: Offers = []

    def take(job_id: int, ranges: Sequence[Rows]) -> int:
        taken.append(ranges[0])
        score_ahead(db, scorer, job_id, *ranges[0])
        return 1

    assert process_chunk(db, scorer, accepted.chunk_id, limits=LIMITS, offer=take)
    assert taken == [(1, 3), (4, 6), (7, 9), (10, 12)]
    drain(db, scorer, limits=LIMITS)
    assert recount(db, accepted.job_id) == Count("done", 15, 15, 4, 15)
