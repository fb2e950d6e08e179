"""Migration 0012 with rows present, on both databases: what was shared is for who sees its channel, nothing is lost."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import text

from db.engine import Database
from db.errors import NotFound
from db.migrate import check, config, upgrade
from db.queries.results import get_result
from db.types import Viewer
from tests.db.steps import GUILD, ME, MEMBER, OTHER, check_invariants, done_file, done_review, origin

BEFORE = "0011"


def test_what_was_shared_is_for_who_sees_its_channel(any_url: str) -> None:
    db = Database(any_url)
    shared, nowhere, private = (done_review(db, where=origin(shared=one)) for one in (True, True, False))
    looks_sealed = done_review(db, "words")
    done_file(db, 3)
    db.dispose()
    command.downgrade(config(any_url), BEFORE)
    with db.engine.begin() as connection:
        of_job = {"id": nowhere}
        connection.execute(
            text("UPDATE jobs SET channel_id = NULL WHERE id = (SELECT job_id FROM reviews WHERE id = :id)"), of_job
        )
        connection.execute(text("UPDATE reviews SET text = 'sealed:2:words' WHERE id = :id"), {"id": looks_sealed})
        connection.execute(
            text(
                "INSERT INTO known_verdicts (text_hash, model, label, probability, flags) VALUES (1, 'm', :l, 0.5, '')"
            ),
            {"l": "positive"},
        )
    db.dispose()

    upgrade(any_url)
    assert check(any_url) == []
    assert get_result(db, MEMBER, shared).text == "a fine film"
    for result, viewer in ((shared, Viewer(OTHER, GUILD)), (nowhere, MEMBER), (private, MEMBER)):
        with pytest.raises(NotFound):
            get_result(db, viewer, result)
    assert get_result(db, ME, nowhere).text == "a fine film"
    assert get_result(db, ME, looks_sealed).text == "sealed:2:words"
    with db.read() as session:
        assert session.execute(text("SELECT count(*) FROM known_verdicts")).scalar() == 0
    check_invariants(db)
    db.dispose()
