"""Short ways through the real functions, and the invariants that hold after every one of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence

from alembic import command
from sqlalchemy import func, select, update

from common.aspects import Polarity
from db.clock import db_time
from db.engine import Database
from db.migrate import check, config, upgrade
from db.queries.summaries import roll_up_due
from db.queue import claim, commit_scores, finish_ingest, finish_job, ingest_rows, load_reviews, sweep, write_blob
from db.queue.accept import accept_review, accept_upload
from db.queue.job_counts import recount, stored_counts
from db.tables import Chunk, Job, Prediction, Review
from db.types import (
    TERMINAL,
    Accepted,
    Claim,
    JobState,
    Judged,
    NewRejected,
    NewReview,
    Origin,
    Output,
    ReviewRow,
    Score,
    Viewer,
)

OWNER, OTHER, GUILD, ELSEWHERE = 1, 2, 10, 20
CHANNEL = 5
"""Where every event of `origin` happens; whoever asks there sees what was shared there."""
ME = Viewer(OWNER, GUILD, frozenset({CHANNEL}))
MEMBER = Viewer(OTHER, GUILD, frozenset({CHANNEL}))
_events = itertools.count(1000)


def origin(owner: int = OWNER, guild: int | None = GUILD, *, event: int | None = None, **more: object) -> Origin:
    """An event of its own unless `event` is given."""
    return Origin(owner, guild, CHANNEL, "message", event or next(_events), **more)  # type: ignore[arg-type]


def seeing(user: int, guild: int | None = GUILD) -> Viewer:
    """Somebody who sees the channel of `origin`."""
    return Viewer(user, guild, frozenset({CHANNEL}))


def new_reviews(n: int, **more: object) -> list[NewReview]:
    return [NewReview(row, f"review number {row}", **more) for row in range(1, n + 1)]  # type: ignore[arg-type]


def uploaded(db: Database, where: Origin | None = None) -> tuple[Accepted, Claim]:
    """A file job whose ingest is claimed."""
    accepted = accept_upload(db, where or origin(), filename="reviews.csv", parts=[b"text\n", b"good\n"])
    return accepted, must(claim(db, accepted.chunk_id))


def file_job(
    db: Database,
    reviews: int | Sequence[NewReview] = 4,
    *,
    rejected: Sequence[NewRejected] = (),
    chunk_rows: int = 2,
    where: Origin | None = None,
) -> int:
    """A file job that is read and waits to be scored."""
    accepted, held = uploaded(db, where)
    rows = new_reviews(reviews) if isinstance(reviews, int) else reviews
    assert ingest_rows(db, held, rows, rejected)
    total = len(rows) + len(rejected)
    assert finish_ingest(db, held, chunk_rows=chunk_rows, rows_total=total, columns={"text": "text"})
    return accepted.job_id


def verdict(row: ReviewRow) -> Score:
    """A score that depends on the row alone: labels take turns, probabilities cover all bins."""
    label = ("positive", "negative", "uncertain")[row.row_number % 3]
    odd = row.row_number % 2
    stars = None if odd else 1 + row.row_number % 19 / 2
    told = ("too_short",) if odd else ()
    return Score(
        row.review_id, label, (row.row_number % 21) / 20, told, stars=stars, rating=row.rating, aspects=judged(row)
    )


def judged(row: ReviewRow) -> tuple[Judged, ...]:
    """Aspects that depend on the row alone: none, one, or two clauses on the same and one on another."""
    sides: tuple[Polarity, ...] = ("positive", "negative", "neutral")
    one = Judged("acting", 0, 6, sides[row.row_number % 3], (row.row_number % 11) / 10)
    return ((), (one,), (one, one._replace(start=7, end=9), Judged("film", 0, 9, "negative", 0.125)))[
        row.row_number % 5 % 3
    ]


def commit(db: Database, held: Claim, *, model: str = "m1") -> bool:
    """Scores what is claimed and commits it."""
    return commit_scores(db, held, [verdict(row) for row in load_reviews(db, held)], model=model)


def score_all(db: Database, job_id: int, score: Callable[[ReviewRow], Score], *, model: str = "m1") -> None:
    """Scores every pending chunk of a file job as `score` says."""
    for chunk in chunks(db, job_id, "pending", "queued"):
        held = must(claim(db, chunk))
        if held.kind == "score":
            assert commit_scores(db, held, [score(row) for row in load_reviews(db, held)], model=model)
        else:
            assert finish(db, held)


def done_file(db: Database, reviews: int | Sequence[NewReview] = 4, **more: object) -> int:
    """A file job, all the way."""
    job_id = file_job(db, reviews, **more)  # type: ignore[arg-type]
    drain(db)
    return job_id


def done_file_from(revision: str, url: str) -> tuple[Database, int]:
    """(the newest database, the number of a file job in it): six reviews that the schema of an older revision kept."""
    db = Database(url)
    job_id = done_file(db, 6)
    roll_up_due(db)
    db.dispose()
    command.downgrade(config(url), revision)
    upgrade(url)
    assert check(url) == []
    return db, job_id


def done_review(db: Database, text: str = "a fine film", where: Origin | None = None, *, score: float = 0.9) -> int:
    """A scored message; the id of its result."""
    held = must(claim(db, accept_review(db, where or origin(), text).chunk_id))
    (row,) = load_reviews(db, held)
    label = "positive" if score > 0.6 else "negative" if score < 0.4 else "uncertain"
    told = [Score(row.review_id, label, score, (), [(0, len(text), 1.5)])]
    assert commit_scores(db, held, told, model="m1")
    return row.review_id


def finish(db: Database, held: Claim) -> bool:
    """Writes the outputs of a claimed finish chunk."""
    return finish_job(
        db, held, [Output("scored", "reviews.scored.csv", write_blob(db, [b"text,label\n"], owner=must_own(db, held)))]
    )


def must_own(db: Database, held: Claim) -> int:
    """Whose the claimed job is."""
    with db.read() as session:
        return session.get_one(Job, held.job_id).owner_id


def work(db: Database, chunk_id: int) -> bool:
    """One worker's answer to one ring; ingest chunks are left alone."""
    held = claim(db, chunk_id)
    if held is None:
        return False
    return finish(db, held) if held.kind == "finish" else commit(db, held)


