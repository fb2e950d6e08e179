"""The recurrent part for bulk work: input products folded into a table, and a compiled cell
(`model.serving.lstm_kernel`).

The first layer's input product depends on the word alone, so E @ W_x + b is computed once a word and looked up after
that, which also makes wide word vectors free. Rows of the vocabulary stand by frequency: the first ones, as many as fit
`_TABLE_BYTES`, are folded when the first bulk call comes, the few rare words of a batch with that batch.

Measured beside ONNX Runtime on training reviews by `make bench-model`. That remains for single reviews, explanations
and machines without Numba: it needs no compiling (1 s at the first call ever, 0.3 s from Numba's cache).
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.numeric import Floats
from model.serving.model_folder import KERAS
from model.serving.unit_groups import DIRECTIONS

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Table = NDArray[np.float32]

# Both directions together; 64 MiB are 13,000 words at 160 units, which are about 98 % of a review's words.
_TABLE_BYTES = 64 << 20
# Rows of one call: enough for whole tiles at nearly every step, few enough that their states stay in the L2 cache.
_BATCH = 128
_FOLDED_AT_ONCE = 2_048


class CompiledLSTM:
    """Embedding, BiLSTM, pooling and output layer of a model folder. May be used by several threads at once.

    `table_bytes` bounds the folded table, of the `common_words` first rows of the embedding; `weights` names the file
    with all but the embedding. Raises whatever Numba raises, ImportError first of all.
    """

    def __init__(self, folder: Path, weights: str = KERAS, *, table_bytes: int = _TABLE_BYTES) -> None:
        # Here, since the kernel compiles its tiles when it is imported.
        from model.serving import lstm_kernel

        self._direction, self._fold, self._add_product = (
            lstm_kernel.direction,
            lstm_kernel.fold,
            lstm_kernel.add_product,
        )
        self._vectors: Table = np.load(folder / "embedding.npy", mmap_mode="r")
        with np.load(folder / weights) as stored:
            known = {name: np.asarray(stored[name], dtype=np.float32) for name in stored.files}
        self.units = len(known["forward_recurrent"])
        self._width = -(-self.units // lstm_kernel.LANES) * lstm_kernel.LANES
        self._recurrent = [
            self._packed(known[f"{name}_recurrent"], lstm_kernel.SCALE, lstm_kernel.LANES) for name in DIRECTIONS
        ]
        self._heard = [lstm_kernel.heard(recurrent) for recurrent in self._recurrent]
        # A word: two directions, each a [units] x [units, 4 units] product as far as units hear one another.
        self.products = sum(int(heard[:, 1].sum()) for heard in self._heard) * 4 * lstm_kernel.LANES
        self._input = [
            self._packed(known[f"{name}_kernel"], lstm_kernel.SCALE, lstm_kernel.LANES) for name in DIRECTIONS
        ]
        biases = [
            self._packed(known[f"{name}_bias"][None], lstm_kernel.SCALE, lstm_kernel.LANES) for name in DIRECTIONS
        ]
        self._bias = [bias.ravel() for bias in biases]
        # [maximum or mean, direction, units]
        self._logit_kernel = known["logit_kernel"].astype(np.float64).reshape(2, 2, self.units)
        self._logit_bias = float(known["logit_bias"][0])
        # The same times hidden units; none where the network has no hidden layer.
        self.hidden = len(known.get("hidden_bias", ()))
        if self.hidden:
            kernel = known["hidden_kernel"].astype(np.float64).reshape(2, 2, self.units, self.hidden)
            self._hidden_kernel = [np.ascontiguousarray(kernel[:, number]) for number in range(2)]
            self._hidden_bias = known["hidden_bias"].astype(np.float64)
            self._hidden_logit = known["hidden_logit"][:, 0].astype(np.float64)
        words = min(len(self._vectors), max(1, table_bytes // (2 * self._bias[0].nbytes)))
        self._common = [self._folded(np.arange(words), direction) for direction in range(2)]
        self.common_words = words
        self._batch(np.ones(1, np.int32), np.zeros(1, np.int64), np.ones(1, np.int64))  # compiles

    def logits(
        self, ids: Int32s, starts: Int64s, lengths: Int64s, pool: ThreadPoolExecutor | None = None, threads: int = 1
    ) -> Floats:
        """Logits (float64 [n]) of reviews whose word ids lie in `ids` [tokens] at `starts` [n], `lengths` [n] >= 1.

        A review's logit does not depend, to the bit, on the reviews beside it or on `threads` of the `pool`.
        """
        order = np.argsort(-lengths, kind="stable")
        size = max(1, min(_BATCH, -(-len(order) // threads)))
        parts = [order[first : first + size] for first in range(0, len(order), size)]
        found = (pool.map if pool else map)(lambda part: self._batch(ids, starts[part], lengths[part]), parts)
        logits = np.zeros(len(order))
        for part, values in zip(parts, found, strict=True):
            logits[part] = values
        return logits

    def _batch(self, ids: Int32s, starts: Int64s, lengths: Int64s) -> Floats:
        """Logits of one batch, the longest review first."""
        ids, starts = _joined(ids, starts, lengths)
        words = len(self._common[0])
        unusual, places = np.unique(ids[ids >= words], return_inverse=True)
        ids[ids >= words] = words + places
        logits = np.full(len(lengths), self._logit_bias)
        hidden = np.tile(self._hidden_bias, (len(lengths), 1)) if self.hidden else None
        for number in range(2):
            highest = np.full((len(lengths), self._width), -2.0, dtype=np.float32)  # a state is above -1
            total = np.zeros_like(highest)
            rare = self._folded(unusual, number) if len(unusual) else self._common[number][:0]
            common, recurrent, heard = self._common[number], self._recurrent[number], self._heard[number]
            self._direction(common, rare, ids, starts, lengths, number == 1, recurrent, heard, highest, total)
            # No library product here either: its sums may depend on the number of rows, and it starts threads.
            for_maximum, for_mean = self._logit_kernel[:, number]
            logits += np.einsum("ru,u->r", highest[:, : self.units], for_maximum)
            logits += np.einsum("ru,u->r", total[:, : self.units], for_mean) / lengths
            if hidden is not None:
                pooled = np.stack([highest, total / lengths[:, None]])[:, :, : self.units]
                for part, kernel in zip(pooled, self._hidden_kernel[number], strict=True):
                    self._add_product(np.ascontiguousarray(part), kernel, hidden)
        if hidden is not None:
            logits += np.einsum("rk,k->r", np.maximum(hidden, 0.0), self._hidden_logit)
        return logits

    def _packed(self, kernel: Table, scale: Table, lanes: int) -> Table:
        """Keras' [k, 4 units] -> [width / lanes, k, 4, lanes], scaled a gate, zeros for the units that fill up."""
        wide = np.zeros((len(kernel), 4, self._width), dtype=np.float32)
        wide[:, :, : self.units] = kernel.reshape(len(kernel), 4, self.units) * scale[None, :, None]
        blocks = wide.reshape(len(kernel), 4, self._width // lanes, lanes).transpose(2, 0, 1, 3)
        return np.ascontiguousarray(blocks)

    def _folded(self, words: NDArray[Any], direction: int) -> Table:
        """E @ W_x + b of these words (float32 [len(words), 4 width])."""
        folded = np.empty((len(words), len(self._bias[direction])), dtype=np.float32)
        for first in range(0, len(words), _FOLDED_AT_ONCE):
            part = slice(first, first + _FOLDED_AT_ONCE)
            vectors = np.ascontiguousarray(self._vectors[words[part]], dtype=np.float32)
            self._fold(vectors, self._input[direction], self._bias[direction], folded[part])
        return folded


def _joined(ids: Int32s, starts: Int64s, lengths: Int64s) -> tuple[Int32s, Int64s]:
    """The ids of these reviews one after the other, and where each begins."""
    begins = np.concatenate([[0], np.cumsum(lengths)])
    joined = np.empty(begins[-1], dtype=np.int32)
    for start, length, begin in zip(starts.tolist(), lengths.tolist(), begins.tolist(), strict=False):
        joined[begin : begin + length] = ids[start : start + length]
    return joined, begins[:-1]
