"""The stack of quasi-recurrent layers reads on from where it stopped, and its step is Adam's."""

import numpy as np
import pytest

from model.training.teachers.qrnn_layers import Adam, Shape, Stack


def test_a_text_read_in_two_parts_is_read_as_one() -> None:
    import tensorflow as tf

    shape = Shape(words=9, dimensions=4, units=6, layers=2)
    stack = Stack(shape, np.zeros((9, 0), np.float32), 1)
    ids = np.random.default_rng(1).integers(1, 9, (8, 3)).astype(np.int32)
    first = [tf.zeros((3, 6))] * 2
    whole, last = stack.states(ids, first, 0.0)
    assert whole.shape == (7, 3, 6)
    head, cells = stack.states(ids[:4], first, 0.0)
    # The first row is the word just before.
    tail, ended = stack.states(ids[3:], cells, 0.0)
    np.testing.assert_allclose(np.concatenate([head, tail]), whole, atol=1e-6)
    for one, other in zip(ended, last, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_vectors_begin_the_embedding() -> None:
    vectors = np.ones((3, 2), np.float32)
    embedding = Stack(Shape(3, 5, 2, 1), vectors, 1).embedding.numpy()
    np.testing.assert_allclose(embedding[:, :2], 0.3)
    assert not (embedding[:, 2:] == 0.3).any()


def test_the_first_step_is_the_rate_against_the_gradient() -> None:
    import tensorflow as tf

    variables = [tf.Variable([1.0, 1.0]), tf.Variable([1.0])]
    adam = Adam(variables)
    adam.apply([tf.constant([30.0, -40.0]), tf.constant([0.0])], [0.5, 0.25])
    np.testing.assert_allclose(variables[0].numpy(), [0.5, 1.5], atol=1e-5)
    assert variables[1].numpy() == pytest.approx([1.0])
    # Clipped to a norm of 1 first: the mean of gradients is a tenth of 0.6 and 0.8.
    np.testing.assert_allclose(adam.first[0].numpy(), [0.06, -0.08], atol=1e-6)
    assert float(adam.steps) == 1.0