def drain(db: Database, *, limit: int = 500) -> None:
    """Sweeps and works until no ring is left."""
    for _ in range(limit):
        rings = sweep(db, slots=2)
        if not rings:
            return
        for ring in rings:
            work(db, ring.chunk_id)
    raise AssertionError("the queue never runs empty")


def must(held: Claim | None) -> Claim:
    """The claim; the test fails without one."""
    assert held is not None
    return held


def chunks(db: Database, job_id: int, *states: str) -> list[int]:
    """Ids of a job's chunks, of all states unless some are given."""
    query = select(Chunk.id).where(Chunk.job_id == job_id).order_by(Chunk.id)
    with db.read() as session:
        return list(session.scalars(query.where(Chunk.state.in_(states)) if states else query))


def state(db: Database, job_id: int) -> JobState:
    """The job's state."""
    with db.read() as session:
        return session.get_one(Job, job_id).state


def predictions(db: Database, job_id: int) -> int:
    """How many verdicts are stored for the job."""
    with db.read() as session:
        return session.scalar(select(func.count()).where(Prediction.job_id == job_id)) or 0


def models(db: Database, job_id: int) -> set[str]:
    """Which models' verdicts are stored for the job."""
    with db.read() as session:
        return set(session.scalars(select(Prediction.model).where(Prediction.job_id == job_id)))


def age(db: Database, column: str, seconds: float, ids: Iterable[int]) -> None:
    """Makes a time of chunks older, instead of sleeping."""
    with db.begin() as session:
        session.execute(update(Chunk).where(Chunk.id.in_(list(ids))).values(**{column: db_time(-seconds)}))


def check_invariants(db: Database) -> None:
    """accepted = done + failed + cancelled, rollups = recount, nothing open in an ended job. Raises AssertionError."""
    with db.read() as session:
        jobs = session.scalars(select(Job)).all()
        for job in jobs:
            open_chunks = select(func.count()).where(
                Chunk.job_id == job.id, Chunk.state.in_(("pending", "queued", "running"))
            )
            reviews = session.scalar(select(func.count()).where(Review.job_id == job.id)) or 0
            assert stored_counts(job) == recount(db, job.id), f"job {job.id}: rollups differ from a recount"
            assert sum(job.histogram) == job.rows_done == predictions(db, job.id)
            assert job.rows_done + job.rows_failed <= reviews
            if job.state in TERMINAL:
                assert job.finished_at is not None
                assert session.scalar(open_chunks) == 0, f"job {job.id} ended with open chunks"
            elif job.state != "needs_column":
                assert session.scalar(open_chunks), f"job {job.id} is stuck in {job.state}"
            if job.state == "done":
                assert job.rows_total == job.rows_done + job.rows_rejected + job.rows_failed
                assert reviews == job.rows_done + job.rows_failed


def all_ended(db: Database) -> None:
    """Every job came to an end."""
    with db.read() as session:
        assert not session.scalars(select(Job.id).where(Job.state.not_in(TERMINAL))).all()
