"""Words of a review: what is cut away, which forms are one, what may begin a phrase."""

from __future__ import annotations

import pytest

from reporting.themes.words import (
    BREAK,
    MOST_CHARS,
    MOST_WORDS,
    NEGATION,
    PLAIN,
    STOP,
    TITLE,
    common_form,
    kind,
    plain_text,
    tokens,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Great<br />film", ["Great", "film"]),
        ("Great<br /><br/>film <br />end", ["Great", "film", "end"]),
        ("a <b<br />r /> c", ["a", "<", "b", "r", "/", ">", "c"]),
        ("see https://a.example/x?y=z now", ["see", "now"]),
        ("<@12> <#3> <:smile:45> @everyone good", ["good"]),
        ("**bold** _and_ ||hidden|| `code`", ["bold", "and", "hidden", "code"]),
        ("[free](https://evil.example) gifts", ["free", "gifts"]),
        ("zero\u200bwidth \u202eturned", ["zerowidth", "turned"]),
        ("don’t well-made", ["don't", "well", "made"]),
        ("café cafe\u0301", ["café", "café"]),
        ("हिन्दी फ़िल्म", ["हिन्दी", "फ़िल्म"]),
        ("good, 8/10", ["good", ",", "8", "/", "10"]),
        ("<worst film ever>", []),
    ],
)
def test_tokens(text: str, words: list[str]) -> None:
    import unicodedata

    assert tokens(plain_text(text)) == [unicodedata.normalize("NFC", word) for word in words]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Effects", "effect"), ("movie's", "movie"), ("stories", "story"), ("classes", "class"), ("boxes", "box")],
)
def test_variants_have_one_form(one: str, other: str) -> None:
    assert common_form(one) == common_form(other)


@pytest.mark.parametrize("word", ["boss", "genius", "this", "gas"])
def test_words_that_are_no_plurals_stay(word: str) -> None:
    assert common_form(word) == word


@pytest.mark.parametrize(
    ("token", "what"),
    [(",", BREAK), ("10", BREAK), ("The", STOP | TITLE), ("not", NEGATION | PLAIN), ("plot", PLAIN), ("Heat", TITLE),
     ("HEAT", 0), ("x", STOP | PLAIN), ("映画", 0)],
)  # fmt: skip
def test_kinds(token: str, what: int) -> None:
    assert kind(token) == what


def test_a_letter_keeps_thirty_marks_for_sorting_many_takes_quadratic_time() -> None:
    stacked, good = tokens(plain_text("qq" + "\u0301\u0316" * 9_000 + " good"))
    assert (stacked, good) == ("qq" + "\u0316" * 15 + "\u0301" * 15, "good")


def test_long_texts_are_read_in_part() -> None:
    assert len(tokens(plain_text("word " * 4_000))) == MOST_WORDS
    assert len(plain_text("<a" * 100_000)) <= MOST_CHARS
