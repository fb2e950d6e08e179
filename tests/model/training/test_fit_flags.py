"""The flags' bounds are fitted on data."""

import numpy as np

from model.serving.flags import WordTable
from model.text.tokens import tokenize
from model.text.vocabulary import Vocabulary
from model.training import fit_flags

WORDS = ["the", "of", "and", "it", "is", "a", "was", "this", "good", "film", "plot", "acting", "boring"]


def test_word_scores_tell_reviews_from_docstrings() -> None:
    rng = np.random.default_rng(6)
    text = " ".join(fit_flags.docstrings(200))
    vocabulary = Vocabulary(sorted({*WORDS, *tokenize(text)}))
    vectors = rng.normal(0, 1, (len(vocabulary), 16)).astype(np.float32)
    film = vocabulary.ids(["film", "plot", "acting", "boring"])
    vectors[film] += 3 * np.eye(16, dtype=np.float32)[0]
    scores = fit_flags.word_scores(
        [f"This film is good. The acting was boring {number}." for number in range(200)], vectors, vocabulary
    )
    assert scores[film].min() > np.median(scores)
    table = WordTable(vocabulary.words, scores)
    kept = fit_flags.review(["The plot of this film was good"] * 300, table, vocabulary)
    assert [least for least, _ in kept] == [5.0]
