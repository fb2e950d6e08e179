"""The comparison's sentences are judged by its figures."""

from typing import Any

import numpy as np
import pytest

from model.experiments import comparison_report


def made_up(accuracies: dict[str, int], total: int = 1000) -> tuple[list[dict[str, Any]], dict[str, np.ndarray]]:
    """Rows by kind that get the first so many of `total` reviews right."""
    rows, right = [], {}
    for kind, number in accuracies.items():
        right[kind] = np.arange(total) < number
        speed = {"reviews_per_s": 1000.0 if kind == "shipped" else 250.0}
        share = {"accuracy": number / total, "f1": number / total}
        rows.append({"name": kind, "title": kind.upper(), "kind": kind, "metrics": share, "speed": speed})
    return rows, right


@pytest.mark.parametrize(
    ("lstm", "nbsvm", "words"),
    [(930, 900, "it does:"), (900, 930, "it does not:"), (901, 900, "it does not: that is a tie")],
)
def test_the_seed_claim_is_judged_by_the_figures(lstm: int, nbsvm: int, words: str) -> None:
    rows, right = made_up({"nbsvm": nbsvm, "tfidf": 850, "lstm": 860, "bilstm": lstm, "shipped": 940})
    said = comparison_report.sentences(rows, right)
    assert words in said[0]
    assert f"BILSTM) reads {lstm / 10:.2f} %" in said[0]
    assert "loses to" in said[1]
    assert "wins against every baseline" in said[2]
    assert "4.0 times BILSTM" in said[3]


def test_what_ships_is_not_flattered() -> None:
    rows, right = made_up({"nbsvm": 930, "cnn": 900, "lstm": 850, "shipped": 901})
    said = comparison_report.sentences(rows, right)
    assert "wins against LSTM, ties with CNN, loses to NBSVM; the closest is NBSVM (-2.90 points" in said[1]
    assert comparison_report.sentences(*made_up({"cnn": 900})) == []
