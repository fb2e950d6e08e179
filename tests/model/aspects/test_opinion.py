"""Opinion or not, by hand and with the weights of the repository."""

import math

import pytest

from model.aspects import opinion
from model.aspects.finder import sentence_words
from model.aspects.opinion import Opinion, Signs, logit_of

SMALL = Opinion({"film": 1.0, "king": -2.0}, {}, 0.5, (0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 2.0))


def test_the_sum_counts_each_word_once() -> None:
    assert SMALL.sum_of(["film", "king", "film", "horse"]) == pytest.approx(0.5 + 1.0 - 2.0)


def test_the_logit_is_linear_in_the_signs() -> None:
    signs = Signs(logit=-0.7, sentence=0.0, words=0.0, strength=0.0, says=True)
    assert SMALL.logit(signs) == pytest.approx(2.7)
    assert logit_of(1 / (1 + math.exp(-2.7))) == pytest.approx(2.7)


def test_a_plot_reads_otherwise_than_a_review() -> None:
    shipped = opinion.shipped()
    plot = shipped.sum_of(sentence_words("A young man returns to his village and falls in love with a nurse."))
    review = shipped.sum_of(sentence_words("This movie is too long and never as funny as it thinks it is."))
    assert plot < -1 < 1 < review
    assert len(shipped.weights) == len(Signs(0.0, 0.0, 0.0, 0.0, says=False).values())
