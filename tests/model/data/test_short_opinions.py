"""The made-up opinions are many, each one once, and a part of them measures."""

import numpy as np

from model.data import short_opinions
from model.data.topic_texts import FOLDS, folds


def test_each_opinion_is_there_once_and_every_fold_has_some() -> None:
    texts = [text.lower().rstrip(".!?") for text in short_opinions.TEXTS]
    assert len(set(texts)) == len(texts) > 200
    assert np.bincount(folds(texts), minlength=FOLDS).min() > len(texts) / FOLDS / 2
    assert max(len(text.split()) for text in texts) <= 12
