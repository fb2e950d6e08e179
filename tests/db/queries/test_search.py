"""Search in pages against the same results from pandas."""

from __future__ import annotations

from datetime import date

import pytest

from db.crypto import new_key
from db.engine import Database
from db.errors import BadCursor, TextSearchOff
from db.queries import search as search_module
from db.queries.search import count_hits, iter_results, search
from db.queue import claim, commit_scores, load_reviews
from db.types import HitCount, NewReview, ResultView, Score, SearchFilter
from tests.db.queries.random_results import fill, frame
from tests.db.steps import ME, chunks, done_file, file_job, must


@pytest.fixture(scope="module")
def filled(module_db: Database) -> Database:
    """Own, shared by another, and hidden results, for reading."""
    return fill(module_db)


def pages(db: Database, wanted: SearchFilter, limit: int) -> list[ResultView]:
    found: list[ResultView] = []
    cursor = None
    while True:
        page = search(db, ME, wanted, cursor=cursor, limit=limit)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found
        assert len(page.items) == limit


@pytest.mark.parametrize(
    "wanted",
    [
        SearchFilter(),
        SearchFilter(sort="probability"),
        SearchFilter(label="negative", min_probability=0.5),
        SearchFilter(min_probability=0.9),
        SearchFilter(min_probability=0.9, sort="probability"),
        SearchFilter(label="uncertain", min_probability=0.6, sort="probability"),
        SearchFilter(film="alien"),
        SearchFilter(film="Amélie", sort="probability"),
        SearchFilter(since=date(2025, 1, 1), until=date(2025, 1, 10)),
        SearchFilter(query="GOOD film"),
        SearchFilter(query="100%"),
        SearchFilter(query="re_iew"),
    ],
    ids=str,
)
def test_pages_hold_every_match_once_and_in_order(filled: Database, wanted: SearchFilter) -> None:
    expected = frame(filled)
    if wanted.label:
        expected = expected[expected.label == wanted.label]
    if wanted.min_probability is not None:
        sure = expected.probability.where(expected.label == "positive", 1 - expected.probability)
        either = expected[["probability"]].assign(other=1 - expected.probability).max(axis=1)
        expected = expected[sure.where(expected.label != "uncertain", either) >= wanted.min_probability]
    if wanted.film:
        expected = expected[expected.film.str.lower() == wanted.film.lower()]
    if wanted.since and wanted.until:
        expected = expected[(expected.day >= wanted.since) & (expected.day <= wanted.until)]
    if wanted.query:
        texts = {item.id: item.text or "" for item in pages(filled, SearchFilter(), 1000)}
        words = wanted.query.lower().split()
        expected = expected[[all(word in texts[id_] for word in words) for id_ in expected.review_id]]
    by = ["probability", "review_id"] if wanted.sort == "probability" else ["review_id"]
    assert count_hits(filled, ME, wanted) == HitCount(len(expected), whole=True)
    for limit in (13, 1000):
        page = search(filled, ME, wanted, limit=limit)
        assert count_hits(filled, ME, wanted, page=page) == HitCount(len(expected), whole=True)
        found = [item.id for item in pages(filled, wanted, limit)]
        assert found == list(expected.sort_values(by, ascending=False).review_id)
    assert [one.id for one in iter_results(filled, ME, wanted, page_rows=13)] == found


def test_hits_are_counted_to_a_bound(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_module, "COUNTED", 20)
    assert count_hits(filled, ME, SearchFilter()) == HitCount(20, whole=False)
    for limit in (7, 19, 20, 21, 1000):
        page = search(filled, ME, SearchFilter(), limit=limit)
        assert count_hits(filled, ME, SearchFilter(), page=page).found == (20 if page.next_cursor else len(page.items))


