"""What a child sends of the rows it read."""

from __future__ import annotations

import datetime as dt

import pytest

from worker.files.review_file import Row
from worker.sandbox import child
from worker.sandbox.reading import _rows

ROWS = [
    Row(7, "good", "Alien", dt.date(2020, 1, 2), None),
    Row(8, None, None, None, ("empty", "The review is empty.")),
    Row(9, "fine", None, dt.date(1999, 12, 31), None),
]


@pytest.mark.parametrize("batch", [ROWS, ROWS[:1], ROWS[1:2], [Row(1, "x", None, None, None)]])
def test_a_batch_is_unpacked_to_what_it_was(batch: list[Row]) -> None:
    assert list(_rows(child._packed(batch))) == batch


def test_a_message_ends_at_its_rows_and_at_its_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "ROWS", 3)
    monkeypatch.setattr(child, "CHARS", 10)
    rows = [Row(n, text, None, None, None) for n, text in enumerate(["x", "x", "x", "x" * 10, "x"], 1)]
    assert [len(batch) for batch in child._batches(rows)] == [3, 1, 1]


@pytest.mark.parametrize(
    ("texts", "mostly"),
    [
        ([], True),
        ([None], True),
        (["plain", "Müller"], False),
        (["plain text", "Müller"], True),
        (["とても良い", "plain"], True),
        (["とても良い", "plai"], False),
    ],
)
def test_rows_are_escaped_where_most_characters_stand_in_plain_texts(texts: list[str | None], mostly: bool) -> None:
    rows = [Row(number, text, None, None, None) for number, text in enumerate(texts, 1)]
    assert child._is_mostly_ascii(rows) == mostly
