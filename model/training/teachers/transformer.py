"""A pretrained transformer encoder, fine-tuned on labelled reviews: the teacher that knows general English.

The architecture is BERT's (Devlin et al. 2019), or that with a bias for the distance of two words (MPNet, Song et al.
2020); meant for MiniLM (Wang et al. 2020, six layers of 384 units), which two cores fine-tune whole, and for MPNet
(twelve of 768), of which they fine-tune the upper layers. Its folder is an input of a training run like the GloVe
vectors: `config.json`, `vocab.txt` and `model.safetensors` as published. Products run in bfloat16, the rest in float32.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from model import batches
from model.data.errors import DataError
from model.numeric import Floats
from model.training.network import compiled
from model.training.teachers.qrnn_layers import Adam

Arrays = dict[str, NDArray[np.float32]]
CONFIG, WEIGHTS = "config.json", "model.safetensors"
_PREDICT_TOKENS = 8_000


# MPNet's names of what BERT has too.
_SYNONYMS = {
    "attention.attn.q.": "attention.self.query.",
    "attention.attn.k.": "attention.self.key.",
    "attention.attn.v.": "attention.self.value.",
    "attention.attn.o.": "attention.output.dense.",
    "attention.LayerNorm.": "attention.output.LayerNorm.",
}
_WORDS, _PLACES = "embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight"
_KINDS, _DISTANCES = "embeddings.token_type_embeddings.weight", "encoder.relative_attention_bias.weight"
# Distances of two words from here on share the last bucket (Raffel et al. 2020, section 2.1).
_FARTHEST = 128


@dataclass(frozen=True, slots=True)
class Pretrained:
    """weights by BERT's names; heads of each layer's attention; epsilon of the normalisations.

    distances: what the distance of two words adds to each head's attention (float32 [buckets, heads]), if anything.
    """

    weights: Arrays
    layers: int
    heads: int
    epsilon: float
    distances: NDArray[np.float32] | None = None

    @property
    def longest(self) -> int:
        """Pieces of words that it reads at most, the two marks included."""
        return len(self.weights[_PLACES])


@dataclass(frozen=True, slots=True)
class Plan:
    """How to fine-tune. learning_rate: of the head; body_rate: of the layers (the word vectors stay).

    frozen: so many of the lower layers stay as they are, which saves the gradient through them.
    """

    epochs: int = 2
    frozen: int = 0
    batch: int = 16
    learning_rate: float = 1e-3
    body_rate: float = 1e-4
    dropout: float = 0.1
    warmup: float = 0.1
    seed: int = 1


def read(folder: Path, tokens: int) -> Pretrained:
    """The encoder in `folder`, for reviews of so many pieces of words.

    Raises `DataError` when a file is missing or not of this architecture, or when it cannot read that many.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        weights = load_file(folder / WEIGHTS)
        if config["hidden_act"] != "gelu" or config["model_type"] not in ("bert", "mpnet"):
            raise DataError(f"The encoder in {folder} is not of BERT's or MPNet's architecture.")
        distances = None
        if config["model_type"] == "mpnet":
            weights, distances = _as_bert(weights), weights[_DISTANCES]
        layers, heads = config["num_hidden_layers"], config["num_attention_heads"]
        found = Pretrained(weights, layers, heads, config["layer_norm_eps"], distances)
        if tokens + 2 > found.longest:
            raise DataError(
                f"The encoder in {folder} reads at most {found.longest - 2} tokens; {tokens} are asked for."
            )
        return found
    except OSError as error:
        raise DataError(
            f"The encoder in {folder} cannot be read: {error.strerror} ({error.filename}). `make encoders` fetches one."
        ) from error
    except (ValueError, KeyError, SafetensorError) as error:
        raise DataError(f"The encoder in {folder} cannot be read: {error}.") from error


def _as_bert(weights: Arrays) -> Arrays:
    """MPNet's weights under BERT's names, padding in row 0 (`WordPieces` has it there too), the first place first."""
    found: Arrays = {}
    for published, value in weights.items():
        name = published
        for theirs, ours in _SYNONYMS.items():
            name = name.replace(theirs, ours)
        found[name] = value
    words = found[_WORDS]
    found[_WORDS] = np.concatenate([words[[1, 0]], words[2:]])
    # Its rows 0 and 1 are no places (as in RoBERTa).
    found[_PLACES] = found[_PLACES][2:]
    found[_KINDS] = np.zeros((1, words.shape[1]), dtype=np.float32)
    return found


