"""Checks of verdicts, by hand: flags, mixed, what deleting words changes."""

from typing import Any

import numpy as np
import pytest

from model.evaluation import verdict_checks as checks
from model.numeric import sigmoid
from model.serving.verdict import FLAGS, Verdict
from model.text.pieces import Pieces


def verdict(probability: float, *flags: str) -> Verdict:
    return Verdict("positive", probability, flags, "m")


class Judge:
    """Flags texts with an x, calls those with a y mixed."""

    def score(self, texts: list[str]) -> list[Verdict]:
        return [verdict(0.5, *(["not_english"] if "x" in text else [])) for text in texts]

    def mixed(self, texts: list[str]) -> list[bool]:
        return ["y" in text for text in texts]


JUDGE: Any = Judge()


def test_rates_are_of_every_flag() -> None:
    first, second, *_ = FLAGS
    found = checks._rates([verdict(0.5, first), verdict(0.5, first, second), verdict(0.5)])
    assert set(found) == set(FLAGS)
    assert (found[first], found[second]) == (0.666667, 0.333333)
    assert set(checks._rates([]).values()) == {0.0}


def test_hits_are_counted_by_group() -> None:
    assert checks._hits(JUDGE, {"a": ["x", "b", "xx"], "none": []}, "not_english") == {"a": [2, 3], "none": [0, 0]}


def test_mixed_reviews_by_their_stars() -> None:
    found = checks._mixed(JUDGE, ["y", "a", "y", "a"], np.asarray([1, 1, 10, 0], dtype=np.int8))
    assert found == {"reviews": 4, "share": 0.5, "by_stars": {"1": 0.5, "10": 1.0}}
    assert checks._mixed(JUDGE, [], np.zeros(0, dtype=np.int8)) == {"reviews": 0, "share": 0.0, "by_stars": {}}


def test_a_piece_is_judged_by_its_reviews_label() -> None:
    pieces = Pieces(["a"] * 4, [["a"]] * 4, np.asarray([0, 0, 1, 1]))
    found = checks._short(pieces, [verdict(p) for p in (0.9, 0.8, 0.9, 0.1)], np.asarray([1, 0], dtype=np.int8), 0.05)
    assert (found["pieces"], found["accuracy"], found["uncertain_share"]) == (4, 0.75, 0.0)
    assert found["over_confidence"] == pytest.approx(0.875 - 0.75)


def test_the_fall_is_of_what_was_said_and_a_turn_is_seen() -> None:
    whole, rest = np.asarray([2.0, -2.0, 2.0]), np.asarray([1.0, 1.0, 3.0])
    drop, flip = checks._drops(whole, rest, whole >= 0)
    np.testing.assert_allclose(drop, sigmoid(np.asarray([2.0, 2.0, 2.0])) - sigmoid(np.asarray([1.0, -1.0, 3.0])))
    assert flip.tolist() == [False, True, False]


def test_words_are_blanked_where_they_stand() -> None:
    text = "A fine, fine film."
    assert checks._without(text, [(2, 6), (13, 17)]) == ["a", ",", "fine", "."]
    assert checks._without(text, []) == ["a", "fine", ",", "fine", "film", "."]
