"""Rules of verdicts: what each review and its pieces weigh, and what is written into a folder."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from model.serving.calibration import Blend, Curve
from model.serving.early_exit import Exit
from model.serving.model_folder import Serving
from model.text.pieces import Pieces
from model.training import fit_rules

SERVING = Serving(
    dimensions=4, units=2, blend_lstm=1.0, blend_wide=1.0, blend_bias=0.0, band=0.1, stated_accuracy=0.95,
    wide_bias=0.0, wide_longest=3, max_tokens=9, batch=4, short_words=3, unknown_share=0.5,
)  # fmt: skip


def cut(*owners: int) -> Pieces:
    return Pieces(["a b"] * len(owners), [["a", "b"]] * len(owners), np.asarray(owners, dtype=np.int64))


def test_all_spans_and_all_sentences_of_a_review_weigh_half_as_much_as_itself() -> None:
    task: Any = SimpleNamespace(
        split=SimpleNamespace(dev=np.asarray([1, 2]), train=np.asarray([0, 3])),
        reviews=SimpleNamespace(labels=np.asarray([1, 1, 0, 0], dtype=np.int8)),
        tokens=[["a"]] * 2 + [["a"] * 20] * 2,
    )
    scorer: Any = SimpleNamespace(max_tokens=9, parts=lambda rows: (np.zeros(len(rows)), np.ones(len(rows))))
    sample = fit_rules._sample(task, scorer, cut(0, 0, 0, 0, 1), cut(0, 1, 1))
    assert sample.whole.tolist() == [True] * 2 + [False] * 8
    assert sample.owners.tolist() == [0, 1, 0, 0, 0, 0, 1, 0, 1, 1]
    assert sample.labels.tolist() == [int(owner == 0) for owner in sample.owners]
    assert sample.tokens.tolist() == [1, 9] + [2] * 8
    half = fit_rules.PIECES_WEIGHT
    np.testing.assert_allclose(sample.weights, [1, 1, *[half / 4] * 4, half, half, half / 2, half / 2])


def test_an_exit_is_written_as_the_folder_reads_it() -> None:
    early = Exit(3.5, Blend((1.25,), -0.5), Curve(60.0, slope=0.1), 0.25)
    written = replace(SERVING, **fit_rules._exit_fields(early))
    assert (written.exit_logit, written.exit_weight, written.exit_bias) == (3.5, 1.25, -0.5)
    assert (written.exit_slope, written.exit_step) == (0.1, 0.25)


@pytest.mark.parametrize("scores", [None, np.asarray([1, 2], dtype=np.float16)])
def test_scores_of_words_are_written_or_taken_away(tmp_path: Path, scores: Any) -> None:
    (tmp_path / "word_scores.npy").write_bytes(b"of an earlier model")
    fit_rules.write(tmp_path, fit_rules.Fitted(SERVING, scores, None, [], {}))
    assert json.loads((tmp_path / "serving.json").read_text(encoding="utf-8"))["band"] == 0.1
    assert (tmp_path / "word_scores.npy").exists() is (scores is not None)
    if scores is not None:
        np.testing.assert_array_equal(np.load(tmp_path / "word_scores.npy"), scores)
