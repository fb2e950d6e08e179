"""Explanations: stored once, for the model that gave the verdict, as long as the text is there."""

from __future__ import annotations

from db.engine import Database
from db.privacy.erase_result import delete_result
from db.queries.explanations import count_explained, store_explanation, text_to_explain
from db.queries.results import get_result
from db.queries.search import search
from db.types import SearchFilter, Viewer
from tests.db.steps import ELSEWHERE, ME, OWNER, done_file


def test_an_explanation_is_stored_once_for_its_model(db: Database) -> None:
    done_file(db, 2)
    second, first = (item.id for item in search(db, ME, SearchFilter()).items)
    assert text_to_explain(db, first, model="m2") is None
    assert text_to_explain(db, first, model="m1") == "review number 1"
    assert not store_explanation(db, first, [(0, 6, 0.5)], model="m2")
    assert store_explanation(db, first, [(0, 6, 0.5), (7, 15, -1.0)], model="m1")
    assert not store_explanation(db, first, [(0, 1, 9.0)], model="m1")
    assert get_result(db, ME, first).explanation == ((0, 6, 0.5), (7, 15, -1.0))
    assert text_to_explain(db, first, model="m1") is None
    assert count_explained(db, ME, [first, second]) == 1
    assert count_explained(db, Viewer(OWNER, ELSEWHERE), [first, second]) == 0
    delete_result(db, ME, second)
    assert not store_explanation(db, second, [(0, 1, 1.0)], model="m1")
