"""Figures on parts of the reviews."""

import numpy as np

from model.evaluation import slices


def test_a_score_in_the_text_is_seen() -> None:
    texts = ["A solid 8/10.", "I give it 9 out of ten", "2.5/5 from me", "Seen on 8/11/2003.", "24/7 fun", "Nothing."]
    labels, ratings = np.asarray([1] * 6, dtype=np.int8), np.zeros(6, dtype=np.int8)
    parts = {part.name: part.reviews for part in slices.slices(texts, labels, ratings, np.full(6, 0.8))}
    assert parts["names a score such as 8/10"] == 3
    assert parts["names no score"] == 3
