"""A file is read into rows and cut into chunks."""

from __future__ import annotations

import itertools
import os
import signal
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any
from unittest import mock

import psutil
import pytest
from sqlalchemy import select
from sqlalchemy import text as sql

from common.messages import MESSAGES
from db import queue
from db.engine import Database
from db.queries.jobs import get_job
from db.queue import choose_column
from db.queue.accept import accept_upload
from db.tables import Prediction
from db.types import NewReview
from model import Scorer, Verdict
from tests.fixtures.chunks import drain
from tests.fixtures.reviews import Count, accept_csv, long_review, origin, recount, review
from tests.worker.jobs.helpers import ME, outputs
from worker.files.errors import TooCostly
from worker.files.limits import Limits
from worker.files.review_file import Row
from worker.jobs import ingest as ingest_module
from worker.jobs.chunk import process_chunk
from worker.jobs.ingest import LEAST_CHUNK_ROWS, MARK_CHARS, MOST_CHUNK_ROWS, SAMPLE_ROWS, Lengths, chunk_rows
from worker.sandbox.process import ReaderProcess

BIG = Limits(max_rows=10_000, max_unpacked_bytes=1 << 30, max_review_chars=5_000)
LIMITS = Limits(max_rows=10_000, max_unpacked_bytes=1 << 20, max_review_chars=5_000)


def test_a_file_that_cannot_be_read_ends_its_job_with_one_sentence(db: Database, scorer: Scorer) -> None:
    accepted = accept_csv(db, 11)
    few = Limits(max_rows=10, max_unpacked_bytes=1 << 20, max_review_chars=5_000)
    assert process_chunk(db, scorer, accepted.chunk_id, limits=few)
    job = get_job(db, ME, accepted.job_id)
    assert (job.state, job.error_code, job.error_values) == ("failed", "too_many_rows", {"count": 10})


def test_a_column_that_cannot_be_guessed_is_asked_for(db: Database, scorer: Scorer) -> None:
    body = "first,second\n" + "".join(f'"{review(n)}","{review(n + 50)}"\n' for n in range(1, 21))
    accepted = accept_upload(db, origin(), filename="two.csv", parts=[body.encode()])
    drain(db, scorer, limits=LIMITS)
    job = get_job(db, ME, accepted.job_id)
    assert job.state == "needs_column"
    assert set(job.columns) == {"first", "second"}
    ring = choose_column(db, ME, accepted.job_id, "second")
    process_chunk(db, scorer, ring.chunk_id, limits=LIMITS)
    drain(db, scorer, limits=LIMITS)
    assert recount(db, accepted.job_id) == Count("done", 20, 20, 0, 20)


class Paced(Scorer):
    """A scorer of a given speed."""

    def __init__(self, seconds_a_row: float) -> None:
        super().__init__()
        self._seconds = seconds_a_row

    def score(self, texts: Sequence[str]) -> list[Verdict]:
        # Processor time is what counts: a pause would say nothing about the scorer's rate.
        until = time.thread_time() + self._seconds * len(texts)
        while time.thread_time() < until:
            pass
        return []


@pytest.mark.parametrize(
    ("seconds_a_row", "least", "most"),
    [(0.0, MOST_CHUNK_ROWS, MOST_CHUNK_ROWS), (0.001, 500, 800), (0.04, LEAST_CHUNK_ROWS, LEAST_CHUNK_ROWS)],
)
def test_a_chunk_takes_about_eight_tenths_of_a_second(seconds_a_row: float, least: int, most: int) -> None:
    assert least <= chunk_rows(Paced(seconds_a_row), [40] * 32) <= most


def test_a_chunk_is_measured_on_texts_with_and_without_a_clear_opinion(scorer: Scorer) -> None:
    """The model reads those with one at a thirtieth of the cost, and a file holds both."""
    texts: list[str] = []
    recorder = mock.Mock(score=mock.Mock(side_effect=texts.extend))
    chunk_rows(recorder, [600] * 6)
    assert [len(text) for text in texts] == [600] * 6
    found = scorer.score(texts[:3])
    assert [verdict.label for verdict in found[1:]] == ["positive", "negative"]
    clear = [abs(verdict.probability - 0.5) for verdict in found]
    assert clear[0] < min(clear[1:])


def test_chunks_of_no_rows_have_a_size_all_the_same(scorer: Scorer) -> None:
    assert chunk_rows(scorer, []) == LEAST_CHUNK_ROWS


