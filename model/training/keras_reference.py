"""The Keras network of a model folder, for the parity tests and the benchmark. Needs the `train` extra."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.serving.scorer import Scorer
from model.training import network
from model.training.fit import predict

if TYPE_CHECKING:
    import keras


def load(folder: Path) -> "keras.Model":
    """The folder's network in Keras: int32 [batch, steps] (0 = padding) -> float32 [batch, 1] logits."""
    table: NDArray[np.float32] = np.load(folder / "embedding.npy").astype(np.float32)
    with np.load(folder / "keras_weights.npz") as stored:
        weights = {name: stored[name] for name in stored.files}
    return network.made(network.shape_of(weights), table, weights)


def logits(keras_network: "keras.Model", rows: Sequence[NDArray[np.int32]]) -> NDArray[np.float64]:
    """Keras' logits (float64 [n]) of rows of word ids, in batches by length."""
    return predict(keras_network, rows)


class KerasScorer(Scorer):
    """A scorer whose LSTM is the Keras network of its folder: slow, and the same verdicts to the bit."""

    def __init__(self, folder: Path, keras_network: "keras.Model", *, exit: bool = True) -> None:
        super().__init__(folder, compiled=False, exit=exit)
        self._keras = keras_network

    def recurrent_logits(self, rows: Sequence[NDArray[np.int32]]) -> NDArray[np.float64]:
        return self.settled(logits(self._keras, rows), rows)
