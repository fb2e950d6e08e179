"""Faults around deletion notice what they are there for; here without workers, on a database alone."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest

from db.engine import Database
from db.privacy import clock_guard
from db.queue import claim, finish_ingest, ingest_rows
from tests.db.steps import chunks, commit, must, new_reviews
from tests.faults import deletions
from tests.faults.strike import Strike


@pytest.fixture
def strike(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> Strike:
    """A fault's moment; half of each file is scored as soon as somebody waits for that."""

    def work(one: Any, what: object) -> None:
        held = must(claim(one.db, chunks(one.db, one.job)[0]))
        assert ingest_rows(one.db, held, new_reviews(4), [])
        assert finish_ingest(one.db, held, chunk_rows=2, rows_total=4, columns={"text": "review"})
        assert commit(one.db, must(claim(one.db, chunks(one.db, one.job, "pending")[0])))

    monkeypatch.setattr(deletions.Person, "wait_for", work)
    stage: Any = SimpleNamespace(db=sqlite_db)
    return Strike(stage, crowd=None, dice=random.Random(1))  # type: ignore[arg-type]


def test_what_is_left_after_a_deletion_is_noticed(strike: Strike) -> None:
    one = deletions.Person(strike)
    one.wait_for(lambda job: job.rows_done > 0)
    one.check_gone()
    said = " ".join(strike.broken)
    for word in ("4 texts", "1 uploads", "1 files", "1 jobs with their owner", "2 verdicts with", "is active"):
        assert word in said
    strike.broken.clear()
    one.erase()
    one.check_gone()
    assert strike.broken == []
    assert {one.number, -one.job} == strike.events


def test_a_purge_by_a_wrong_clock_is_noticed(strike: Strike, monkeypatch: pytest.MonkeyPatch) -> None:
    deletions.step_during_a_purge(strike)
    assert strike.broken == []
    monkeypatch.setattr(clock_guard, "doubt", lambda db, at: None)
    deletions.step_during_a_purge(strike)
    assert strike.broken == ["a wrong clock deleted 4 of 4 texts"]
