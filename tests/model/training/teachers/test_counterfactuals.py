"""Sentences that one word decides are turned."""

import numpy as np
import pytest

from model.training.teachers import (
    counterfactuals,
)


@pytest.mark.parametrize(
    ("sentence", "opposites"),
    [
        ("it is a good film .", {"it is {} a good film .": 0.10, "it is a bad film .": 0.07, "FAR": 0.10}),
        (
            "the plot 's very boring .",
            {"the plot 's not very boring .": 0.70, "the plot 's very interesting .": 0.93, "FAR": 0.70},
        ),
        ("he is a good actor .", {"he is {} a good actor .": 0.10, "he is a bad actor .": 0.07}),
        ("i really loved it .", {}),
        ("i loved the cast .", {"i did {} love the cast .": 0.10, "i hated the cast .": 0.07}),
        ("i can recommend it .", {"i {} recommend it .": 0.10}),
        ("it works .", {"it does {} work .": 0.10}),
        ("an awful story !", {"a great story !": 0.93}),
        ("this is a must see !", {}),
        ("it is not a good film .", {}),
        ("a good cast but a weak plot .", {}),
        ("was it good ?", {}),
        ("the film starts at ten .", {}),
    ],
)
def test_one_word_decides_and_is_turned(sentence: str, opposites: dict[str, float]) -> None:
    negations = ("not", "n't", "never", "can not", "can never", "ca n't")
    for seed in range(20):
        found = counterfactuals.of_sentence(sentence.split(), np.random.default_rng(seed))
        assert [" ".join(edit.tokens) for edit in found[:1]] == [sentence] * bool(opposites)
        for edit in found[1:]:
            text = " ".join(edit.tokens)
            said = [wanted for wanted in opposites if text in {wanted.format(no) for no in negations}]
            if text.endswith(f" {sentence}"):
                opening = text.removesuffix(f" {sentence}").removesuffix(" that")
                assert opening.split() in counterfactuals._FAR or [*opening.split(), "that"] in counterfactuals._FAR
                said = ["FAR"]
            assert len(said) == 1, edit
            assert edit.probability == pytest.approx(opposites[said[0]])
        assert len(found) == (1 + len(opposites) if opposites else 0)


def test_the_share_of_edits_is_drawn_from_all_of_them_in_order() -> None:
    reviews = [f"the plot is {word} . i saw it in a room .".split() for word in ("good", "great", "boring")]
    everything = counterfactuals.chosen(reviews, 1.0, 3)
    half = counterfactuals.chosen(reviews, 0.5, 3)
    assert everything == list(counterfactuals.edits(reviews, 3))
    assert len(half) == round(len(everything) / 2)
    places = [everything.index(edit) for edit in half]
    assert places == sorted(places)
    assert counterfactuals.chosen(reviews, 0.5, 3) == half != counterfactuals.chosen(reviews, 0.5, 4)
    assert counterfactuals.chosen(reviews, 0.0, 3) == []
