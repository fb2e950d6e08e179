"""Quotes: the sentence around a phrase on one line, of different people."""

from __future__ import annotations

import pytest

from reporting.themes.evidence import QUOTE_CHARS, Evidence, Span, sentence, spans
from reporting.themes.theme import Document
from reporting.themes.words import pattern, plain_text


def span_of(plain: str, first: int) -> Span:
    tokens = [token.span() for token in pattern(plain).finditer(plain)]
    ((_, span),) = spans(plain, tokens, [(first, 2)])
    return span


def add(evidence: Evidence, text: str, first: int, key: int, author: int | None = None) -> None:
    plain = plain_text(text)
    evidence.add(Document(text, 0, key, author), plain, span_of(plain, first))


@pytest.mark.parametrize(
    ("text", "first", "quote"),
    [
        ("I saw it. The plot holes are huge! Bye.", 5, "The plot holes are huge!"),
        ("So | many\n| plot holes |\there", 2, "plot holes here"),
        ("so ``` plot holes ``` ```", 1, "so plot holes"),
        ("he said ) plot holes", 3, "he said ) plot holes"),
    ],
)
def test_a_quote_is_one_line_without_markup(text: str, first: int, quote: str) -> None:
    plain = plain_text(text)
    assert sentence(plain, span_of(plain, first)) == quote


def test_a_long_sentence_is_cut_around_the_phrase() -> None:
    plain = "word " * 100 + "plot holes " + "more " * 100
    shown = sentence(plain, span_of(plain, 100))
    assert len(shown) <= QUOTE_CHARS
    assert "plot holes" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")


def test_of_a_text_without_an_end_only_what_stands_near_is_looked_at() -> None:
    looked_at: list[int] = []

    class Watched(str):
        __slots__ = ()

        def __getitem__(self, place: object) -> str:
            found = super().__getitem__(place)  # type: ignore[index]
            looked_at.append(len(found))
            return found

    plain = "word " * 100 + "plot holes " + "more " * 3_000
    span = span_of(plain, 100)
    assert sentence(Watched(plain), span) == sentence(plain[:1_000], span)
    assert 0 < max(looked_at) < 2_000, "a review has many phrases, and each its quote"


def test_quotes_are_of_different_people_and_reviews() -> None:
    evidence = Evidence()
    add(evidence, "It has plot holes, and many of them.", 2, 1, 7)
    add(evidence, "There are plot holes in every second scene.", 2, 2, 7)
    add(evidence, "It has plot holes, and many of them.", 2, 3, 8)
    add(evidence, "These big plot holes made it hard to follow.", 2, 4, 9)
    assert sorted(quote.key for quote in evidence.best()) in ([1, 4], [2, 3], [2, 4], [3, 4])
    assert evidence.phrase == "plot holes"
