"""The recurrent network in Keras: word ids -> logit of positive. The one module that builds TensorFlow graphs.

Embedding -> spatial dropout -> bidirectional LSTM (Hochreiter & Schmidhuber 1997; Graves & Schmidhuber 2005) -> max and
mean over all real steps (Howard & Ruder 2018, "concat pooling", section 3.3, without the last state) -> logit, linear,
and where `hidden` says so plus what a hidden layer beside it adds.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model.config import NetworkConfig
from model.serving import unit_groups

if TYPE_CHECKING:
    import keras

EMBEDDING, RECURRENT, OUTPUT = "embedding", "recurrent", "logit"
HIDDEN, HIDDEN_OUTPUT = "hidden", "hidden_logit"
# Of every layer but the embedding, as far as a network has it.
WEIGHT_NAMES = {
    RECURRENT: tuple(f"{way}_{name}" for way in unit_groups.DIRECTIONS for name in ("kernel", "recurrent", "bias")),
    OUTPUT: ("logit_kernel", "logit_bias"),
    HIDDEN: ("hidden_kernel", "hidden_bias"),
    HIDDEN_OUTPUT: ("hidden_logit",),
}


def compiled(function: Callable[..., Any], signature: Sequence[Any]) -> Any:
    """`function` of tensors as a graph, traced once for all shapes of `signature` (a `tf.TensorSpec` an argument).

    Its source is not rewritten as TensorFlow would by default, which takes a sixth of a tiny run: no function
    of ours branches on the value of a tensor. One that did would raise.
    """
    import tensorflow as tf

    return tf.function(function, input_signature=signature, autograph=False)


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
    both = keras.layers.Bidirectional(lstm, name=RECURRENT)
    if len(config.sizes) > 1:
        _separate(both, config.sizes)
    states = both(vectors, mask=mask)
    pooled = MaskedPooling(name="pooling")(states, mask)
    pooled = keras.layers.Dropout(config.dropout)(pooled)
    logit = keras.layers.Dense(1, name=OUTPUT)(pooled)
    if config.hidden:
        hidden = keras.layers.Dense(config.hidden, "relu", name=HIDDEN)(pooled)
        # Zeros: a student that starts with an earlier model's weights says at first what that said.
        beside = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros", name=HIDDEN_OUTPUT)(hidden)
        logit = keras.layers.Add(name="sum")([logit, beside])
    return keras.Model(ids, logit, name="reelfeel")


def _separate(both: "keras.layers.Bidirectional", sizes: tuple[int, ...]) -> None:
    """Makes both directions of an unbuilt layer begin as groups of units of those sizes, and stay that."""
    import keras

    class Apart(keras.constraints.Constraint):  # type: ignore[misc]
        """Sets the weights between groups to 0."""

        def __init__(self) -> None:
            self.mask = keras.ops.convert_to_tensor(unit_groups.mask(sizes))

        def __call__(self, w: object) -> object:
            return w * self.mask

    def begin(shape: tuple[int, int], dtype: object = None) -> NDArray[np.float32]:
        """Each group as Keras would begin a network of it alone."""
        # A new initializer for each: one alone would draw the same for all.
        drawn = [keras.initializers.Orthogonal()((size, 4 * size)) for size in sizes]
        return unit_groups.joined([keras.ops.convert_to_numpy(block) for block in drawn])

    # Set here, since `Bidirectional` makes its layers from the config of the one given.
    for layer in (both.forward_layer, both.backward_layer):
        layer.cell.recurrent_constraint, layer.cell.recurrent_initializer = Apart(), begin


def kept_apart(variables: Sequence["keras.Variable"], gradients: Sequence[Any]) -> list[Any]:
    """The gradients without what lies between groups of units, which stays 0 and must not count in a norm."""
    pairs = zip(variables, gradients, strict=True)
    return [variable.constraint(slope) if variable.constraint else slope for variable, slope in pairs]


def made(
    config: NetworkConfig, table: NDArray[np.float32], weights: dict[str, NDArray[np.float32]] | None
) -> "keras.Model":
    """A Keras model with that embedding and, where they are given, those other weights (as `recurrent_weights`)."""
    network = build(config, len(table))
    set_embedding(network, table)
    if weights:
        set_recurrent_weights(network, weights)
    return network


def after_embedding(network: "keras.Model") -> "keras.Model":
    """The same layers from the embedding on: ids (which say what is padding) and word vectors -> logits."""
    import keras

    return keras.Model([network.input, network.get_layer(EMBEDDING).output], network.output)


def set_embedding(network: "keras.Model", table: NDArray[np.float32]) -> None:
    """Puts the table (float32 [words, dimensions]) into the embedding layer."""
    network.get_layer(EMBEDDING).set_weights([table])


def recurrent_weights(network: "keras.Model") -> dict[str, NDArray[np.float32]]:
    """Every weight but the embedding, by name, in Keras' layout (gates i, f, c, o along the last axis).

    forward_kernel [d, 4h], forward_recurrent [h, 4h], forward_bias [4h], the same with backward_, and
    logit_kernel [4h, 1], logit_bias [1]; with a hidden layer also hidden_kernel [4h, hidden], hidden_bias [hidden],
    hidden_logit [hidden, 1].
    """
    return {
        name: value
        for layer in _named(network)
        for name, value in zip(WEIGHT_NAMES[layer.name], layer.get_weights(), strict=True)
    }


def set_recurrent_weights(network: "keras.Model", weights: dict[str, NDArray[np.float32]]) -> None:
    """The inverse of `recurrent_weights`."""
    for layer in _named(network):
        layer.set_weights([weights[name] for name in WEIGHT_NAMES[layer.name]])


def _named(network: "keras.Model") -> list["keras.layers.Layer"]:
    """The layers in `WEIGHT_NAMES` that the network has, in its order."""
    found = {layer.name: layer for layer in network.layers}
    return [found[name] for name in WEIGHT_NAMES if name in found]


def shape_of(weights: dict[str, NDArray[np.float32]]) -> NetworkConfig:
    """The network that has these weights (as from `recurrent_weights`); what is no matter of shape is the default."""
    dimensions, units = len(weights["forward_kernel"]), len(weights["forward_recurrent"])
    hidden = len(weights["hidden_bias"]) if "hidden_bias" in weights else 0
    return NetworkConfig(dimensions=dimensions, units=units, groups=unit_groups.sizes(weights), hidden=hidden)


def embedding(network: "keras.Model") -> NDArray[np.float32]:
    """The embedding table, float32 [words, dimensions]."""
    table: NDArray[np.float32] = network.get_layer(EMBEDDING).get_weights()[0]
    return table
