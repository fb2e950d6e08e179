"""The recurrent part in float64, and the rounding that gives every runtime the same logit to the bit.

Two runtimes never sum float32 numbers in the same order, so their logits differ in the last places. All of them are
therefore rounded to a coarse `GRID`. Where a logit lies so near the middle between two steps that the last places would
decide (within `MARGIN`), it is computed again in float64, whose own error is some 1e-13 (Ziv 1991, "Fast evaluation of
elementary mathematical functions with correctly rounded last bit").
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model import batches
from model.numeric import Floats, sigmoid
from model.serving.model_folder import KERAS
from model.serving.unit_groups import DIRECTIONS

GRID = 2.0**-7
"""Step of a served LSTM logit: 0.2 points of probability at most, far below what calibration can tell apart."""
MARGIN = 2.0**-17
"""Bound on the error of a float32 runtime's logit; `tests/model/scenarios/test_parity.py` measures it."""
_GATES = 4
_BATCH = 64
# Rows x steps of one batch: its word ids stand in memory at once. 16 of the longest texts: one alone takes three times
# as long a text.
_STEPS = 65_536
# Rows x steps whose input products, in float64, stand in memory at once.
_PRODUCTS = 4_096


class ExactLSTM:
    """Embedding, BiLSTM, pooling and output layers of a model folder in float64, by NumPy; opened when first needed.

    weights: name of the file with all but the embedding.
    """

    def __init__(self, folder: Path, weights: str = KERAS) -> None:
        self._folder, self._file = folder, weights

    @cached_property
    def _weights(self) -> dict[str, Floats]:
        with np.load(self._folder / self._file) as stored:
            return {name: stored[name].astype(np.float64) for name in stored.files}

    @cached_property
    def _vectors(self) -> NDArray[np.floating]:
        vectors: NDArray[np.floating] = np.load(self._folder / "embedding.npy", mmap_mode="r")
        return vectors

    def settled(self, logits: Floats, rows: Callable[[NDArray[np.int64]], Sequence[NDArray[np.int32]]]) -> Floats:
        """A runtime's logits [n] rounded to `GRID` as the exact ones are.

        rows: numbers of texts (0 .. n - 1) -> the word ids of each; asked for where the runtime's error would decide.
        """
        places = logits / GRID
        doubtful = np.flatnonzero(np.abs(places - np.floor(places) - 0.5) * GRID < MARGIN)
        if len(doubtful):
            places[doubtful] = self.logits(rows(doubtful)) / GRID
        return np.asarray(np.rint(places) * GRID, dtype=np.float64)

    def logits(self, rows: Sequence[NDArray[np.int32]]) -> Floats:
        """Logits (float64 [n]) for word ids (each int32 [length >= 1]), not rounded; equal texts are read once."""
        keys = [row.tobytes() for row in rows]
        of_key = dict(zip(keys, rows, strict=True))
        places = {key: place for place, key in enumerate(of_key)}
        distinct = list(of_key.values())
        found = np.zeros(len(distinct))
        lengths = np.asarray([len(row) for row in distinct], dtype=np.int64)
        for numbers in batches.ordered(lengths, _BATCH, _STEPS):
            longest_first = numbers[::-1]
            found[longest_first] = self._batch([distinct[number] for number in longest_first])
        return found[[places[key] for key in keys]] if keys else found

    def _batch(self, rows: Sequence[NDArray[np.int32]]) -> Floats:
        """Of one batch, the longest text first."""
        turned = [row[::-1] for row in rows]
        pooled = [self._pooled(direction, block) for direction, block in zip(DIRECTIONS, (rows, turned), strict=True)]
        # As Keras joins them: both directions' maxima, then both directions' means.
        joined = np.concatenate([part for parts in zip(*pooled, strict=True) for part in parts], axis=1)
        weights = self._weights
        logits = joined @ weights["logit_kernel"][:, 0] + weights["logit_bias"][0]
        if "hidden_bias" in weights:
            hidden = np.maximum(joined @ weights["hidden_kernel"] + weights["hidden_bias"], 0.0)
            logits = logits + hidden @ weights["hidden_logit"][:, 0]
        return np.asarray(logits, dtype=np.float64)

    def _pooled(self, direction: str, rows: Sequence[NDArray[np.int32]]) -> tuple[Floats, Floats]:
        """Maxima and means [n, units] over the states of one direction, which reads `rows` from their beginnings."""
        kernel, recurrent, bias = (self._weights[f"{direction}_{name}"] for name in ("kernel", "recurrent", "bias"))
        lengths = np.asarray([len(row) for row in rows], dtype=np.int64)
        words = batches.padded(rows).T
        steps_at_once = max(1, _PRODUCTS // len(rows))
        shape = (len(rows), len(recurrent))
        state, cell, highest, total = np.zeros(shape), np.zeros(shape), np.full(shape, -2.0), np.zeros(shape)
        for step, going in enumerate((lengths[:, None] > np.arange(lengths[0])).sum(axis=0).tolist()):
            if (place := step % steps_at_once) == 0:
                vectors = self._vectors[words[step : step + steps_at_once, :going]]
                inputs = vectors.astype(np.float64) @ kernel + bias
            gates = inputs[place, :going] + state[:going] @ recurrent
            let_in, keep, new, out = np.split(gates, _GATES, axis=1)
            cell[:going] = sigmoid(keep) * cell[:going] + sigmoid(let_in) * np.tanh(new)
            state[:going] = sigmoid(out) * np.tanh(cell[:going])
            highest[:going] = np.maximum(highest[:going], state[:going])
            total[:going] += state[:going]
        return highest, total / lengths[:, None]
