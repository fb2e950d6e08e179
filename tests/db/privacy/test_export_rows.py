"""Rows of a user's export: all of them, wherever a page ends."""

from __future__ import annotations

from typing import Any

import pytest

from db.engine import Database
from db.privacy import export_rows
from db.privacy.export_rows import own_corrections, own_files, own_jobs, own_notices, own_reviews
from db.queries import aspect_sums
from db.queries.corrections import correct
from db.types import NewReview, Viewer
from tests.db.steps import ME, OTHER, done_file, done_review, origin


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5])
def test_every_row_is_there_wherever_a_page_ends(db: Database, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(export_rows, "PAGE", 2)
    done_file(db, 2, where=origin(OTHER))
    jobs = [done_file(db, rows)]
    for _ in range(rows):
        correct(db, ME, done_review(db), "negative")
    reviews = list(own_reviews(db, ME))
    assert [row["row_number"] for row in reviews] == [*range(1, rows + 1), *[1] * rows]
    assert all(row["label"] and row["text"] for row in reviews)
    assert len(list(own_jobs(db, ME))) == 1 + rows
    assert len(list(own_corrections(db, ME))) == rows
    assert [row["job_id"] for row in own_notices(db, ME)] == jobs
    assert [file.kind for file in own_files(db, ME)] == ["upload", "scored"]
    assert list(own_corrections(db, Viewer(OTHER))) == []


def test_aspects_are_read_a_page_at_a_time(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    done_file(db, 5)
    asked: list[int] = []

    def of_reviews(session: Any, ids: list[int]) -> Any:
        asked.append(len(ids))
        return aspect_sums.of_reviews(session, ids)

    monkeypatch.setattr(export_rows, "PAGE", 2)
    monkeypatch.setattr(export_rows, "of_reviews", of_reviews)
    assert [[one["name"] for one in row["aspects"]] for row in own_reviews(db, ME)] == [
        ["acting"], ["acting", "acting", "film"], [], ["acting"], [],
    ]  # fmt: skip
    assert asked == [2, 2, 1]


def test_stars_and_what_was_found_in_a_file_are_in_it(db: Database) -> None:
    done_file(db, [NewReview(n, f"text {n}", rating=100 * n) for n in range(1, 5)])
    assert [(row["stars"], row["mixed"], row["rating"]) for row in own_reviews(db, ME)] == [
        (None, None, 100), (2.0, None, 200), (None, None, 300), (3.0, None, 400),
    ]  # fmt: skip
    assert [row["hygiene"] for row in own_jobs(db, ME)] == [{}]
