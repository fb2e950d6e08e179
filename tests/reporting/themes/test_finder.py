"""Themes of reviews in which it is known what there is to find."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from reporting.themes import finder
from reporting.themes.finder import MOST_GROUPS, find_themes
from reporting.themes.theme import Contrast, Document, Found, Minimums, Theme
from tests.reporting.themes.corpora import reviews

BOTH = [Contrast("bad", 0, (1,)), Contrast("good", 1, (0,))]
HOLES = {0: ("It has huge plot holes in it", 0.4)}


def found(documents: list[Document], **more: object) -> Found:
    return find_themes(lambda: documents, BOTH, bits=16, **more)  # type: ignore[arg-type]


def of(documents: list[Document], name: str = "bad") -> list[Theme]:
    return list(found(documents).themes[name])


def test_what_was_planted_is_found_with_counts_of_reviews_and_quotes() -> None:
    documents = reviews(300, planted=HOLES)
    (theme,) = of(documents)
    held = sum("plot holes" in one.text for one in documents)
    assert (theme.phrase, theme.reviews, theme.of) == ("huge plot holes", held, 150)
    assert (theme.rest_reviews, theme.rest_of, theme.is_name) == (0, 150, False)
    assert [quote.text for quote in theme.quotes] == ["It has huge plot holes in it."]
    assert "plot holes" in documents[theme.quotes[0].key].text
    assert of(documents, "good") == []


def test_nothing_is_found_where_groups_mean_nothing() -> None:
    documents = reviews(600, planted=HOLES)
    groups = [one.group for one in documents]
    random.Random(5).shuffle(groups)
    mixed = [Document(one.text, group, one.key) for one, group in zip(documents, groups, strict=True)]
    result = found(mixed)
    assert not any(result.themes.values())
    assert result.tested > 30


@pytest.mark.parametrize(
    "text",
    [
        "It has huge **plot** holes in it",
        "It has huge _plot holes_ in it",
        "It has huge pl\u200bot ho\u2060les in it",
        "It has HUGE Plot Hole in it",
        "It has huge [plot holes](https://evil.example/a?b) in it",
        "It has <b>huge</b> plot-holes in it",
        "<@123> it has huge plot holes in it",
    ],
)
def test_variants_and_markup_are_one_theme(text: str) -> None:
    documents = reviews(200, planted=HOLES)
    changed = [replace_text(one, one.text.replace(HOLES[0][0], text)) if one.key % 8 == 0 else one for one in documents]
    assert changed != documents
    (theme,) = of(changed)
    assert (theme.phrase, theme.reviews) == ("huge plot holes", of(documents)[0].reviews)


def replace_text(document: Document, text: str) -> Document:
    return document._replace(text=text)


def test_who_repeats_a_phrase_makes_no_theme() -> None:
    documents = reviews(200)
    documents[0] = replace_text(documents[0], "Buy cheap popcorn. " * 10_000)
    assert of(documents) == []


def test_copies_of_one_text_make_no_theme() -> None:
    documents = reviews(200)
    spam = "This popcorn palace sells the very best popcorn of all towns"
    documents += [Document(spam, 0, 1_000 + at) for at in range(60)]
    result = found(documents)
    assert result.themes["bad"] == ()
    assert (result.copies, result.reviews) == (59, 201)


@pytest.mark.parametrize(
    ("authors", "themes"),
    [([1], 0), ([1, 2], 0), ([1, 2, 3], 1), ([1, 1, 1, 2, 3, None, 1, 1], 0), ([None], 1), ([1, None, None], 1)],
)
def test_no_single_person_makes_a_theme(authors: list[int | None], themes: int) -> None:
    documents = reviews(300, planted=HOLES)
    holding = iter(range(1_000))
    signed = [
        one._replace(author=authors[next(holding) % len(authors)]) if "plot holes" in one.text else one
        for one in documents
    ]
    assert len(of(signed)) == themes


def test_names_are_told_apart() -> None:
    planted = {0: ("We saw how Gena Rowlands played", 0.4), 1: ("It was a true family affair", 0.4)}
    documents = reviews(300, planted=planted)
    assert [(one.phrase, one.is_name) for one in of(documents)] == [("Gena Rowlands", True), ("played", False)]
    assert [one.is_name for one in of(documents, "good")] == [False]


def test_other_scripts_have_themes() -> None:
    documents = reviews(300, planted={0: ("это настоящий шедевр", 0.4), 1: ("यह बहुत अच्छी है", 0.4)})
    assert "настоящий шедевр" in of(documents)[0].phrase
    assert of(documents, "good")[0].phrase == "यह बहुत अच्छी है"


def test_below_the_minimum_nothing_is_a_theme() -> None:
    documents = reviews(400)
    for at in range(0, 8, 2):
        documents[at] = replace_text(documents[at], documents[at].text + " It has huge plot holes in it.")
    assert of(documents) == []
    few = find_themes(lambda: documents[:38], BOTH, bits=16)
    assert (few.too_few, few.groups) == (("bad", "good"), {"bad": 19, "good": 19})
    strict = replace(Minimums(), share=0.5)
    assert find_themes(lambda: reviews(300, planted=HOLES), BOTH, bits=16, minimums=strict).themes["bad"] == ()


def test_what_is_read_anew_is_counted_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = reviews(300, planted=HOLES) + reviews(300, planted=HOLES)[:10]
    kept = found(documents)
    monkeypatch.setattr(finder, "_KEPT_PAIRS", 0)
    monkeypatch.setattr(finder, "BATCH", 64)
    assert found(documents) == kept


def test_groups_are_bounded() -> None:
    with pytest.raises(ValueError, match="at most"):
        find_themes(list, [Contrast("a", MOST_GROUPS, (0,))])


@pytest.mark.parametrize("documents", [[], [Document("", 0, 1)], [Document("\0 *** ???", n % 2, n) for n in range(60)]])
def test_texts_without_words(documents: list[Document]) -> None:
    assert not any(found(documents).themes.values())
