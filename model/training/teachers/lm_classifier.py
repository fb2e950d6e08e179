"""A classifier on the language model's layers, fine-tuned on labelled reviews.

Howard & Ruder 2018 (ULMFiT): a new head on max, mean and last state, smaller steps for the pretrained layers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from model import batches
from model.numeric import Floats
from model.text.vocabulary import UNKNOWN
from model.training.network import compiled
from model.training.teachers.qrnn_layers import Adam, Shape, Stack


@dataclass(frozen=True, slots=True)
class Plan:
    """How to fine-tune. learning_rate: of the head; body_rate: of everything pretrained."""

    epochs: int = 3
    batch: int = 32
    learning_rate: float = 2e-3
    body_rate: float = 5e-4
    dropout: float = 0.3
    head_dropout: float = 0.4
    word_dropout: float = 0.05
    hidden: int = 50
    seed: int = 1


class Classifier:
    """Stack and head; logits of reviews as word ids."""

    def __init__(self, shape: Shape, pretrained: Sequence[NDArray[np.float32]], plan: Plan) -> None:
        import tensorflow as tf

        tf.random.set_seed(plan.seed)
        rng = np.random.default_rng([plan.seed, 3])
        self.plan = plan
        self.stack = Stack(shape, np.zeros((shape.words, 0), dtype=np.float32), plan.seed)
        for variable, value in zip(self.stack.variables, pretrained, strict=True):
            variable.assign(value)
        width = 3 * shape.units

        def drawn(rows: int, columns: int) -> Any:
            return tf.Variable(rng.normal(0.0, rows**-0.5, (rows, columns)).astype(np.float32))

        self.head = [drawn(width, plan.hidden), tf.Variable(tf.zeros(plan.hidden)), drawn(plan.hidden, 1)]
        self.head.append(tf.Variable(tf.zeros(1)))
        self.variables = [*self.stack.variables, *self.head]
        self.average = [tf.Variable(variable.value()) for variable in self.variables]
        self.adam = Adam(self.variables)
        ids = tf.TensorSpec([None, None], tf.int32)
        self.run = compiled(lambda ids: self.logits(ids, training=False), [ids])
        specs = [ids, tf.TensorSpec([None]), tf.TensorSpec([])]
        self.step = compiled(self._step, specs)

    def logits(self, ids: Any, *, training: bool) -> Any:
        """Logits [batch] of ids [batch, steps], 0 = padding at the end."""
        import tensorflow as tf

        turned = tf.transpose(ids)
        real = tf.cast(turned != 0, tf.float32)[:, :, None]
        before = tf.zeros_like(turned[:1])
        first = [tf.zeros((tf.shape(ids)[0], self.stack.shape.units))] * self.stack.shape.layers
        drop = self.plan.dropout if training else 0.0
        states, _ = self.stack.states(tf.concat([before, turned], axis=0), first, drop)
        number = tf.maximum(tf.reduce_sum(real, axis=0), 1.0)
        mean = tf.reduce_sum(states * real, axis=0) / number
        highest = tf.reduce_max(tf.where(real > 0, states, -1e9), axis=0)
        places = tf.cast(tf.maximum(number[:, 0] - 1.0, 0.0), tf.int32)
        last = tf.gather_nd(states, tf.stack([places, tf.range(tf.shape(ids)[0])], axis=1))
        pooled = tf.concat([highest, mean, last], axis=1)
        if training:
            pooled = tf.nn.dropout(pooled, self.plan.head_dropout)
        hidden = tf.nn.relu(pooled @ self.head[0] + self.head[1])
        return (hidden @ self.head[2] + self.head[3])[:, 0]

    def _step(self, ids: Any, targets: Any, share: Any) -> Any:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            logits = self.logits(ids, training=True)
            loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(targets, logits))
        body = share * self.plan.body_rate
        rates = [body] * len(self.stack.variables) + [share * self.plan.learning_rate] * len(self.head)
        self.adam.apply(tape.gradient(loss, self.variables), rates)
        keep = tf.minimum(0.998, (1.0 + self.adam.steps) / (10.0 + self.adam.steps))
        for mean, variable in zip(self.average, self.variables, strict=True):
            mean.assign_add((1.0 - keep) * (variable - mean))
        return loss

    def fit(self, rows: Sequence[NDArray[np.int32]], targets: NDArray[np.float32], note: str) -> None:
        """Fine-tunes on rows (each int32 [length]) and probabilities of positive [n]; ends with averaged weights."""
        plan = self.plan
        lengths = np.asarray([len(row) for row in rows], dtype=np.int64)
        total = -(-len(rows) // plan.batch) * plan.epochs
        done = 0
        with Progress() as progress:
            bar = progress.add_task(note, total=total)
            for epoch in range(plan.epochs):
                rng = np.random.default_rng([plan.seed, epoch])
                for numbers in batches.shuffled(lengths, plan.batch, rng):
                    block = batches.padded([rows[number] for number in numbers])
                    block = batches.drop_words(block, plan.word_dropout, UNKNOWN, rng)
                    # Slanted triangle: a short climb, a long way down.
                    share = min((done + 1) / (0.1 * total), (total - done) / (0.9 * total))
                    self.step(block, targets[numbers], share)
                    done += 1
                    progress.update(bar, completed=done)
        for mean, variable in zip(self.average, self.variables, strict=True):
            variable.assign(mean)

    def predict(self, rows: Sequence[NDArray[np.int32]]) -> Floats:
        """Logits (float64 [n]) of reviews as word ids, in the order given."""
        return batches.scored(rows, lambda block: self.run(block).numpy(), 64, 20_000)
