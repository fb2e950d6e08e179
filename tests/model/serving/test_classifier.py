"""The classifier: the scorer's probabilities in the shape of the common pipelines."""

import pytest

from model import Classifier
from model.serving.scorer import Scorer

TEXTS = ["A film of rare warmth, superbly acted.", "A waste of two hours.", ""]


@pytest.fixture(scope="module")
def classify() -> Classifier:
    return Classifier()


def test_one_text_and_several_give_one_label_each(classify: Classifier) -> None:
    found = classify(TEXTS)
    assert [one["label"] for one in found] == ["positive", "negative", "positive"]
    assert all(set(one) == {"label", "score"} and type(one["score"]) is float for one in found)
    assert [classify(text) for text in TEXTS] == [[one] for one in found]
    assert classify(iter(TEXTS)) == found
    assert classify([]) == []


def test_scores_are_the_scorers_probabilities(classify: Classifier) -> None:
    probabilities = [verdict.probability for verdict in Scorer().score(TEXTS)]
    assert [one["score"] for one in classify(TEXTS)] == [max(p, 1 - p) for p in probabilities]


@pytest.mark.parametrize(("top_k", "labels"), [(None, 2), (2, 2), (9, 2)])
def test_all_labels_of_each_text_the_likelier_first(classify: Classifier, top_k: int | None, labels: int) -> None:
    found = classify(TEXTS, top_k=top_k)
    assert classify(TEXTS[1], top_k=top_k) == found[1]
    assert [one["label"] for one in found[1]] == ["negative", "positive"]
    for ranked in found:
        assert len(ranked) == labels
        assert ranked[0]["score"] >= ranked[1]["score"]
        assert sum(one["score"] for one in ranked) == pytest.approx(1.0)


def test_no_label_at_all_cannot_be_asked_for(classify: Classifier) -> None:
    with pytest.raises(ValueError, match="top_k is 0"):
        classify(TEXTS, top_k=0)


def test_options_are_the_scorers(classify: Classifier) -> None:
    whole = Classifier(exit=False)
    assert whole.scorer.exit is None
    assert classify.scorer.exit is not None