@pytest.mark.parametrize("rows", [1, 63, 64, 65, 1_000, 5_000])
def test_the_sample_is_of_the_whole_file(rows: int) -> None:
    lengths = Lengths()
    reviews = [NewReview(number, "x" * number) for number in range(1, rows + 1)]
    for first in range(0, rows, 300):
        lengths.add(reviews[first : first + 300])
    assert min(rows, SAMPLE_ROWS // 2) <= len(lengths.sample) <= SAMPLE_ROWS
    gaps = {after - before for before, after in itertools.pairwise(lengths.sample)}
    assert len(gaps) <= 1, "some part of the file is asked more often"
    assert lengths.sample[0] == 1
    assert rows - lengths.sample[-1] <= rows / 32


def test_a_file_of_one_batch_is_measured_once(sqlite_db: Database, scorer: Scorer) -> None:
    """Measuring takes a tenth of a second for usual reviews and more than one for the longest."""
    accepted = accept_csv(sqlite_db, 50)
    with mock.patch.object(ingest_module, "chunk_rows", return_value=25) as measured:
        assert process_chunk(sqlite_db, scorer, accepted.chunk_id, limits=LIMITS)
    assert measured.call_count == 1


def test_long_rows_after_many_short_ones_get_small_chunks(sqlite_db: Database, scorer: Scorer) -> None:
    long = " ".join("!?;:()" * 1_500)
    body = "review\n" + "".join(f'"{review(n)}"\n' for n in range(2_000)) + f'"{long}"\n' * 80
    accepted = accept_upload(sqlite_db, origin(), filename="sorted.csv", parts=[body.encode()])
    limits = Limits(max_rows=10_000, max_unpacked_bytes=1 << 30, max_review_chars=20_000)
    with mock.patch.object(ingest_module, "chunk_rows", return_value=400):
        process_chunk(sqlite_db, scorer, accepted.chunk_id, limits=limits)
    with sqlite_db.read() as session:
        sizes = session.execute(
            sql(
                "SELECT c.rows, (SELECT sum(min(length(text), 16384)) FROM reviews WHERE job_id = c.job_id"
                " AND row_number BETWEEN c.first_row AND c.last_row) AS chars FROM chunks c WHERE c.kind = 'score'"
            )
        ).all()
    mean = (2_000 * len(review(1)) + 80 * 16_384) / 2_080
    assert sum(rows for rows, _ in sizes) == 2_080
    assert max(chars for _, chars in sizes) < 1.6 * mean * 400 + 2 * MARK_CHARS
    assert max(rows for rows, _ in sizes) == 400


# Batches


def rows_of(*texts: str | None) -> list[Row]:
    return [
        Row(n, text, None, None, None if text is not None else ("empty", "The review is empty."))
        for n, text in enumerate(texts, 1)
    ]


@pytest.mark.parametrize(
    ("texts", "sizes"),
    [
        ([], []),
        (["x"] * 3, [(3, 0)]),
        (["x"] * 4, [(4, 0)]),
        (["x"] * 5, [(4, 0), (1, 0)]),
        (["x", None, "x", "x", "x"], [(3, 1), (1, 0)]),
        ([None] * 9, [(0, 4), (0, 4), (0, 1)]),
    ],
)
def test_a_batch_counts_rejected_rows_too(
    texts: list[str | None], sizes: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_module, "BATCH_ROWS", 4)
    batches = list(ingest_module._batches(rows_of(*texts)))
    assert [(len(reviews), len(rejected)) for reviews, rejected in batches] == sizes
    numbers = sorted(one.row_number for batch in batches for part in batch for one in part)
    assert numbers == list(range(1, len(texts) + 1))


def test_a_batch_ends_at_its_characters_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_module, "BATCH_CHARS", 6)
    batches = ingest_module._batches(rows_of("xxx", "xx", "x", "xxxxxx", "x", "x"))
    assert [[review.row_number for review in reviews] for reviews, _ in batches] == [[1, 2, 3], [4], [5, 6]]


def test_a_file_of_several_batches_is_stored_row_by_row(
    db: Database, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_module, "BATCH_ROWS", 4)
    accepted = accept_csv(db, 9, empty=(2, 5))
    drain(db, scorer, limits=LIMITS)
    assert recount(db, accepted.job_id) == Count("done", 7, 7, 2, 7)
    assert get_job(db, ME, accepted.job_id).rows_total == 9
    files = outputs(db, accepted.job_id)
    assert [row[0] for row in files["scored"][1:]] == [str(n) for n in range(1, 10)]
    assert [row[0] for row in files["rejected"][1:]] == ["2", "5"]


def test_the_first_batch_is_small_so_that_others_begin_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_module, "FIRST_ROWS", 2)
    monkeypatch.setattr(ingest_module, "BATCH_ROWS", 3)
    batches = ingest_module._batches(rows_of(*"xxxxxx"))
    assert [len(reviews) for reviews, _ in batches] == [2, 3, 1]


def test_one_batch_holds_what_it_is_documented_to_hold() -> None:
    sizes = (ingest_module.FIRST_ROWS, ingest_module.BATCH_ROWS, ingest_module.BATCH_CHARS)
    assert sizes == (MOST_CHUNK_ROWS, 5_000, 16 << 20)


# The process that reads


def readers() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if "worker.sandbox.child" in one.cmdline()]


