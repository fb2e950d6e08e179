"""The bound of early exit is the lowest that keeps its promises, and its calibration learns the whole model's."""

from dataclasses import replace
from functools import cache

import numpy as np

from model.numeric import sigmoid
from model.serving.early_exit import DIFFERING, Exit
from model.training import fit_exit
from model.training.fit_calibration import Sample

BAND, KNEE = 0.1, 60.0


def _sample(whole: int = 4_000, pieces: int = 4_000) -> tuple[Sample, np.ndarray]:
    """Reviews and pieces, and logits of a model that agrees with the n-grams far from 0."""
    rng = np.random.default_rng(4)
    number = whole + pieces
    wide = rng.normal(0, 4, number)
    logits = 0.8 * wide + 0.2 + rng.normal(0, 0.7, number)
    labels = (rng.random(number) < sigmoid(logits)).astype(np.int8)
    sample = Sample(
        parts=[logits - wide, wide],
        tokens=np.full(number, 60),
        labels=labels,
        owners=np.arange(number) % whole,
        weights=np.ones(number),
        whole=np.arange(number) < whole,
    )
    return sample, logits


@cache
def _tried() -> tuple[Sample, np.ndarray, list[Exit]]:
    """The sample, its logits and its exits, for reading: fitting a calibration for each bound takes seconds."""
    sample, logits = _sample()
    return sample, logits, fit_exit.tried(sample, logits, KNEE)


def test_the_calibration_is_the_whole_models() -> None:
    sample, logits, exits = _tried()
    assert [early.logit for early in exits] == list(fit_exit.BOUNDS)
    early = exits[-1]
    ended = early.ends(sample.parts[1], sample.tokens)
    served = sigmoid(early.logits(sample.parts[1], sample.tokens))
    assert abs(served[ended].mean() - sigmoid(logits)[ended].mean()) < 0.005


def test_the_lowest_bound_that_holds_is_taken() -> None:
    sample, logits, exits = _tried()
    chosen = fit_exit.choose(exits, sample, logits, BAND)
    assert chosen is not None
    place = exits.index(chosen)
    assert 0 < place < len(exits) - 1

    def differing(number: int) -> float:
        early = exits[number]
        ended = early.ends(sample.parts[1], sample.tokens)
        served = np.where(ended, early.logits(sample.parts[1], sample.tokens), logits)
        labels = [np.where(np.abs(sigmoid(x) - 0.5) < BAND, 0, np.sign(x)) for x in (served, logits)]
        return max(float((labels[0] != labels[1])[kind].mean()) for kind in (sample.whole, ~sample.whole))

    assert differing(place) <= DIFFERING < differing(place + 1)


def test_reviews_are_not_outvoted_by_their_pieces() -> None:
    sample, logits = _sample(whole=500, pieces=8_000)
    before = fit_exit.choose(fit_exit.tried(sample, logits, KNEE), sample, logits, BAND)
    assert before is not None
    # Three reviews that the n-grams are wrong about are 0.6 % of the reviews, and nothing among the pieces.
    turned = logits.copy()
    far = np.flatnonzero(sample.whole & (np.abs(sample.parts[1]) > before.logit))[:3]
    turned[far] = -turned[far]
    after = fit_exit.choose(fit_exit.tried(sample, turned, KNEE), sample, turned, BAND)
    assert after is None or after.logit > before.logit


def test_lost_accuracy_counts_too() -> None:
    sample, logits, exits = _tried()
    early = fit_exit.choose(exits, sample, logits, BAND)
    assert early is not None
    # The n-grams see nothing of 0.05 % of the texts, and the labels are the whole model's.
    far = np.flatnonzero(sample.whole & (np.abs(sample.parts[1]) > early.logit))[:3]
    turned = logits.copy()
    turned[far] = -turned[far]
    sample = replace(
        sample, labels=(turned > 0).astype(np.int8), weights=np.where(np.isin(np.arange(8_000), far), 9.0, 1.0)
    )
    harder = fit_exit.choose(fit_exit.tried(sample, turned, KNEE), sample, turned, BAND)
    assert harder is None or harder.logit > early.logit


def test_too_few_texts_end_nowhere() -> None:
    sample, logits = _sample(whole=50, pieces=20)
    assert fit_exit.tried(sample, logits, KNEE) == []
    assert fit_exit.choose([], sample, logits, BAND) is None
