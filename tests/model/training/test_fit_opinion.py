"""Fitting what tells an opinion from a retold plot, on a few made-up sentences."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from model.aspects import opinion
from model.serving.scorer import Scorer
from model.training import fit_opinion


def test_words_of_reviews_weigh_more_than_words_of_plots() -> None:
    documents = [["film", "dull"], ["film", "good"], ["king", "dies"], ["king", "good"]] * 5
    weights, bias = fit_opinion.word_weights(documents, np.asarray([1, 1, 0, 0] * 5, dtype=np.int8))
    assert weights["film"] > 0 > weights["king"]
    assert "good" not in weights  # in both alike
    assert abs(bias) < 1


def test_rare_words_get_no_weight() -> None:
    documents = [["film", "once"], ["film"], ["film"], ["king"], ["king"], ["king"]]
    assert "once" not in fit_opinion.word_weights(documents, np.asarray([1, 1, 1, 0, 0, 0], dtype=np.int8))[0]


def test_leanings_are_the_scorers() -> None:
    found = fit_opinion.leanings(Scorer(), ["awful", "the", "of", "table", "superb", "!"])
    assert found["awful"] < 0 < found["superb"]
    assert "!" not in found


def test_what_is_written_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plots = [f"The king of land {number} dies and his son rides home." for number in range(30)]
    reviews = [f"This film is the best of the {number} films that I saw." for number in range(30)]
    subj = pd.DataFrame({"text": plots + reviews, "subjective": [0] * 30 + [1] * 30})
    subj.to_parquet(tmp_path / "sentences_subj.parquet")
    sst = pd.DataFrame({"text": [*reviews, "A film about a king."], "fine": [4] * 30 + [2]})
    sst.to_parquet(tmp_path / "sentences_sst.parquet")
    monkeypatch.setattr(Scorer, "words", ("awful", "superb", "table", "king"))
    figures = fit_opinion.run(tmp_path, tmp_path / "opinion.json")
    assert figures["plot_or_review"] == figures["opinion"] == 1.0 or figures["opinion"] > 0.9
    monkeypatch.setattr(opinion, "FILE", tmp_path / "opinion.json")
    read = opinion.shipped.__wrapped__()
    assert read.sum_of(["film"]) > read.sum_of(["king"])
    assert set(json.loads((tmp_path / "opinion.json").read_text())) == {"bias", "weights", "leanings", "words"}
