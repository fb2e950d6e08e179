"""Corrections: one a person, and the verdict stays."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db.engine import Database
from db.queries.corrections import correct
from db.queries.results import get_result
from db.tables import Correction
from db.types import Viewer
from tests.db.steps import GUILD, ME, OTHER, done_review, origin


def test_a_second_correction_replaces_the_first_and_changes_no_verdict(db: Database) -> None:
    result = done_review(db, where=origin(shared=True))
    correct(db, ME, result, "negative", "no\x00 note")
    correct(db, ME, result, "uncertain")
    correct(db, Viewer(OTHER, GUILD), result, "positive")
    with pytest.raises(ValueError, match="great"):
        correct(db, ME, result, "great")
    with db.read() as session:
        found = session.execute(select(Correction.user_id, Correction.label, Correction.note).order_by(Correction.id))
        assert [tuple(row) for row in found] == [(1, "uncertain", None), (2, "positive", None)]
    assert get_result(db, ME, result).label == "positive"
