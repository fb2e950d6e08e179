"""Equal texts of files are scored once by a model, in a chunk, in a job and across jobs; each row keeps its verdict."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from db.engine import Database
from db.privacy.erase_result import delete_result
from db.privacy.retention import purge
from db.queue.accept import accept_upload
from db.tables import KnownVerdict, Prediction, Review
from db.types import ReviewRow, Viewer
from model import Scorer, Verdict
from tests.fixtures.chunks import drain
from tests.fixtures.reviews import OWNER, origin, recount
from worker.files.limits import Limits
from worker.jobs import ingest
from worker.jobs.deduplicate import score_distinct

LIMITS = Limits(max_rows=10_000, max_unpacked_bytes=1 << 20, max_review_chars=5_000)
TEXTS = ["A fine film.", "A dull film.", "A fine film.", "A fine film. "]


class Counting(Scorer):
    """The shipped scorer, which keeps what it was asked."""

    def __init__(self, version: str | None = None) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.version = version or self.version

    def score(self, texts: list[str]) -> list[Verdict]:
        self.asked += texts
        return super().score(texts)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    """Chunks of two rows; how long they take to score is not asked of this scorer."""
    monkeypatch.setattr(ingest, "chunk_rows", lambda scorer, lengths: 2)
    return Counting()


def csv_of(texts: list[str]) -> bytes:
    return ("review\n" + "".join(f'"{text}"\n' for text in texts)).encode()


def scored(db: Database, scorer: Scorer, texts: list[str], *, owner: int = OWNER) -> int:
    """A file of these texts, all the way; its job."""
    where = origin(owner_id=owner)
    accepted = accept_upload(db, where, filename="reviews.csv", parts=[csv_of(texts)])
    drain(db, scorer, limits=LIMITS)
    return accepted.job_id


def verdicts(db: Database, job_id: int) -> list[tuple[str, float, str, str]]:
    columns = (Prediction.label, Prediction.probability, Prediction.flags, Prediction.model)
    query = select(*columns).join(Review, Review.id == Prediction.review_id).where(Review.job_id == job_id)
    with db.read() as session:
        return [tuple(row) for row in session.execute(query.order_by(Review.row_number))]


def known_rows(db: Database) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(KnownVerdict)) or 0


def test_equal_texts_are_scored_once_and_stored_for_every_row(db: Database, counting: Counting) -> None:
    job = scored(db, counting, TEXTS)
    assert sorted(counting.asked) == sorted(set(TEXTS)), "in a chunk and from chunk to chunk"
    found = verdicts(db, job)
    alone = counting.score(TEXTS)
    assert [row[0] for row in found] == [verdict.label for verdict in alone]
    assert [row[1] for row in found] == pytest.approx([verdict.probability for verdict in alone], abs=1e-6)
    assert [row[2] for row in found] == [",".join(verdict.flags) for verdict in alone]
    count = recount(db, job)
    assert (count.state, count.predictions, count.rollup) == ("done", len(TEXTS), len(TEXTS))


def test_another_job_gets_what_would_be_said_again_and_another_user_is_scored_anew(
    db: Database, counting: Counting
) -> None:
    """That two people sent the same text shall not be seen in the database."""
    first = scored(db, counting, TEXTS)
    counting.asked.clear()
    second = scored(db, counting, TEXTS)
    assert counting.asked == []
    other = scored(db, counting, TEXTS, owner=OWNER + 1)
    assert sorted(counting.asked) == sorted(set(TEXTS))
    assert verdicts(db, first) == verdicts(db, second) == verdicts(db, other)


def test_another_model_scores_anew(db: Database, counting: Counting) -> None:
    first = scored(db, counting, TEXTS)
    newer = Counting("another-model")
    second = scored(db, newer, TEXTS)
    assert sorted(newer.asked) == sorted(set(TEXTS))
    assert {row[3] for row in verdicts(db, first)} == {counting.version}
    assert {row[3] for row in verdicts(db, second)} == {"another-model"}


def test_what_is_known_goes_with_the_texts(db: Database, counting: Counting) -> None:
    """By retention, and where an owner deletes one review of a file."""
    job = scored(db, counting, TEXTS)
    assert known_rows(db) == len(set(TEXTS))
    with db.read() as session:
        dull = session.scalars(select(Review.id).where(Review.job_id == job, Review.row_number == 2)).one()
    delete_result(db, Viewer(OWNER), dull)
    assert known_rows(db) == len(set(TEXTS)) - 1
    purge(db, older_than_days=1, at=datetime.now(UTC) + timedelta(days=2))
    assert known_rows(db) == 0
    with db.read() as session:
        assert session.scalar(select(func.count()).where(Review.text_hash.is_not(None))) == 0
    counting.asked.clear()
    scored(db, counting, TEXTS)
    assert sorted(counting.asked) == sorted(set(TEXTS))


def test_nothing_is_asked_where_all_is_known() -> None:
    rows = [ReviewRow(n, n, "same", None, None, 7, 100 * n) for n in (1, 2)]
    known = {7: ("positive", 0.9, ("truncated",), 8.5)}
    scores, new = score_distinct(rows, known, lambda texts: pytest.fail(f"asked for {texts}"))
    assert [(s.review_id, s.label, s.probability, s.flags, s.stars, s.rating) for s in scores] == [
        (1, "positive", 0.9, ("truncated",), 8.5, 100),
        (2, "positive", 0.9, ("truncated",), 8.5, 200),
    ]
    assert new == {}
