"""What forms ask."""

from __future__ import annotations

import pytest

from worker.files.columns.questions import role_of, speaks_to_whoever_answers


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("What did you think of the film?", "text"),
        ("Anything else you would like to tell us?", "more"),
        ("Which film did you see?", "film"),
        ("How many stars would you give the film?", "stars"),
        ("When did you see it?", "date"),
        ("Would you recommend it?", "choice"),
        ("Film release date", None),
        ("review", None),
        ("x " * 200, None),
    ],
)
def test_roles(title: str, role: str | None) -> None:
    assert role_of(title) == role


@pytest.mark.parametrize(
    ("cell", "speaks"),
    [
        ("What did you think?", True),
        ("Wie fandest du ihn?", True),
        ("Is this the worst film ever?", False),
        ("You will love it.", False),
        ("Did you see that? I did. It was great. Go.", False),
    ],
)
def test_who_is_spoken_to(cell: str, speaks: bool) -> None:
    assert speaks_to_whoever_answers(cell) is speaks
