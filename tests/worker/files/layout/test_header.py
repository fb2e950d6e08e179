"""Where a table begins, told from rows alone."""

from __future__ import annotations

import pytest

from worker.files.layout.header import ABOVE, BLANK, COMMENT, HEADER, layout_of, same_titles

ROWS = [["1", "A warm film that I liked"], ["2", "A dull film that I did not like"]]


def test_what_is_skipped_says_why() -> None:
    layout = layout_of([["Club", ""], [], ["# made by hand"], ["id", "review"], ["int", "string"], *ROWS])
    assert (layout.header, layout.first) == (3, 5)
    assert layout.skipped == ((0, ABOVE), (1, BLANK), (2, COMMENT), (4, HEADER))


@pytest.mark.parametrize("header", [None, False])
def test_no_header(header: bool | None) -> None:
    layout = layout_of(ROWS, header=header)
    assert (layout.header, layout.first, layout.skipped) == (None, 0, ())


def test_a_column_of_known_words_is_no_header() -> None:
    rows = [["review", "good film"], ["comment", "bad film"], ["review", "fine film"], ["review", "nice"]]
    assert layout_of(rows).header is None


def test_titles_that_come_again() -> None:
    assert same_titles(["\ufefffilm", " review ", ""], ["film", "review"])
    assert not same_titles(["film", "review", "x"], ["film", "review"])
    assert not same_titles(["film"], ["film", "review"])