def test_what_the_first_page_looked_through_is_not_looked_through_again(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[object] = []
    scan = search_module._scan
    monkeypatch.setattr(search_module, "_scan", lambda *args: begun.append(args[2]) or scan(*args))  # type: ignore[func-returns-value]
    page = search(filled, ME, SearchFilter(), limit=7)
    count_hits(filled, ME, SearchFilter(), page=page)
    assert begun == [None, (0.0, page.items[-1].id)]
    count_hits(filled, ME, SearchFilter(), page=search(filled, ME, SearchFilter(), limit=1000))
    assert len(begun) == 3


@pytest.mark.parametrize("cursor", ["", "x", "n:x", "p:0.5:3", "n:1:2", "n:"])
def test_a_cursor_of_another_search_is_refused(db: Database, cursor: str) -> None:
    with pytest.raises(BadCursor):
        search(db, ME, SearchFilter(), cursor=cursor)


def test_results_of_an_unfinished_job_are_there_already(db: Database) -> None:
    done_file(db, 2)
    job_id = file_job(db, 4)
    held = must(claim(db, chunks(db, job_id, "pending")[0]))
    commit_scores(db, held, [Score(r.review_id, "positive", 0.9) for r in load_reviews(db, held)], model="m1")
    assert len(search(db, ME, SearchFilter(job_id=job_id)).items) == 2


def all_of(db: Database, wanted: SearchFilter, *, limit: int, patience_s: float) -> tuple[list[int], int]:
    """Ids over all pages, and how many pages said that they were partial."""
    ids: list[int] = []
    cursor, partial = None, 0
    while True:
        page = search(db, ME, wanted, cursor=cursor, limit=limit, patience_s=patience_s)
        ids += [item.id for item in page.items]
        partial += page.partial
        cursor = page.next_cursor
        if cursor is None:
            return ids, partial


@pytest.mark.parametrize(
    "wanted",
    [
        SearchFilter(query="good"),
        SearchFilter(label="negative"),
        SearchFilter(query="good", sort="probability"),
        SearchFilter(since=date(2025, 1, 1), sort="probability"),
        SearchFilter(film="heat", query="bad"),
        SearchFilter(film="heat", query="bad", sort="probability"),
    ],
    ids=str,
)
def test_nothing_is_lost_at_the_edge_of_a_window(
    filled: Database, monkeypatch: pytest.MonkeyPatch, wanted: SearchFilter
) -> None:
    in_one_window = all_of(filled, wanted, limit=1000, patience_s=60)[0]
    assert len(in_one_window) > 30
    monkeypatch.setattr(search_module, "FIRST_WINDOW", 3)
    monkeypatch.setattr(search_module, "LARGEST_WINDOW", 40)
    for limit in (50, 1000):
        assert all_of(filled, wanted, limit=limit, patience_s=60) == (in_one_window, 0)
    monkeypatch.setattr(search_module, "FIRST_WINDOW", 16)
    ids, partial = all_of(filled, wanted, limit=1000, patience_s=0)
    assert ids == in_one_window
    assert partial > 3


def test_all_results_of_one_job(filled: Database) -> None:
    job_id = min(one.job_id for one in search(filled, ME, SearchFilter(), limit=1000).items)
    for wanted in (SearchFilter(job_id=job_id), SearchFilter(job_id=job_id, sort="probability", film="heat")):
        found = [one.id for one in iter_results(filled, ME, wanted, page_rows=7)]
        assert found == [one.id for one in pages(filled, wanted, 1000)] != []
    assert list(iter_results(filled, ME, SearchFilter(film="of nobody"))) == []


def test_words_are_found_in_sealed_texts(sqlite_url: str) -> None:
    sealing = Database(sqlite_url, text_keys=(new_key(),))
    try:
        done_file(sealing, [NewReview(n, text) for n, text in enumerate(("A GOOD Film", "a bad film", "good"), 1)])
        wanted = SearchFilter(query="film good")
        with pytest.raises(TextSearchOff):
            search(sealing, ME, wanted)
        assert [one.row_number for one in iter_results(sealing, ME, wanted, page_rows=1)] == [1]
    finally:
        sealing.dispose()
