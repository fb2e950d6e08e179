"""From claim to commit, on both databases, without a broker."""

from __future__ import annotations

import csv
import errno
import io
import logging
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from db.engine import Database
from db.queries.jobs import get_job, list_outputs, read_output
from db.queries.results import verdict_of
from db.queue import cancel, choose_column, claim, sweep
from db.queue.accept import accept_upload
from db.types import Viewer
from model import Explanation, Scorer, Verdict
from tests.fixtures.reviews import OWNER, Count, accept_csv, accept_text, csv_file, origin, recount, review
from tests.fixtures.workers import wait_until
from worker.files.limits import Limits
from worker.jobs.chunk import drain, process_chunk
from worker.jobs.ingest import LEAST_CHUNK_ROWS, MOST_CHUNK_ROWS, chunk_rows
from worker.jobs.lease_keeper import LeaseKeeper, LeaseLost

LIMITS = Limits(max_rows=10_000, max_unpacked_bytes=1 << 20, max_review_chars=5_000)
ME = Viewer(OWNER)


class Delicate(Scorer):
    """The shipped scorer, which however chokes on any text that says so."""

    def score(self, texts: list[str]) -> list[Verdict]:
        if any("POISON" in text for text in texts):
            raise ValueError(f"cannot read {texts[0]}")
        return super().score(texts)


def outputs(db: Database, job_id: int) -> dict[str, list[list[str]]]:
    files = {}
    for output in list_outputs(db, ME, job_id):
        text = b"".join(read_output(db, ME, output.blob_id)).decode("utf-8-sig")
        files[output.kind] = list(csv.reader(io.StringIO(text)))
    return files


def test_a_review_is_scored_explained_and_told(db: Database, scorer: Scorer) -> None:
    accepted = accept_text(db)
    changed: list[int] = []
    assert process_chunk(db, scorer, accepted.chunk_id, limits=LIMITS, on_change=changed.append)
    result = verdict_of(db, accepted.job_id)
    expected = scorer.explain(review(1))
    assert result.probability == pytest.approx(expected.verdict.probability, abs=1e-6)
    assert result.label == expected.verdict.label
    assert result.model == scorer.version
    assert result.explanation is not None
    assert [s[:2] for s in result.explanation] == [(s.start, s.end) for s in expected.sentences]
    assert changed == [accepted.job_id]


class Cramped(Scorer):
    """A scorer on a machine whose disk is full."""

    def explain(self, text: str) -> Explanation:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_costs_a_review_no_attempt(sqlite_db: Database, scorer: Scorer) -> None:
    accepted, cramped = accept_text(sqlite_db), Cramped()
    for _ in range(5):
        assert not process_chunk(sqlite_db, cramped, accepted.chunk_id, limits=LIMITS, lease_s=-1)
    assert process_chunk(sqlite_db, scorer, accepted.chunk_id, limits=LIMITS)
    assert recount(sqlite_db, accepted.job_id) == Count("done", 1, 1, 0, 1)


class Mixed(Scorer):
    """A scorer that finds every review mixed."""

    def explain(self, text: str) -> Explanation:
        return replace(super().explain(text), mixed=True)


def test_a_mixed_review_is_flagged_beside_its_label(db: Database, scorer: Scorer) -> None:
    accepted = accept_text(db)
    assert process_chunk(db, Mixed(), accepted.chunk_id, limits=LIMITS)
    result = verdict_of(db, accepted.job_id)
    assert result.flags == (*scorer.score([review(1)])[0].flags, "mixed")
    assert result.label == scorer.score([review(1)])[0].label


def test_a_message_delivered_twice_does_no_harm(db: Database, scorer: Scorer) -> None:
    accepted = accept_text(db)
    assert process_chunk(db, scorer, accepted.chunk_id, limits=LIMITS)
    assert not process_chunk(db, scorer, accepted.chunk_id, limits=LIMITS)
    assert recount(db, accepted.job_id) == Count("done", 1, 1, 0, 1)


def test_a_file_comes_back_scored_with_its_rejected_rows(db: Database, scorer: Scorer) -> None:
    accepted = accept_csv(db, 250, empty=(3, 249))
    drain(db, scorer, limits=LIMITS)
    assert recount(db, accepted.job_id) == Count("done", 248, 248, 2, 248)
    files = outputs(db, accepted.job_id)
    header, *rows = files["scored"]
    assert header == ["id", "review", "label", "probability", "flags", "model"]
    assert [row[0] for row in rows] == [str(n) for n in range(1, 251)]
    assert rows[2][2:4] == ["", ""]
    assert float(rows[9][3]) == pytest.approx(scorer.score([review(10)])[0].probability, abs=1e-4)
    assert [row[0] for row in files["rejected"][1:]] == ["3", "249"]


def test_a_file_without_bad_rows_has_no_second_file(db: Database, scorer: Scorer) -> None:
    accepted = accept_csv(db, 3)
    drain(db, scorer, limits=LIMITS)
    assert set(outputs(db, accepted.job_id)) == {"scored"}


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


def test_one_poisoned_row_never_fails_the_rest(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    body = csv_file(40).decode().replace("scene 17 ", "POISON ")
    accepted = accept_upload(db, origin(), filename="reviews.csv", parts=[body.encode()])
    with caplog.at_level(logging.DEBUG):
        drain(db, Delicate(), limits=LIMITS)
    assert recount(db, accepted.job_id) == Count("done", 40, 39, 1, 39)
    assert [row[0] for row in outputs(db, accepted.job_id)["rejected"][1:]] == ["17"]
    assert "ValueError" in caplog.text
    assert "POISON" not in caplog.text
    assert "scene" not in caplog.text


def test_a_cancelled_job_ends_long_work_and_stores_nothing(db: Database, scorer: Scorer) -> None:
    accepted = accept_csv(db, 20)
    held = claim(db, accepted.chunk_id, lease_s=0.3)
    assert held is not None
    with LeaseKeeper(db, held, lease_s=0.3) as lease:
        lease.check()
        cancel(db, ME, accepted.job_id)
        wait_until(lambda: lease.lost, 10, what="the loss of the lease")
        with pytest.raises(LeaseLost):
            lease.check()
    assert sweep(db, slots=4) == []
    assert recount(db, accepted.job_id) == Count("cancelled", 0, 0, 0, 0)


def test_long_work_keeps_its_lease(db: Database) -> None:
    accepted = accept_csv(db, 20)
    held = claim(db, accepted.chunk_id, lease_s=0.6)
    assert held is not None
    with LeaseKeeper(db, held, lease_s=0.6) as lease:
        wait_until(lambda: lease.extensions >= 6, 10, what="the sixth extension")
        assert claim(db, accepted.chunk_id) is None


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
    [(0.0, MOST_CHUNK_ROWS, MOST_CHUNK_ROWS), (0.001, 500, 800), (0.01, LEAST_CHUNK_ROWS, LEAST_CHUNK_ROWS)],
)
def test_a_chunk_takes_about_eight_tenths_of_a_second(seconds_a_row: float, least: int, most: int) -> None:
    assert least <= chunk_rows(Paced(seconds_a_row), [40] * 32) <= most


def test_chunks_of_no_rows_have_a_size_all_the_same(scorer: Scorer) -> None:
    assert chunk_rows(scorer, []) == LEAST_CHUNK_ROWS
