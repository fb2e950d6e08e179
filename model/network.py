"""The recurrent network in Keras: word ids -> logit of positive. The one module that builds TensorFlow graphs.

Embedding -> spatial dropout -> bidirectional LSTM (Hochreiter & Schmidhuber 1997; Graves & Schmidhuber 2005) -> max and
mean over all real steps (Howard & Ruder 2018, "concat pooling", section 3.3, without the last state) -> logit.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.config import NetworkConfig

if TYPE_CHECKING:
    import keras

EMBEDDING, RECURRENT, OUTPUT = "embedding", "recurrent", "logit"


def build(config: NetworkConfig, words: int) -> "keras.Model":
    """An untrained Keras model: int32 [batch, steps] (0 = padding at the end) -> float32 [batch, 1] logits.

    `words` is the number of rows of the embedding table.
    """
    import keras

    class MaskedPooling(keras.layers.Layer):  # type: ignore[misc]
        """[batch, steps, f] and a mask [batch, steps] -> [batch, 2f]: max and mean over unmasked steps."""

        def __init__(self, **options: object) -> None:
            super().__init__(**options)
            self.supports_masking = True

        def compute_mask(self, inputs: object, previous: object = None) -> None:
            """The result has no steps left to mask."""

        def call(self, inputs: object, steps: object) -> object:
            # `where` and not an added mask: a [1, T, 1] mask added to [1, T, F] hits a bias_add shortcut when T = F.
            ops = keras.ops
            real = ops.expand_dims(steps, -1)
            highest = ops.max(ops.where(real, inputs, -1e9), axis=1)
            total = ops.sum(ops.where(real, inputs, 0.0), axis=1)
            number = ops.maximum(ops.sum(ops.cast(real, "float32"), axis=1), 1.0)
            return ops.concatenate([highest, total / number], axis=-1)

    ids = keras.Input((None,), dtype="int32", name="ids")
    mask = keras.ops.not_equal(ids, 0)
    vectors = keras.layers.Embedding(words, config.dimensions, name=EMBEDDING)(ids)
    vectors = keras.layers.SpatialDropout1D(config.spatial_dropout)(vectors)
    lstm = keras.layers.LSTM(config.units, return_sequences=True)
    states = keras.layers.Bidirectional(lstm, name=RECURRENT)(vectors, mask=mask)
    pooled = MaskedPooling(name="pooling")(states, mask)
    pooled = keras.layers.Dropout(config.dropout)(pooled)
    return keras.Model(ids, keras.layers.Dense(1, name=OUTPUT)(pooled), name="reelfeel")


def set_embedding(network: "keras.Model", table: NDArray[np.float32]) -> None:
    """Puts the table (float32 [words, dimensions]) into the embedding layer."""
    network.get_layer(EMBEDDING).set_weights([table])


def recurrent_weights(network: "keras.Model") -> dict[str, NDArray[np.float32]]:
    """Every weight but the embedding, by name, in Keras' layout (gates i, f, c, o along the last axis).

    forward_kernel [d, 4h], forward_recurrent [h, 4h], forward_bias [4h], the same with backward_, and
    logit_kernel [4h, 1], logit_bias [1].
    """
    values = [*network.get_layer(RECURRENT).get_weights(), *network.get_layer(OUTPUT).get_weights()]
    return dict(zip(WEIGHT_NAMES, values, strict=True))


def set_recurrent_weights(network: "keras.Model", weights: dict[str, NDArray[np.float32]]) -> None:
    """The inverse of `recurrent_weights`."""
    values = [weights[name] for name in WEIGHT_NAMES]
    network.get_layer(RECURRENT).set_weights(values[:-2])
    network.get_layer(OUTPUT).set_weights(values[-2:])


WEIGHT_NAMES = (
    "forward_kernel",
    "forward_recurrent",
    "forward_bias",
    "backward_kernel",
    "backward_recurrent",
    "backward_bias",
    "logit_kernel",
    "logit_bias",
)


def embedding(network: "keras.Model") -> NDArray[np.float32]:
    """The embedding table, float32 [words, dimensions]."""
    table: NDArray[np.float32] = network.get_layer(EMBEDDING).get_weights()[0]
    return table
