"""Pieces of whole sentences, cut from tokens."""

import numpy as np

from model.training.teachers import (
    token_spans,
)


def test_sentences_start_after_ends_and_what_closes_them() -> None:
    tokens = ["good", ".", '"', "fine", "!", "!", "so", "bad", "?", ")", "end"]
    assert token_spans.sentence_starts(tokens) == [0, 3, 6, 10, 11]
    assert token_spans.sentence_starts([]) == [0, 0]
    assert token_spans.sentence_starts(["word"]) == [0, 1]


def test_pieces_are_whole_sentences_in_a_row() -> None:
    tokens = [word for number in range(9) for word in (f"w{number}", "x", ".")]
    rng = np.random.default_rng(1)
    pieces = [_cut(tokens, 4, rng) for _ in range(200)]
    assert {len(piece) // 3 for piece in pieces} == {1, 2, 3, 4}
    text = " ".join(tokens)
    assert all(" ".join(piece) in text and piece[0].startswith("w") and piece[-1] == "." for piece in pieces)
    assert {piece[0] for piece in pieces} == {f"w{number}" for number in range(9)}
    assert _cut([], 3, rng) == []


def _cut(tokens: list[str], longest: int, rng: np.random.Generator) -> list[str]:
    first, end = token_spans.place(tokens, longest, rng)
    return tokens[first:end]
