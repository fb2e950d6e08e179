"""The figures of an evaluation as plain values."""

import json
from dataclasses import fields

import numpy as np

from model.evaluation.evaluation import Evaluation
from model.evaluation.metrics import measure
from model.evaluation.slices import slices


def test_every_figure_is_there_as_a_plain_value() -> None:
    labels, probabilities = np.asarray([1, 0], dtype=np.int8), np.asarray([0.75, 0.5])
    parts = slices(["Good.", "Bad."], labels, np.zeros(2, dtype=np.int8), probabilities)
    found = Evaluation(
        "m", "f.csv", "0" * 64, "all", 3, measure(probabilities, labels, 0.1), {"mixed": 1}, [], [], {}, "reviews", 2,
        {"mean": 0.1}, 0.25, parts, None,
    )  # fmt: skip
    plain = found.as_dict()
    assert list(plain) == [field.name for field in fields(Evaluation)]
    assert plain["metrics"] == found.metrics.as_dict()
    assert plain["slices"] == [part.as_dict() for part in parts]
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