def distance_buckets(steps: int, buckets: int) -> NDArray[np.int32]:
    """The bucket of each pair of places (int32 [steps, steps], from the reading place to the one read).

    Half of the buckets are for what stands before, half for what stands after; near distances have one each, far ones
    share it, on a logarithmic scale (Raffel et al. 2020).
    """
    distance = np.arange(steps)[:, None] - np.arange(steps)[None, :]
    half = buckets // 2
    near = half // 2
    size = np.abs(distance)
    far = near + np.log(np.maximum(size, 1) / near) / np.log(_FARTHEST / near) * (half - near)
    bucket = np.where(size < near, size, np.minimum(far.astype(np.int32), half - 1))
    return np.asarray(bucket + half * (distance < 0), dtype=np.int32)


def _layer(weights: Arrays, number: int) -> list[NDArray[np.float32]]:
    """Kernels and biases of one layer in the order in which `_block` takes them."""
    prefix = f"encoder.layer.{number}."
    inner = [f"{prefix}attention.self.{name}" for name in ("query", "key", "value")]
    found = [
        np.concatenate([weights[f"{name}.weight"].T for name in inner], axis=1),
        np.concatenate([weights[f"{name}.bias"] for name in inner]),
    ]
    outer = ("attention.output.dense", "attention.output.LayerNorm", "intermediate.dense", "output.dense")
    for name in (*outer, "output.LayerNorm"):
        found += [weights[f"{prefix}{name}.weight"].T, weights[f"{prefix}{name}.bias"]]
    return found


