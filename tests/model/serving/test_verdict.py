"""Verdicts and explanations are small values."""

from model import Word


def test_words_are_small_values() -> None:
    assert Word(0, 4, 1.5) == Word(0, 4, 1.5)
