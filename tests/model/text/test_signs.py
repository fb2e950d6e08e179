"""Signs: what a sign says is put in words or numbers, what says nothing is found, and cheap tests miss nothing."""

import pytest

from model.text import signs


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("\u2605\u2605\u2605\u2605\u00bd", " 9/10 "),
        ("\u2605 \u2605 \u2606 \u2606 \u2606", " 4/10 "),
        ("\u2606\u2606\u2606\u2606\u2606", " 0/10 "),
        ("\u2605" * 7 + "\u2606" * 3, " 7/10 "),
        ("\u2b50\u2b50 1/2", " 5/10 "),
    ],
)
def test_rows_of_stars(text: str, read: str) -> None:
    assert signs.starry(text)
    assert signs.STARS.sub(signs.counted, text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("4.5\u2605", " 9/10 "),
        ("4,5 \u2605", " 9/10 "),
        ("8\u2605", " 8/10 "),
        ("4/5 \u2605", " 8/10 "),
        ("4/10\u2605", " 4/10 "),
        ("11\u2605", "11\u2605"),
        ("6/5\u2605", "6/5\u2605"),
        ("3\u2605\u2605", "3\u2605\u2605"),
    ],
)
def test_numbers_with_a_star(text: str, read: str) -> None:
    assert signs.NUMBERED.sub(signs.numbered, text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("four and a half stars", " 9/10 "),
        ("3 stars out of five", " 6/10 "),
        ("7 out of ten stars", " 7/10 "),
        ("8 stars!", " 8/10 !"),
        ("I give it two stars.", "I give it  4/10 ."),
        ("Its 3 stars.", "Its 3 stars."),
        ("6 of 5 stars", "6 of 5 stars"),
    ],
)
def test_ratings_in_words(text: str, read: str) -> None:
    assert signs.may_be_rated(text)
    assert signs.RATED.sub(signs.rated, text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [("\U0001f44d\U0001f3fd \U0001f44d", " good "), ("\U0001f4a9", " awful "), ("\U0001f525", "\U0001f525")],
)
def test_emoji_with_a_plain_meaning(text: str, read: str) -> None:
    assert signs.EMOJI.sub(signs.meaning, text) == read


@pytest.mark.parametrize(
    ("text", "spoken"), [("", False), ("Film", True), ("one two three four", True), ("one two three four five", False)]
)
def test_emoji_are_read_beside_few_words(text: str, spoken: bool) -> None:
    assert signs.speaks(text) is spoken


@pytest.mark.parametrize(
    ("text", "adorned"), [("\u2605 a \u2605", True), ("\u2605 a", False), ("\u2605\u2605 a \u2605\u2605", False)]
)
def test_several_single_stars_adorn(text: str, adorned: bool) -> None:
    assert signs.adorned(text) is adorned


def test_one_star_is_a_rating_where_it_is_a_printed_sign() -> None:
    assert signs.LONE.sub(signs.ornament, "\u2605 a") == "\u2605 a"
    assert signs.LONE.sub(signs.ornament, "\u2b50 a") == "  a"


@pytest.mark.parametrize(
    ("text", "read"), [("gr\u0435at", "great"), ("\u0444ilm", "\u0444ilm"), ("\u0444\u0438\u043b\u044c\u043c", None)]
)
def test_look_alikes_within_a_latin_word(text: str, read: str | None) -> None:
    assert signs.may_be_mixed(text)
    assert signs.MIXED.sub(signs.latin, text) == (read or text)
    assert not signs.may_be_mixed("great caf\u00e9")


def test_styled_letters_are_plain_ones_and_trade_marks_are_none() -> None:
    assert "".join(signs.STYLED[sign] for sign in "\uff27\U0001d4f2\u24d6\ufb01\u1d00\U0001f130") == "GigfiaA"
    assert all(plain.isascii() for plain in signs.STYLED.values())
    assert not {"\u2122", "\u2116"} & set(signs.STYLED)


def test_invisible_signs_and_silent_ones() -> None:
    assert {"\u200b", "\u00ad", "\ufe0f", "\u0301"} <= signs.INVISIBLE
    assert not {"a", " ", "\u2014", "\u2605"} & signs.INVISIBLE
    assert signs.SILENT.findall("a \u2605 \u00bd \u00a3 \U0001f525 \u00e9") == ["\u2605", "\U0001f525"]
