"""Phrases of many reviews: the same however they are mixed, where they stand, what is remembered of words."""

from __future__ import annotations

import tracemalloc

from reporting.themes.phrases import Encoder, Phrases
from reporting.themes.words import MOST_CHARS, tokens

SIGNS = (
    "the plot holes, it's a waste of time",
    "un café très cher and a waste of time",
    "“plot holes” – a waste of time",
)
"""Of ASCII, of Latin-1, of neither: each is cut into words in its own way."""


def of_text(found: Phrases, number: int) -> list[tuple[int, int, int]]:
    mine = found.documents == number
    return sorted(zip(*(one[mine].tolist() for one in (found.keys, found.first, found.sizes)), strict=True))


def test_a_text_has_the_same_phrases_beside_others_as_alone() -> None:
    texts = [*SIGNS, "", *reversed(SIGNS)]
    together = Encoder().of_plain(texts)
    for number, text in enumerate(texts):
        alone = Encoder().of_plain([text])
        assert of_text(together, number) == of_text(alone, 0)
        assert together.prints[number] == alone.prints[0]
        places = together.places(number, text, 3)
        assert places == alone.places(0, text, 3)
        assert [text[begin:end] for begin, end in places] == tokens(text)[:3]
    assert len(set(together.prints.tolist())) == 4  # 0 of the empty one among them


def test_a_phrase_is_one_in_all_kinds_of_text() -> None:
    held = [set(Encoder().of_plain([text]).keys.tolist()) for text in SIGNS]
    waste, time = (set(Encoder().of_plain([words]).keys.tolist()) for words in ("waste of time", "time"))
    assert waste <= set.intersection(*held)
    assert time < waste


def test_what_is_remembered_of_words_is_bounded_where_each_is_a_whole_review() -> None:
    encoder, letters = Encoder(), "abcdefghij"
    tracemalloc.start()
    try:
        for number in range(1_000):
            word = "".join(letters[int(digit)] for digit in str(number)) + "k" * MOST_CHARS
            encoder.phrases([word])
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 8 << 20, "of 20 million characters"
