"""Scoring: a chunk's verdicts are those of its own reviews, all of them."""

from __future__ import annotations

import pytest

from db.engine import Database
from db.queue import (
    claim,
    commit_scores,
    load_reviews,
)
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
