"""The network's own LSTM as a language model, before it learns a label: no teacher, only text.

Dai & Le 2015, "Semi-supervised Sequence Learning": the recurrent layer and the embedding begin with what predicting
words taught them. The forward LSTM guesses each next word of a window of text, the backward one each word before.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model.config import PretrainingConfig
from model.training import network as parts
from model.training.teachers import language_model
from model.training.teachers.qrnn_layers import Adam

if TYPE_CHECKING:
    import keras


class _BothWays(language_model.Learner):
    """Embedding and recurrent layer of a network, with a projection of each direction onto the embedding."""

    def __init__(self, network: "keras.Model", plan: language_model.Plan) -> None:
        import tensorflow as tf

        self.plan = plan
        self.embed, self.recurrent = (network.get_layer(name) for name in (parts.EMBEDDING, parts.RECURRENT))
        table = self.embed.get_weights()[0]
        self.words, dimensions = table.shape
        units = len(self.recurrent.get_weights()[1])
        rng = np.random.default_rng([plan.seed, 2])
        self.projections = [
            tf.Variable(rng.normal(0.0, units**-0.5, (units, dimensions)).astype(np.float32)) for _ in range(2)
        ]
        self.bias = tf.Variable(tf.zeros(self.words))
        self.layers = [*self.embed.trainable_variables, *self.recurrent.trainable_variables]
        self.variables = [*(variable.value for variable in self.layers), *self.projections, self.bias]
        self.adam = Adam(self.variables)
        self.step = self._compiled()

    def _compiled(self) -> Any:
        import tensorflow as tf

        def step(ids: Any, chosen: Any, places: Any, rate: Any) -> Any:
            with tf.GradientTape() as tape:
                states = self.recurrent(self.embed(ids), training=True)
                forward, backward = tf.split(states, 2, axis=-1)
                table, bias = tf.gather(self.variables[0], chosen), tf.gather(self.bias, chosen)
                # Each place is guessed from the one before, and from the one after.
                ways = ((forward[:, :-1], places[:, 1:]), (backward[:, 1:], places[:, :-1]))
                each = [
                    language_model.nats(hidden, projection, table, bias, wanted)
                    for (hidden, wanted), projection in zip(ways, self.projections, strict=True)
                ]
                loss = (each[0] + each[1]) / 2
            slopes = tape.gradient(loss, self.variables)
            number = len(self.layers)
            slopes = [*parts.kept_apart(self.layers, slopes[:number]), *slopes[number:]]
            self.adam.apply(slopes, [rate] * len(self.variables))
            return loss

        whole = tf.TensorSpec([None, None], tf.int32)
        return parts.compiled(step, [whole, tf.TensorSpec([None], tf.int32), whole, tf.TensorSpec([])])

    def learn(self, block: NDArray[np.int32], rng: np.random.Generator, rate: float, *, follows: bool) -> float:
        """As of any; each block is a window of its own. The loss is the mean of both directions."""
        ids = np.ascontiguousarray(block.T)
        chosen, places = language_model.candidates(ids, self.words, self.plan, rng)
        return float(self.step(ids, chosen, places, rate))


def run(
    network: "keras.Model",
    rows: Sequence[NDArray[np.int32]],
    config: PretrainingConfig,
    folder: Path,
    *,
    seed: int,
    resume: bool,
) -> None:
    """Trains embedding and recurrent layer of `network` on reviews as word ids (each int32 [length]).

    Checkpoints and the fall of the loss go into `folder`, as of `language_model.fit`.
    """
    plan = language_model.plan(config, seed)
    language_model.fit(_BothWays(network, plan), rows, plan, folder, resume)
