"""The compiled LSTM is the textbook's, for all sizes, groups of units and hidden layers."""

from pathlib import Path

import numpy as np
import pytest

from model.serving import lstm_kernel
from model.serving.compiled_lstm import CompiledLSTM
from tests.model.made_up import folder_of

WORDS = 50


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 + 0.5 * np.tanh(0.5 * x)


def _exact(folder: Path, ids: np.ndarray) -> float:
    """The logit of one review in float64, by the textbook."""
    weights = {name: value.astype(np.float64) for name, value in np.load(folder / "keras_weights.npz").items()}
    vectors = np.load(folder / "embedding.npy").astype(np.float64)[ids]
    highest, means = [], []
    for direction, inputs in (("forward", vectors), ("backward", vectors[::-1])):
        recurrent = weights[f"{direction}_recurrent"]
        state, memory, states = np.zeros(len(recurrent)), np.zeros(len(recurrent)), []
        for value in inputs @ weights[f"{direction}_kernel"] + weights[f"{direction}_bias"]:
            i, f, c, o = np.split(value + state @ recurrent, 4)
            memory = _sigmoid(f) * memory + _sigmoid(i) * np.tanh(c)
            state = _sigmoid(o) * np.tanh(memory)
            states.append(state)
        highest.append(np.max(states, axis=0))
        means.append(np.mean(states, axis=0))
    pooled = np.concatenate(highest + means)
    logit = float(pooled @ weights["logit_kernel"][:, 0] + weights["logit_bias"][0])
    if "hidden_logit" in weights:
        hidden = np.maximum(pooled @ weights["hidden_kernel"] + weights["hidden_bias"], 0.0)
        logit += float(hidden @ weights["hidden_logit"][:, 0])
    return logit


def _reviews(lengths: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ids = np.random.default_rng(3).integers(1, WORDS, sum(lengths)).astype(np.int32)
    return ids, np.cumsum([0, *lengths[:-1]]), np.asarray(lengths)


@pytest.mark.parametrize(("units", "dimensions", "kernel"), [(3, 5, 0.3), (16, 7, 0.3), (24, 30, 0.3), (40, 9, 30)])
def test_the_cell_is_the_textbooks(units: int, dimensions: int, kernel: float, tmp_path: Path) -> None:
    # 30 saturates the gates: pre-activations beyond a hundred, where exp overflows float32.
    folder_of(tmp_path, units, dimensions, words=WORDS, kernel=kernel)
    ids, starts, lengths = _reviews([1, 2 * units, 2, units, 3, 90, 1, 2 * units + 1, 31])
    expected = [_exact(tmp_path, ids[start : start + length]) for start, length in zip(starts, lengths, strict=True)]
    found = CompiledLSTM(tmp_path).logits(ids, starts, lengths)
    np.testing.assert_allclose(found, expected, atol=2e-6 if kernel < 1 else 5e-5)
    assert np.ptp(expected) > 0.1


# The second group of some begins within a register, of one of them with it.
@pytest.mark.parametrize(
    ("groups", "hidden"),
    [((10,) * 4, 0), ((30, 19, 11), 5), ((lstm_kernel.LANES,) * 2, 0), ((17, 40, 3), 0), ((24,), 7)],
)
def test_groups_of_units_and_a_hidden_layer_are_the_textbooks(
    groups: tuple[int, ...], hidden: int, tmp_path: Path
) -> None:
    units = sum(groups)
    folder_of(tmp_path, units, 9, words=WORDS, groups=groups, hidden=hidden)
    ids, starts, lengths = _reviews([1, 2 * units, 2, 33, 1, 7])
    expected = [_exact(tmp_path, ids[start : start + length]) for start, length in zip(starts, lengths, strict=True)]
    lstm = CompiledLSTM(tmp_path)
    np.testing.assert_allclose(lstm.logits(ids, starts, lengths), expected, atol=4e-6)
    assert np.ptp(expected) > 0.1
    # What the zeros between groups would cost is not done.
    everything = 2 * 4 * units * -(-units // lstm_kernel.LANES) * lstm_kernel.LANES
    assert lstm.products == everything if len(groups) == 1 else lstm.products < 0.8 * everything


@pytest.mark.parametrize(("groups", "hidden"), [((), 0), ((10, 10), 0), ((9, 6, 5), 9)])
def test_a_review_does_not_depend_on_its_neighbours_or_on_the_table(
    groups: tuple[int, ...], hidden: int, tmp_path: Path
) -> None:
    folder_of(tmp_path, 20, 11, words=WORDS, groups=groups, hidden=hidden)
    ids, starts, lengths = _reviews([*range(1, 40), 7, 7, 7, 200])
    lstm = CompiledLSTM(tmp_path)
    together = lstm.logits(ids, starts, lengths)
    alone = [lstm.logits(ids, starts[n : n + 1], lengths[n : n + 1])[0] for n in range(len(lengths))]
    assert together.tolist() == alone
    few_common_words = CompiledLSTM(tmp_path, table_bytes=10_000)
    assert few_common_words.common_words < WORDS / 2
    assert together.tolist() == few_common_words.logits(ids, starts, lengths).tolist()
