"""The star estimate's fit."""

import numpy as np

from model.evaluation import star_errors
from model.serving.stars import Stars
from model.training import fit_stars


def test_stars_rise_with_the_logit_and_beat_the_label_where_the_logit_tells_more() -> None:
    rng = np.random.default_rng(5)
    levels = np.asarray([1, 2, 3, 4, 7, 8, 9, 10], dtype=np.int8)
    ratings = rng.choice(levels, 3_000)
    logits = (ratings - 5.5) * 0.8 + rng.normal(0, 0.8, len(ratings))
    fitted = fit_stars.fit(logits[:1_500], ratings[:1_500])
    assert fitted is not None
    assert (np.diff(fitted.bounds) >= 0).all()
    few = [-6.0, 0.3, 6.0]
    assert star_errors.estimates(fitted, np.asarray(few)).tolist() == [fitted.of(logit) for logit in few]
    assert fitted.of(-6) <= 2 < 8 < fitted.of(6)
    constants = star_errors.baseline(logits[:1_500], ratings[:1_500])
    found = star_errors.validated(logits[1_500:], ratings[1_500:], fitted, constants, draws=200)
    assert found["shipped"]
    # A logit that tells no more than the label must not ship.
    flat = np.where(ratings > 5, 2.0, -2.0) + rng.normal(0, 0.01, len(ratings))
    alike = star_errors.validated(flat, ratings, Stars((*[-9.0] * 2, *[0.0] * 14, *[9.0] * 2)), (2.0, 9.0), draws=200)
    assert not alike["shipped"]


def test_too_few_ratings_make_no_star_estimate() -> None:
    assert fit_stars.fit(np.zeros(10), np.ones(10, dtype=np.int8)) is None
