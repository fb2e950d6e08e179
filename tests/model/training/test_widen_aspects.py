"""Words that an embedding proposes for the vocabulary of aspects."""

import numpy as np
import pytest

from common.aspects import NAMES
from model.aspects import vocabulary
from model.training import widen_aspects


def test_a_near_word_is_proposed_where_it_is_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    lists = {name: {"words": [f"{name}1, {name}2, {name}3, two words"]} for name in NAMES}
    monkeypatch.setattr(vocabulary, "lists", lambda: lists)
    words = [f"{name}{number}" for name in NAMES for number in (1, 2, 3)]
    vectors = np.repeat(np.eye(len(NAMES)), 3, axis=0)
    near = np.eye(len(NAMES))[[4, 8]] + 0.1
    found = dict(widen_aspects.proposals([*words, "zoom", "viola"], np.concatenate([vectors, near]), number=1))
    assert found[NAMES[4]][0][0] == "zoom"
    assert found[NAMES[8]][0][0] == "viola"


def test_phrases_of_one_word_are_the_seeds() -> None:
    assert widen_aspects.single_words({"words": ["score, sound track", "tune"], "says": ["catchy"]}) == {
        "score",
        "tune",
        "catchy",
    }


def test_the_shipped_embedding_has_a_row_for_each_word() -> None:
    words, vectors = widen_aspects.shipped()
    assert len(words) == len(vectors)
