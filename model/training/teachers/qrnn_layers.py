"""A stack of quasi-recurrent layers over word ids, and the Adam step that trains it, in plain TensorFlow.

Products run in bfloat16 (twice to five times as fast on CPUs with AMX), everything else in float32.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.training.teachers.qrnn_op import pooled


@dataclass(frozen=True, slots=True)
class Shape:
    """words: rows of the embedding; dimensions: its columns; units: of each layer; layers: how many."""

    words: int
    dimensions: int
    units: int
    layers: int


class Stack:
    """Embedding and layers. All tensors run steps first: ids [steps, batch], states [steps, batch, units]."""

    def __init__(self, shape: Shape, vectors: NDArray[np.float32], seed: int) -> None:
        import tensorflow as tf

        rng = np.random.default_rng(seed)
        start = rng.normal(0.0, 0.1, (shape.words, shape.dimensions)).astype(np.float32)
        start[:, : vectors.shape[1]] = 0.3 * vectors[:, : shape.dimensions]
        self.shape = shape
        self.embedding = tf.Variable(start, name="embedding")
        self.kernels: list[Any] = []
        self.biases: list[Any] = []
        for number in range(shape.layers):
            wide = 2 * shape.dimensions if number == 0 else shape.units
            kernel = rng.normal(0.0, wide**-0.5, (wide, 3 * shape.units)).astype(np.float32)
            bias = np.zeros(3 * shape.units, dtype=np.float32)
            # Forget gates start at 0.73: a memory of a few words, longer ones in later layers.
            bias[shape.units : 2 * shape.units] = 1.0 + 0.5 * number
            self.kernels.append(tf.Variable(kernel, name=f"kernel{number}"))
            self.biases.append(tf.Variable(bias, name=f"bias{number}"))

    @property
    def variables(self) -> list[Any]:
        """Embedding first."""
        return [self.embedding, *self.kernels, *self.biases]

    def states(self, ids: Any, first: list[Any], dropout: float) -> tuple[Any, list[Any]]:
        """Top states [steps, batch, units] (float32) and last cells of ids [1 + steps, batch], from `first` cells.

        The first row of ids is the words just before: the first layer reads two words at a time. `dropout` drops
        units for all steps at once (Gal & Ghahramani 2016).
        """
        import tensorflow as tf

        half = tf.bfloat16
        vectors = _dropped(tf.gather(self.embedding, ids), dropout)
        inputs = tf.cast(tf.concat([vectors[:-1], vectors[1:]], axis=-1), half)
        last = []
        units = self.shape.units
        hidden: Any = None
        for number, (kernel, bias) in enumerate(zip(self.kernels, self.biases, strict=True)):
            sizes = tf.shape(inputs)
            flat = tf.reshape(inputs, (sizes[0] * sizes[1], inputs.shape[-1]))
            gates = tf.cast(tf.matmul(flat, tf.cast(kernel, half)), tf.float32) + bias
            outputs, cells = pooled(tf.reshape(gates, (sizes[0], sizes[1], 3 * units)), first[number])
            last.append(cells)
            # The sum lets a deep layer start as the one below.
            hidden = outputs if hidden is None else hidden + outputs
            inputs = tf.cast(_dropped(hidden, dropout), half)
        return hidden, last


def _dropped(block: Any, share: float) -> Any:
    import tensorflow as tf

    if share <= 0.0:
        return block
    sizes = tf.shape(block)
    mask = tf.cast(tf.random.uniform((1, sizes[1], sizes[2])) >= share, tf.float32) / (1.0 - share)
    return block * mask


class Adam:
    """Kingma & Ba 2015, one fused pass a variable; gradients are clipped by their global norm first."""

    def __init__(self, variables: list[Any], clip: float = 1.0) -> None:
        import tensorflow as tf

        self.variables = variables
        self.clip = clip
        self.first = [tf.Variable(tf.zeros_like(variable)) for variable in variables]
        self.second = [tf.Variable(tf.zeros_like(variable)) for variable in variables]
        self.steps = tf.Variable(0.0)

    def apply(self, gradients: list[Any], rates: list[Any]) -> None:
        """One step, with a learning rate for each variable."""
        import tensorflow as tf

        dense = [tf.convert_to_tensor(gradient) for gradient in gradients]
        clipped, _ = tf.clip_by_global_norm(dense, self.clip)
        self.steps.assign_add(1.0)
        fading, squares = 0.9**self.steps, 0.99**self.steps
        rows = zip(self.variables, self.first, self.second, clipped, rates, strict=True)
        for variable, first, second, gradient, rate in rows:
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=first.handle,
                v=second.handle,
                beta1_power=fading,
                beta2_power=squares,
                lr=rate,
                beta1=0.9,
                beta2=0.99,
                epsilon=1e-7,
                grad=gradient,
            )

    @property
    def state(self) -> list[Any]:
        """Everything a resumed run needs."""
        return [*self.first, *self.second, self.steps]
