"""Sentences and spans are cut from their review."""

import numpy as np

from model.text import pieces


def test_pieces_are_cut_from_their_review() -> None:
    texts = ["One is here. Two is there! Three?", "", "Only one."]
    singles = pieces.singles(texts)
    assert singles.texts == ["One is here.", "Two is there!", "Three?", "Only one."]
    assert singles.owners.tolist() == [0, 0, 0, 2]
    cut = pieces.spans(texts, each=3)
    assert all(piece in texts[owner] for piece, owner in zip(cut.texts, cut.owners, strict=True))
    assert np.bincount(cut.owners).tolist() == [3, 0, 3]
    assert len(pieces.singles(texts, most=2)) == 2
