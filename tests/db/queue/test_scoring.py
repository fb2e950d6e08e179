"""Scoring: a chunk's verdicts are those of its own reviews, all of them."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from db.engine import Database
from db.queries.aspect_sums import of_reviews
from db.queue import (
    claim,
    commit_scores,
    load_reviews,
    scoring,
)
from db.tables import aspects
from db.types import Judged, ReviewRow
from tests.db.steps import (
    check_invariants,
    chunks,
    commit,
    file_job,
    must,
    predictions,
    verdict,
)


def test_scores_must_be_one_for_each_review(db: Database) -> None:
    job_id = file_job(db, 2, chunk_rows=2)
    other = file_job(db, 2, chunk_rows=2)
    held = must(claim(db, chunks(db, job_id, "pending")[0]))
    foreign = must(claim(db, chunks(db, other, "pending")[0]))
    scores = [verdict(row) for row in load_reviews(db, held)]
    for wrong in (scores[:1], [scores[0]] * 2, []):
        with pytest.raises(ValueError, match="2 reviews"):
            commit_scores(db, held, wrong, model="m1")
    with pytest.raises(ValueError, match="not its own"):
        commit_scores(db, foreign, scores, model="m1")
    assert predictions(db, job_id) == predictions(db, other) == 0
    assert commit_scores(db, held, scores, model="m1")
    assert commit(db, foreign)
    check_invariants(db)


def test_aspects_are_stored_once_beside_new_verdicts_and_beside_old_ones(db: Database) -> None:
    """Those of new verdicts go in without a look for rows that are there; another transaction may have stored some."""
    job_id = file_job(db, 8, chunk_rows=8)
    held = must(claim(db, chunks(db, job_id, "pending")[0]))
    rows = load_reviews(db, held)
    scores = [verdict(row) for row in rows]
    wanted = {score.review_id: score.aspects for score in scores if score.aspects}
    assert {len(found) for found in wanted.values()} == {1, 3}
    with db.begin() as session:  # as of an attempt that stored half
        assert scoring._store(session, job_id, scores[:4], "m1") == 4
        assert of_reviews(session, [row.review_id for row in rows]) == _of(wanted, rows[:4])
        session.execute(update(aspects).values(ends=None))  # its rows are left as they are
    assert commit_scores(db, held, scores, model="m1")
    with db.read() as session:
        found = of_reviews(session, [row.review_id for row in rows])
    kept = {id_: tuple(one._replace(end=None) for one in own) for id_, own in _of(wanted, rows[:4]).items()}
    assert found == kept | _of(wanted, rows[4:])
    check_invariants(db)


def _of(wanted: dict[int, tuple[Judged, ...]], rows: list[ReviewRow]) -> dict[int, tuple[Judged, ...]]:
    return {row.review_id: wanted[row.review_id] for row in rows if row.review_id in wanted}
