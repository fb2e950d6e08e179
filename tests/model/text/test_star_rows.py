"""Rows of stars: found as cleaning reads them, blanked, and what they say against words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.text import star_rows
from model.text.star_rows import StarRow
from model.text.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("\u2605\u2605\u2605\u2605\u00bd", [("\u2605\u2605\u2605\u2605\u00bd", 9)]),
        ("Dull. \u2605\u2606\u2606\u2606\u2606 So dull.", [("\u2605\u2606\u2606\u2606\u2606", 2)]),
        ("Loved it \u2605", [("\u2605", 2)]),
        ("\u2b50\ufe0f\u2b50\ufe0f\u2b50\ufe0f fine", [("\u2b50\ufe0f\u2b50\ufe0f\u2b50\ufe0f", 6)]),
        ("A \u2605\u2605 B \u2605\u2605\u2605\u2605", [("\u2605\u2605", 4), ("\u2605\u2605\u2605\u2605", 8)]),
        # Whatever becomes a star in cleaning.
        ("Fine &#9733;&#x2605;", [("&#9733;&#x2605;", 4)]),
        ("Fine &amp;starf;&starf;", [("&amp;starf;&starf;", 4)]),
        ("Fine \\u2605\\ud83c\\udf1f", [("\\u2605\\ud83c\\udf1f", 4)]),
        ("Fine \u00e2\u02dc\u2026\u00e2\u02dc\u2026", [("\u00e2\u02dc\u2026\u00e2\u02dc\u2026", 4)]),
        # No rows: numbers and words, ornaments, quoted stars, other signs.
        ("4.5\u2605 and four stars, 9/10", []),
        ("\u2b50 Fine", []),
        ("\u2605 Fine \u2605", []),
        ("> \u2605\u2605\u2605\u2605\u2605\nDull.", []),
        ("*** ** * Fine & dull", []),
        ("", []),
    ],
)
def test_rows_are_those_that_cleaning_reads(text: str, rows: list[tuple[str, int]]) -> None:
    found = star_rows.star_rows(text)
    assert [(text[row.start : row.end].rstrip(), row.out_of_ten) for row in found] == rows


def test_without_its_rows_every_other_sign_keeps_its_place() -> None:
    text = "\u2605\u2605 Dull.\n\u2605\u2605\u2605 So dull &#9733;&#9733;!"
    bare = star_rows.without(text, star_rows.star_rows(text))
    assert bare == "   Dull.\n    So dull               !"
    assert len(bare) == len(text)
    assert star_rows.without(text, []) == text


PIECES = ["\u2605", "\u2606", "\u2b50", "\ufe0f", "\u00bd", "&#9733;", "&amp;#9733;", "&starf;", "&star;", "\\u2605",
    "\u00e2\u02dc\u2026", "&acirc;", "\u02dc", "\u2026", "4.5", "> ", "\n", " ", "good film", "**", "<br />", "\u200b",
    "9/10", "four stars", "*", "x"]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_rows_lie_in_the_text_and_none_is_left_out(text: str) -> None:
    rows = star_rows.star_rows(text)
    ends = [0, *(place for row in rows for place in (row.start, row.end)), len(text)]
    assert ends == sorted(ends)
    assert len(star_rows.without(text, rows)) == len(text)
    if not star_rows.may_hold_rows(text):
        assert not any(token.endswith("/10") for token in tokenize(text.replace("9/10", "").replace("four stars", "")))


@pytest.mark.parametrize(
    ("values", "positive", "expected"),
    [
        ((10,), False, True), ((7, 9), False, True), ((6,), False, False), ((10, 2), False, False),
        ((2,), True, True), ((0, 4), True, True), ((5,), True, False), ((10, 2), True, False), ((), True, False),
    ],
)  # fmt: skip
def test_stars_contradict_where_all_rows_say_the_opposite(
    values: tuple[int, ...], positive: bool, expected: bool
) -> None:
    assert star_rows.contradict([StarRow(0, 1, value) for value in values], positive) is expected


def test_a_row_is_full_without_empty_and_half_stars() -> None:
    text = "\u2605\u2605 a \u2605\u2606 b \u2605\u00bd c \u2606\u2606 d \u2b50\u2b50\u2b50"
    assert [row.full for row in star_rows.star_rows(text)] == [True, False, False, False, True]
