"""The language model learns, and goes on after a kill."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.training.teachers import (
    language_model,
)
from model.training.teachers.qrnn_layers import Shape


def _plan(**changes: Any) -> language_model.Plan:
    given = {"epochs": 3, "streams": 4, "steps": 16, "candidates": 30, "learning_rate": 2e-2, "dropout": 0.0}
    return language_model.Plan(**(given | changes))


def test_the_language_model_learns(text: list[np.ndarray], tmp_path: Path) -> None:
    import json

    vectors = np.zeros((30, 4), np.float32)
    language_model.train(text, Shape(30, 8, 16, 2), vectors, _plan(epochs=12), tmp_path, resume=False)
    history = json.loads((tmp_path / "language_model.json").read_text(encoding="utf-8"))
    # Guessing among thirty words costs 3.4 nats.
    assert history[-1]["loss"] < 2.0


def test_an_interrupted_language_model_goes_on(
    text: list[np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape, vectors = Shape(30, 8, 16, 2), np.zeros((30, 4), np.float32)
    plan = _plan(checkpoint_minutes=-1.0)
    whole = language_model.train(text, shape, vectors, plan, tmp_path / "a", resume=False)
    draw = language_model.candidates
    calls = 0

    def killed(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 40:
            raise KeyboardInterrupt
        return draw(*given)

    monkeypatch.setattr(language_model, "candidates", killed)
    with pytest.raises(KeyboardInterrupt):
        language_model.train(text, shape, vectors, plan, tmp_path / "b", resume=False)
    monkeypatch.undo()
    resumed = language_model.train(text, shape, vectors, plan, tmp_path / "b", resume=True)
    assert float(resumed.adam.steps) == float(whole.adam.steps)
    # Not to the last digit: the memory of the broken batch starts empty.
    for first, second in zip(whole.variables, resumed.variables, strict=True):
        assert float(np.abs(first.numpy() - second.numpy()).mean()) < 0.02
