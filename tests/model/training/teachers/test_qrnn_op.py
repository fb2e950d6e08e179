"""The compiled recurrence is the formula."""

from typing import Any

import numpy as np

from model.training.teachers import (
    qrnn_op,
)


def test_the_compiled_recurrence_is_the_formula() -> None:
    import tensorflow as tf

    rng = np.random.default_rng(1)
    gates = tf.constant(rng.normal(0, 2, (7, 3, 12)), tf.float32)
    first = tf.constant(rng.normal(0, 1, (3, 4)), tf.float32)
    weights = tf.constant(rng.normal(0, 1, (7, 3, 4)), tf.float32)

    def plain(given: Any) -> Any:
        z, f, o = tf.split(given, 3, axis=-1)
        cell, outputs = first, []
        for step in range(7):
            cell = tf.sigmoid(f[step]) * cell + (1 - tf.sigmoid(f[step])) * tf.tanh(z[step])
            outputs.append(tf.sigmoid(o[step]) * cell)
        return tf.stack(outputs), cell

    found = []
    for function in (plain, lambda given: qrnn_op.pooled(given, first)):
        with tf.GradientTape() as tape:
            tape.watch(gates)
            outputs, last = function(gates)
            total = tf.reduce_sum(outputs * weights)
        found.append((outputs.numpy(), last.numpy(), tape.gradient(total, gates).numpy()))
    for wanted, given in zip(*found, strict=True):
        np.testing.assert_allclose(given, wanted, atol=2e-6)
