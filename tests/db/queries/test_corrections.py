"""Corrections: one a person, and the verdict stays."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db.engine import Database
from db.queries.corrections import correct, corrections_of, quality, quality_of_all
from db.queries.results import get_result
from db.tables import Correction
from tests.db.steps import ME, MEMBER, done_review, origin


def test_a_second_correction_replaces_the_first_and_changes_no_verdict(db: Database) -> None:
    result = done_review(db, where=origin(shared=True))
    correct(db, ME, result, "negative", "no\x00 note")
    correct(db, ME, result, "uncertain")
    correct(db, MEMBER, result, "positive")
    with pytest.raises(ValueError, match="great"):
        correct(db, ME, result, "great")
    with db.read() as session:
        found = session.execute(select(Correction.user_id, Correction.label, Correction.note).order_by(Correction.id))
        assert [tuple(row) for row in found] == [(1, "uncertain", None), (2, "positive", None)]
    assert get_result(db, ME, result).label == "positive"


def test_a_note_is_kept_up_to_five_hundred_characters(db: Database) -> None:
    result = done_review(db)
    for length, stored in ((499, 499), (500, 500), (501, 500)):
        correct(db, ME, result, "negative", " " + "n" * length + " ")
        assert len(corrections_of(db, ME, result).note or "") == stored
    correct(db, ME, result, "negative", "   ")
    assert corrections_of(db, ME, result).note is None


def test_quality_counts_agreement_by_model(db: Database) -> None:
    results = [done_review(db, score=0.9) for _ in range(2)]
    correct(db, ME, results[0], "positive")
    correct(db, ME, results[1], "negative")
    assert [(one.model, one.corrections, one.agreed) for one in quality(db, ME)] == [("m1", 2, 1)]
    assert quality_of_all(db) == quality(db, ME)
    assert quality(db, MEMBER) == []
