"""The scored rows of a job, as the writers take them."""

from __future__ import annotations

import json

from sqlalchemy import insert, select

from common.aspects import NAMES
from db.engine import Database
from db.queries.aspect_sums import SCALE, of_reviews, rows_of_reviews
from db.tables import Review, aspects
from model import Scorer
from tests.fixtures.chunks import drain
from tests.fixtures.reviews import accept_csv
from worker.files.limits import Limits
from worker.files.writers.aspects import as_json
from worker.jobs.scored_rows import scored_rows, stored_as_json

LIMITS = Limits(max_rows=100, max_unpacked_bytes=1 << 20, max_review_chars=5_000)


def test_rows_come_in_order_with_a_column_of_aspects_only_where_asked(sqlite_db: Database, scorer: Scorer) -> None:
    job = accept_csv(sqlite_db, 4, empty=(2,)).job_id
    drain(sqlite_db, scorer, limits=LIMITS)
    plain, asked = (list(scored_rows(sqlite_db, job, aspects=aspects)) for aspects in (False, True))
    assert [row[0] for row in plain] == [1, 3, 4]
    assert {row[4] for row in plain} == {scorer.version}
    assert [row[:6] for row in asked] == plain
    assert [row[6:] for row in asked] == [("[]",)] * 3


def test_stored_aspects_read_as_those_of_a_scorer_do(sqlite_db: Database, scorer: Scorer) -> None:
    """Every probability that can be stored, each aspect and side, with and without a place in a text."""
    job = accept_csv(sqlite_db, 2).job_id
    drain(sqlite_db, scorer, limits=LIMITS)
    places = [(0, 7), (None, None), (12, 100_000)]
    with sqlite_db.begin() as session:
        ids = list(session.scalars(select(Review.id).where(Review.job_id == job)))
        rows = [
            (ids[0], number, number % len(NAMES), number % 3 - 1, number, *places[number // 3 % 3])
            for number in range(SCALE + 1)
        ]
        session.execute(insert(aspects), [dict(zip(aspects.c.keys(), row, strict=True)) for row in rows])
        stored, judged = rows_of_reviews(session, ids), of_reviews(session, ids)
    assert list(stored) == list(judged) == ids[:1]
    assert stored_as_json(stored[ids[0]]) == as_json(judged[ids[0]])
    assert len(json.loads(stored_as_json(stored[ids[0]]))) == SCALE + 1
    assert stored_as_json(()) == as_json(()) == "[]"
