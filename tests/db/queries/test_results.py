"""Results: one verdict by its job or its number."""

from __future__ import annotations

import pytest

from db.engine import Database
from db.errors import JobNotFinished, NotFound
from db.queries.results import get_result, verdict_of
from db.queue import claim, commit_scores, load_reviews
from db.queue.accept import accept_review
from db.types import Score
from tests.db.steps import ME, must, origin


def test_a_verdict_by_its_job(db: Database) -> None:
    accepted = accept_review(db, origin(reply_to=77, film="Heat"), "good")
    with pytest.raises(JobNotFinished):
        verdict_of(db, accepted.job_id)
    with pytest.raises(NotFound):
        verdict_of(db, 99)
    held = must(claim(db, accepted.chunk_id))
    told = [Score(load_reviews(db, held)[0].review_id, "negative", 0.25, ("not_english",), [(0, 4, -0.5)])]
    assert commit_scores(db, held, told, model="m7")
    found = verdict_of(db, accepted.job_id)
    assert (found.label, found.probability, found.flags, found.model) == ("negative", 0.25, ("not_english",), "m7")
    assert (found.explanation, found.reply_to, found.film) == (((0, 4, -0.5),), 77, "Heat")
    assert found == get_result(db, ME, found.id)
    with pytest.raises(NotFound):
        get_result(db, ME, 99)
