"""Film names that a caller may be offered, the latest first."""

from __future__ import annotations

import pytest

from db.engine import Database
from db.queries import films as films_module
from db.queries.films import list_films
from db.types import Origin, Viewer
from tests.db.steps import done_review

HERE = frozenset({7})


@pytest.fixture
def films(db: Database) -> Database:
    """Verdicts of user 1 in server 5, in server 6 and in a direct message, and shared ones of user 2 in server 5."""
    for event, (owner, guild, shared, film) in enumerate(
        [
            (1, 5, False, "Heat"), (1, 6, False, "Up"), (1, None, False, "100% Wolf"), (2, 5, True, "Alien"),
            (2, 5, False, "Secret"), (1, 5, False, "heatwave"), (1, 5, False, None), (1, 5, False, "Heat"),
        ]
    ):  # fmt: skip
        done_review(db, where=Origin(owner, guild, 7, "message", event, shared=shared, film=film))
    return db


def test_films_are_those_the_caller_may_see_the_latest_first(films: Database) -> None:
    assert list_films(films, Viewer(1, 5, HERE)) == ["Heat", "heatwave", "Alien", "100% Wolf"]
    assert list_films(films, Viewer(1)) == ["Heat", "heatwave", "100% Wolf", "Up"]
    assert list_films(films, Viewer(2, 5, HERE)) == ["Secret", "Alien"]
    assert list_films(films, Viewer(3)) == []


def test_films_by_what_is_typed(films: Database) -> None:
    assert list_films(films, Viewer(1, 5, HERE), " HEAT ") == ["Heat", "heatwave"]
    assert list_films(films, Viewer(1, 5, HERE), "0%") == ["100% Wolf"], "the sign is no wildcard"
    assert list_films(films, Viewer(1, 5, HERE), "_") == []
    assert list_films(films, Viewer(1, 5, HERE), limit=1) == ["Heat"]


def test_only_the_newest_verdicts_are_looked_at(films: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(films_module, "LOOKED_AT", 2)
    assert list_films(films, Viewer(1)) == ["Heat"]  # the newest two are Heat and one without a film
    monkeypatch.setattr(films_module, "LOOKED_AT", 3)
    assert list_films(films, Viewer(1)) == ["Heat", "heatwave"]