def test_a_cancel_ends_a_reader_that_stands_still_within_five_seconds(
    db: Database, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = threading.Event()
    stored = queue.ingest_rows

    def stop_the_reader(*args: Any, **options: Any) -> bool:
        done = stored(*args, **options)
        if not stopped.is_set():
            os.kill(readers()[0].pid, signal.SIGSTOP)
            stopped.set()
        return done

    monkeypatch.setattr(ingest_module.queue, "ingest_rows", stop_the_reader)
    accepted = accept_csv(db, 9_000, text=long_review)  # more than a socket holds
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(process_chunk, db, scorer, accepted.chunk_id, limits=BIG)
        assert stopped.wait(60)
        queue.cancel(db, ME, accepted.job_id)
        assert work.result(timeout=5) is False
    assert readers() == []
    assert get_job(db, ME, accepted.job_id).state == "cancelled"


@pytest.mark.parametrize("deaths", [1, 3])
def test_a_reader_that_dies_costs_one_attempt_and_three_are_one_plain_reason(
    db: Database, scorer: Scorer, monkeypatch: pytest.MonkeyPatch, deaths: int
) -> None:
    begun = 0
    begin = ReaderProcess.begin

    def begin_and_die(self: ReaderProcess, *args: Any) -> None:
        nonlocal begun
        begun += 1
        if begun <= deaths:
            self._process.kill()
        begin(self, *args)

    monkeypatch.setattr(ReaderProcess, "begin", begin_and_die)
    accepted = accept_csv(db, 20)
    drain(db, scorer, limits=LIMITS)
    job = get_job(db, ME, accepted.job_id)
    if deaths == 1:
        assert recount(db, accepted.job_id) == Count("done", 20, 20, 0, 20)
        assert begun == 3, "reading twice, writing once"
    else:
        assert begun == 3
        assert (job.state, job.error_code, job.retryable) == ("failed", "gave_up_died", True)
        assert job.error_code in MESSAGES


def test_a_file_that_takes_too_much_ends_its_job_at_once(
    db: Database, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_much(self: ReaderProcess) -> None:
        raise TooCostly("memory", 600 << 20)

    monkeypatch.setattr(ReaderProcess, "receive", too_much)
    accepted = accept_csv(db, 20)
    assert process_chunk(db, scorer, accepted.chunk_id, limits=LIMITS)
    job = get_job(db, ME, accepted.job_id)
    assert (job.state, job.error_code, job.error_values) == ("failed", "too_costly.memory", {"size": 600 << 20})


def full_disk(**_: object) -> IO[bytes]:
    """A file that has room for nothing."""
    return Path("/dev/full").open("r+b", buffering=0)


def test_a_full_scratch_disk_ends_the_job_after_the_usual_attempts(
    db: Database, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_module, "TemporaryFile", full_disk)
    accepted = accept_csv(db, 20)
    for attempt in range(3):
        assert get_job(db, ME, accepted.job_id).state == "ingesting", attempt
        assert not process_chunk(db, scorer, accepted.chunk_id, limits=LIMITS, lease_s=-1)
    job = get_job(db, ME, accepted.job_id)
    assert (job.state, job.error_code, job.retryable) == ("failed", "gave_up_no_room", True)
    assert not process_chunk(db, scorer, accepted.chunk_id, limits=LIMITS)


def test_room_that_comes_back_is_used(db: Database, scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    accepted = accept_csv(db, 20)
    with monkeypatch.context() as full:
        full.setattr(ingest_module, "TemporaryFile", full_disk)
        for _ in range(2):
            assert not process_chunk(db, scorer, accepted.chunk_id, limits=LIMITS, lease_s=-1)
    assert process_chunk(db, scorer, accepted.chunk_id, limits=LIMITS)
    drain(db, scorer, limits=LIMITS)
    assert recount(db, accepted.job_id) == Count("done", 20, 20, 0, 20)


def test_nothing_is_left_in_the_scratch_folder(db: Database, scorer: Scorer, tmp_path: Path) -> None:
    with mock.patch.object(tempfile, "tempdir", str(tmp_path)):
        accept_csv(db, 20)
        drain(db, scorer, limits=LIMITS)
    assert list(tmp_path.glob("reelfeel-scratch-*")) == []


def test_the_stars_of_a_file_are_kept_and_compared_with_the_words(db: Database, scorer: Scorer) -> None:
    """Of five in the file, of ten where they are kept; told on the job, and gone from no count."""
    good, bad = "A superb film, wonderful from start to end.", "A dreadful, boring mess; the worst of the year."
    rows = [(good, "5"), (good, "1"), (bad, "0,5"), (bad, "3"), (good, "great")]
    data = "review,stars\n" + "".join(f'"{text}","{stars}"\n' for text, stars in rows)
    accepted = accept_upload(db, origin(), filename="a.csv", parts=[data.encode()])
    drain(db, scorer, limits=LIMITS)
    with db.read() as session:
        kept = session.scalars(select(Prediction.rating).order_by(Prediction.review_id)).all()
    assert kept == [1000, 200, 100, 600, None]
    sums = get_job(db, ME, accepted.job_id).stars
    assert (sums.rated, sums.agreed, sums.gaps) == (3, 2, 0)
