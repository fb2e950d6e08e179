"""Texts for themes: of the subject and of the rest, readable and decided ones only, bounded."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update

from db.engine import Database
from db.queries import theme_texts as module
from db.queries.theme_texts import theme_texts, theme_texts_of_all
from db.tables import Review, Upload
from db.types import NewReview, ReportFilter, ReviewRow, Score, ThemeTexts
from tests.db.steps import ME, OTHER, done_review, file_job, origin, score_all, seeing


def graded(row: ReviewRow) -> Score:
    """Every third negative, every fifth unclear."""
    label = "uncertain" if row.row_number % 5 == 0 else "negative" if row.row_number % 3 == 0 else "positive"
    return Score(row.review_id, label, {"positive": 0.9, "negative": 0.1, "uncertain": 0.5}[label])


def a_file(db: Database, n: int, film: str, day: date = date(2026, 1, 5), **where: object) -> int:
    reviews = [NewReview(row, f"{film} {row}", film, day) for row in range(1, n + 1)]
    job = file_job(db, reviews, where=origin(**where))  # type: ignore[arg-type]
    score_all(db, job, graded)
    return job


def words(texts: ThemeTexts) -> tuple[set[str], set[str]]:
    """First words of either side."""
    return {one.text.split()[0] for one in texts.subject}, {one.text.split()[0] for one in texts.rest}


@pytest.fixture
def filled(db: Database) -> tuple[Database, int]:
    a_file(db, 20, "Heat")
    job = a_file(db, 10, "Up", date(2026, 2, 5))
    a_file(db, 10, "Shared", owner=OTHER, shared=True)
    a_file(db, 10, "Hidden", owner=OTHER)
    return db, job


def test_subject_and_rest_by_film_job_and_period(filled: tuple[Database, int]) -> None:
    db, job = filled
    everything = {"Heat", "Up", "Shared"}
    for wanted, subject in (
        (ReportFilter(film="heat"), {"Heat"}),
        (ReportFilter(job_id=job), {"Up"}),
        (ReportFilter(since=date(2026, 2, 1)), {"Up"}),
        (ReportFilter(until=date(2026, 1, 31)), {"Heat", "Shared"}),
    ):
        assert words(theme_texts(db, ME, wanted)) == (subject, everything - subject), wanted
    assert words(theme_texts(db, ME, ReportFilter())) == (everything, set())
    assert words(theme_texts_of_all(db, ReportFilter(film="Up"))) == ({"Up"}, {"Heat", "Shared", "Hidden"})
    assert words(theme_texts(db, ME, ReportFilter(film="Hidden"))) == (set(), everything)
    assert words(theme_texts(db, seeing(OTHER, None), ReportFilter(film="Heat"))) == (set(), {"Shared", "Hidden"})


def test_only_readable_and_decided_ones(filled: tuple[Database, int]) -> None:
    db, _ = filled
    with db.begin() as session:
        session.execute(update(Review).where(Review.row_number == 1).values(text=None))
    found = theme_texts(db, ME, ReportFilter(film="Heat"))
    assert {(one.text, one.positive) for one in found.subject} == {
        (f"Heat {row}", row % 3 != 0) for row in range(2, 21) if row % 5
    }
    assert found.whole


def test_who_wrote_it_is_known_of_messages_and_diaries_alone(db: Database) -> None:
    job = a_file(db, 4, "Heat")
    done_review(db, "Heat by message")
    found = theme_texts(db, ME, ReportFilter())
    assert {one.text: one.author for one in found.subject}["Heat by message"] == ME.user_id
    assert {one.author for one in found.subject if one.job_id == job} == {None}
    with db.begin() as session:
        notes = '[["read_note.source", {"name": "Letterboxd"}]]'
        session.execute(update(Upload).where(Upload.job_id == job).values(columns={"text": "review", "notes": notes}))
    assert {one.author for one in theme_texts(db, ME, ReportFilter()).subject} == {ME.user_id}


def test_no_more_than_wanted_and_of_a_file_from_all_over(
    filled: tuple[Database, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    db, job = filled
    monkeypatch.setattr(module, "MOST", 6)
    monkeypatch.setattr(module, "PLACES", 3)
    monkeypatch.setattr(module, "WINDOW", 4)
    newest = theme_texts(db, ME, ReportFilter(film="Heat"))
    assert [one.text for one in newest.subject] == [f"Heat {row}" for row in (19, 18, 17, 16, 14, 13)]
    assert (len(newest.rest), newest.whole) == (6, False)
    spread = theme_texts(db, ME, ReportFilter(job_id=job))
    assert sorted(int(one.text.split()[1]) for one in spread.subject) == [1, 2, 4, 6, 7, 8]
    assert not spread.whole
    everything = theme_texts(db, ME, ReportFilter())
    assert (len(everything.subject), everything.whole) == (6, False)
    monkeypatch.setattr(module, "MOST_CHARS", 20)
    assert len(theme_texts(db, ME, ReportFilter(film="Heat")).subject) == 2


def test_time_is_bounded(filled: tuple[Database, int], monkeypatch: pytest.MonkeyPatch) -> None:
    db, _ = filled
    monkeypatch.setattr(module, "WINDOW", 2)
    monkeypatch.setattr(module, "PATIENCE_S", 0.0)
    found = theme_texts(db, ME, ReportFilter(until=date(2026, 1, 31)))
    assert (list(found.subject), found.whole) == ([], False)
