"""Phrases of many reviews: what the encoder remembers of words."""

from __future__ import annotations

import tracemalloc

from reporting.themes.phrases import Encoder
from reporting.themes.words import MOST_CHARS


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
