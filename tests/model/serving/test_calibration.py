"""Calibration as it is served."""

import numpy as np
import pytest

from model.serving.calibration import SHORTEST, Blend, Curve, ShortTexts

KNEE = 50.0


def test_a_curve_keeps_the_order_of_texts_of_one_length_and_nothing_says_nothing() -> None:
    logits = np.linspace(-8, 8, 41)
    for tokens in (1, 50, 3_000):
        found = Curve(KNEE, -0.6, 0.4, 0.3).logits(logits, np.full(41, tokens))
        assert (np.diff(found) > 0).all()
        assert (np.diff(ShortTexts(KNEE, 0.5).logits(found, np.full(41, tokens))) > 0).all()
    assert Curve(KNEE, -0.6, 0.4, 0.3).logits(np.asarray([2.0]), np.asarray([0])).tolist() == [0.0]
    # Without terms, and for short texts without skew, it changes nothing.
    assert Curve().logits(logits, np.full(41, 900)) == pytest.approx(logits)
    assert Curve(KNEE, -0.6, 0.4).logits(logits, np.full(41, 20)) == pytest.approx(logits)


# By hand, and not with the code under test, which fits as it serves: its own mistakes would cancel out.
@pytest.mark.parametrize(
    ("curve", "logit", "tokens", "calibrated"),
    [
        (ShortTexts(KNEE, 0.5), 2.0, 200, 2.0),
        (ShortTexts(KNEE, 0.5), 2.0, 50, 2.0),
        (ShortTexts(96.0, 0.5), 2.0, 24, 4.0),  # a quarter of the knee: 4 ** 0.5 = 2
        (ShortTexts(96.0, 0.5), -2.0, 24, -4.0),
        (ShortTexts(144.0, 0.5), 2.0, 16, 6.0),
        (ShortTexts(144.0, 0.5), 2.0, 1, 6.0),  # as one of sixteen
        (ShortTexts(144.0, 0.5), 2.0, 0, 0.0),
        (ShortTexts(5.0, 0.5), 2.0, 1, 2.0),  # a knee below sixteen: no text is short
        (Curve(KNEE, slope=-0.5), 2.0, 200, 1.0),  # four knees: 4 ** -0.5 = 1/2
        (Curve(KNEE, slope=-0.5), -2.0, 200, -1.0),
        (Curve(KNEE, slope=-0.5), 2.0, 50, 2.0),
        (Curve(KNEE, slope=-0.5), 2.0, 3, 2.0),
        (Curve(KNEE, slope=1.0), 2.0, 100, 4.0),
        (Curve(KNEE, slope=-0.5, drift=0.5), 2.0, 200, 1.6931472),  # and log(4) / 2
        (Curve(KNEE, drift=-1.0), 0.0, 100, -0.6931472),
        (Curve(skew=0.3), 1.0, 10, 1.5406479),  # e^0.3 x 1.3132617 - e^-0.3 x 0.3132617
        (Curve(skew=0.3), -1.0, 10, -0.5500291),
    ],
)
def test_fixed_logits_give_fixed_logits(
    curve: Curve | ShortTexts, logit: float, tokens: int, calibrated: float
) -> None:
    assert curve.logits(np.asarray([logit]), np.asarray([tokens]))[0] == pytest.approx(calibrated, abs=1e-6)


def test_longer_texts_keep_every_bit_and_the_shortest_are_as_one() -> None:
    logits, short = np.random.default_rng(1).normal(0, 3, 50), ShortTexts(KNEE, 0.583)
    for tokens in (50, 51, 4_096):
        assert short.logits(logits, np.full(50, tokens)).tolist() == logits.tolist()
    as_one = short.logits(logits, np.full(50, SHORTEST)).tolist()
    assert short.logits(logits, np.full(50, 1)).tolist() == as_one
    assert short.logits(logits, np.full(50, SHORTEST + 1)).tolist() != as_one
    assert ShortTexts().logits(logits, np.full(50, 3)).tolist() == logits.tolist()


def test_a_blend_weighs_its_parts_in_order() -> None:
    blend = Blend((0.5, 0.25), 0.1)
    assert blend.logits(np.asarray([2.0, 0.0]), np.asarray([-4.0, 4.0])) == pytest.approx([0.1, 1.1])
    # log(3) is a chance of three in four.
    assert Blend((1.0,), 0.0).probabilities(np.asarray([1.0986123, -1.0986123])) == pytest.approx([0.75, 0.25])