class Classifier:
    """Encoder and head; logits of reviews as WordPiece ids."""

    def __init__(self, pretrained: Pretrained, plan: Plan) -> None:
        import tensorflow as tf

        tf.random.set_seed(plan.seed)
        weights = pretrained.weights
        self.plan, self.heads, self.epsilon = plan, pretrained.heads, pretrained.epsilon
        self.words = tf.constant(weights[_WORDS])
        # Reviews are always the first of BERT's two kinds of segment.
        places = weights[_PLACES] + weights[_KINDS][0]
        self.places = tf.constant(places)
        self.width = places.shape[1]
        self.distances = None
        if pretrained.distances is not None:
            buckets = distance_buckets(len(places), len(pretrained.distances))
            self.distances, self.buckets = tf.constant(pretrained.distances), tf.constant(buckets)
        first = [weights["embeddings.LayerNorm.weight"], weights["embeddings.LayerNorm.bias"]]
        self.first = [tf.Variable(value, trainable=plan.frozen == 0) for value in first]
        self.layers = [
            [tf.Variable(value, trainable=number >= plan.frozen) for value in _layer(weights, number)]
            for number in range(pretrained.layers)
        ]
        drawn = np.random.default_rng([plan.seed, 7]).normal(0.0, 0.02, (2 * self.width, 1)).astype(np.float32)
        self.head = [tf.Variable(drawn), tf.Variable(tf.zeros(1))]
        body = [*self.first, *(variable for layer in self.layers for variable in layer)]
        self.body = [variable for variable in body if variable.trainable]
        self.variables = [*self.body, *self.head]
        self.adam = Adam(self.variables)
        ids = tf.TensorSpec([None, None], tf.int32)
        self.run = compiled(lambda ids: self.logits(ids, training=False), [ids])
        self.step = compiled(self._step, [ids, tf.TensorSpec([None]), tf.TensorSpec([])])

    def states(self, ids: Any, *, training: bool = False) -> Any:
        """Top states [batch, steps, width] of ids [batch, steps], 0 = padding at the end."""
        import tensorflow as tf

        drop = self.plan.dropout if training else 0.0
        shape = tf.shape(ids)
        states = self._norm(tf.gather(self.words, ids) + self.places[: shape[1]], *self.first)
        flat = tf.reshape(states, (-1, self.width))
        closed = tf.where(ids == 0, -1e4, 0.0)[:, None, None, :]
        if self.distances is not None:
            near = tf.gather(self.distances, self.buckets[: shape[1], : shape[1]])
            closed += tf.transpose(near, (2, 0, 1))[None]
        for layer in self.layers:
            flat = self._block(flat, closed, layer, drop, shape)
        return tf.reshape(flat, (shape[0], shape[1], self.width))

    def _norm(self, block: Any, gain: Any, bias: Any) -> Any:
        import tensorflow as tf

        mean, variance = tf.nn.moments(block, [-1], keepdims=True)
        return (block - mean) * (tf.math.rsqrt(variance + self.epsilon) * gain) + bias

    def _block(self, flat: Any, closed: Any, layer: list[Any], drop: float, shape: Any) -> Any:
        """One layer on flat states [batch * steps, width]; closed is added to the scores of its attention."""
        import tensorflow as tf

        size = self.width // self.heads
        split = tf.reshape(_product(flat, layer[0], layer[1]), (shape[0], shape[1], 3, self.heads, size))
        query, key, value = tf.unstack(tf.transpose(split, (2, 0, 3, 1, 4)))
        scores = tf.cast(tf.matmul(query, key, transpose_b=True), tf.float32) * size**-0.5 + closed
        read = tf.matmul(tf.cast(tf.nn.softmax(scores), tf.bfloat16), value)
        read = tf.reshape(tf.transpose(read, (0, 2, 1, 3)), (-1, self.width))
        flat = self._norm(flat + _dropped(_product(read, layer[2], layer[3]), drop), layer[4], layer[5])
        inner = tf.nn.gelu(_product(flat, layer[6], layer[7]), approximate=True)
        return self._norm(flat + _dropped(_product(inner, layer[8], layer[9]), drop), layer[10], layer[11])

    def logits(self, ids: Any, *, training: bool) -> Any:
        """Logits [batch] of ids [batch, steps]: one linear layer on mean and maximum of the top states."""
        import tensorflow as tf

        states = self.states(ids, training=training)
        real = tf.cast(ids != 0, tf.float32)[:, :, None]
        mean = tf.reduce_sum(states * real, axis=1) / tf.reduce_sum(real, axis=1)
        highest = tf.reduce_max(tf.where(real > 0, states, -1e9), axis=1)
        pooled = tf.concat([mean, highest], axis=1)
        if training:
            pooled = tf.nn.dropout(pooled, 2 * self.plan.dropout)
        return (pooled @ self.head[0] + self.head[1])[:, 0]

    def _step(self, ids: Any, targets: Any, share: Any) -> Any:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            logits = self.logits(ids, training=True)
            loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(targets, logits))
        rates = [share * self.plan.body_rate] * len(self.body) + [share * self.plan.learning_rate] * len(self.head)
        self.adam.apply(tape.gradient(loss, self.variables), rates)
        return loss

    def fit(self, rows: Sequence[NDArray[np.int32]], targets: NDArray[np.float32], note: str) -> None:
        """Fine-tunes on rows (each int32 [length]) and probabilities of positive [n]."""
        plan = self.plan
        lengths = np.asarray([len(row) for row in rows], dtype=np.int64)
        total = -(-len(rows) // plan.batch) * plan.epochs
        done, recent = 0, 0.0
        with Progress() as progress:
            bar = progress.add_task(note, total=total)
            for epoch in range(plan.epochs):
                rng = np.random.default_rng([plan.seed, epoch])
                for numbers in batches.shuffled(lengths, plan.batch, rng):
                    share = min((done + 1) / (plan.warmup * total), (total - done) / ((1.0 - plan.warmup) * total))
                    loss = self.step(batches.padded([rows[number] for number in numbers]), targets[numbers], share)
                    recent += (float(loss) - recent) * max(0.01, 1.0 / (done + 1))
                    done += 1
                    progress.update(bar, completed=done)
                    if done % 100 == 0:
                        progress.console.print(f"{note} {done}/{total} loss {recent:.3f}")

    def predict(self, rows: Sequence[NDArray[np.int32]]) -> Floats:
        """Logits (float64 [n]) of reviews as WordPiece ids, in the order given."""
        return batches.scored(rows, lambda block: self.run(block).numpy(), 64, _PREDICT_TOKENS)


def _product(block: Any, kernel: Any, bias: Any) -> Any:
    """In bfloat16, given back so; the callers that add to float32 states cast it."""
    import tensorflow as tf

    half = tf.bfloat16
    return tf.nn.bias_add(tf.matmul(tf.cast(block, half), tf.cast(kernel, half)), tf.cast(bias, half))


def _dropped(block: Any, share: float) -> Any:
    import tensorflow as tf

    block = tf.cast(block, tf.float32)
    return tf.nn.dropout(block, share) if share > 0.0 else block
