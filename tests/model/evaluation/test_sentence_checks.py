"""Figures on sentences with labels of their own, by hand."""

from typing import Any

import numpy as np
import pytest

from model.data.labelled_sentences import LabelledSentences
from model.evaluation.sentence_checks import measured


class Judge:
    """A scorer of one word a sentence, which is its logit."""

    max_tokens, band = 8, 0.1

    def logits(self, documents: list[list[str]]) -> Any:
        return np.asarray([float(words[0]) for words in documents])

    def parts(self, documents: list[list[str]]) -> Any:
        return self.logits(documents), -self.logits(documents)

    def band_of(self, tokens: int) -> float:
        return self.band


def sentences(*rows: tuple[str, float]) -> LabelledSentences:
    words = [word for word, _ in rows]
    return LabelledSentences(words, [[word] for word in words], np.asarray([side for _, side in rows], np.float32))


def test_figures_by_hand() -> None:
    found = measured(
        Judge(),  # type: ignore[arg-type]
        sentences(("5", 1.0), ("-5", 0.0), ("0.1", 1.0), ("5", 0.0), ("5", 0.5), ("0.1", 0.5)),
    )
    assert (found["sentences"], found["neutral"]) == (4, 2)
    assert found["accuracy"] == 0.75
    assert found["accuracy_low"] < 0.75 < found["accuracy_high"]
    assert (found["recurrent"], found["wide"]) == (0.75, 0.25)
    assert found["sure"] == 0.75
    assert found["sure_right"] == pytest.approx(2 / 3, abs=1e-6)
    assert found["neutral_sure"] == 0.5


def test_without_neutral_ones_none_is_sure() -> None:
    assert measured(Judge(), sentences(("5", 1.0)))["neutral_sure"] == 0.0  # type: ignore[arg-type]
