"""A language model of the reviews: predicts each next word, and so learns from unlabelled text what words do.

Dai & Le 2015 ("Semi-supervised Sequence Learning") and Howard & Ruder 2018 (ULMFiT) start a classifier from it.
"""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from model.config import LanguageModelConfig
from model.storage import write_arrays
from model.training.network import compiled
from model.training.teachers.qrnn_layers import Adam, Shape, Stack

# The most frequent words are candidates of every step's softmax.
_ALWAYS = 1_500
CHECKPOINT = "language_model.npz"


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train: epochs over all text; streams: read side by side; steps: words a stream in one batch.

    candidates: words of each softmax (the most frequent, those of the batch, random ones); minutes between checkpoints.
    """

    epochs: int = 3
    streams: int = 32
    steps: int = 128
    candidates: int = 3_000
    learning_rate: float = 2e-3
    dropout: float = 0.1
    seed: int = 1
    checkpoint_minutes: float = 5.0


def plan(config: LanguageModelConfig, seed: int, dropout: float = 0.0) -> Plan:
    """What the config says, and the rest."""
    return Plan(
        epochs=config.epochs,
        streams=config.streams,
        steps=config.steps,
        candidates=config.candidates,
        learning_rate=config.learning_rate,
        dropout=dropout,
        seed=seed,
    )


def _stream(rows: Sequence[NDArray[np.int32]], plan: Plan, epoch: int) -> NDArray[np.int32]:
    """All reviews in a random order as [streams, length], each after a boundary: 0, the id of padding."""
    order = np.random.default_rng([plan.seed, epoch]).permutation(len(rows))
    parts = [part for number in order for part in (np.zeros(1, dtype=np.int32), rows[number])]
    text = np.concatenate(parts)
    length = len(text) // plan.streams
    return text[: length * plan.streams].reshape(plan.streams, length)


def candidates(targets: NDArray[np.int32], words: int, plan: Plan, rng: np.random.Generator) -> Any:
    """Word ids of a batch's softmax (int32 [about plan.candidates]) and the place of each target among them."""
    present = np.zeros(words, dtype=bool)
    present[: min(_ALWAYS, words)] = True
    present[targets.ravel()] = True
    missing = plan.candidates - int(present.sum())
    if missing > 0:
        absent = np.flatnonzero(~present)
        present[rng.choice(absent, size=min(missing, len(absent)), replace=False)] = True
    chosen = np.flatnonzero(present).astype(np.int32)
    place = np.zeros(words, dtype=np.int32)
    place[chosen] = np.arange(len(chosen), dtype=np.int32)
    return chosen, place[targets]


def nats(states: Any, projection: Any, table: Any, bias: Any, places: Any) -> Any:
    """Mean loss of words guessed from states [..., units], by way of a projection [units, dimensions].

    table, bias: embedding [c, dimensions] and bias [c] of the candidates; places [...]: of the right ones among them.
    """
    import tensorflow as tf

    half = tf.bfloat16
    flat = tf.reshape(states, (-1, projection.shape[0]))
    guess = tf.matmul(tf.cast(flat, half), tf.cast(projection, half))
    logits = tf.cast(tf.matmul(guess, tf.cast(table, half), transpose_b=True), tf.float32) + bias
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(tf.reshape(places, [-1]), logits))


class Learner(ABC):
    """A language model as `fit` trains it: its variables, and the `Adam` of theirs."""

    variables: list[Any]
    adam: Adam

    @abstractmethod
    def learn(self, block: NDArray[np.int32], rng: np.random.Generator, rate: float, *, follows: bool) -> float:
        """One step on ids [steps + 2, streams]; the mean loss in nats.

        follows: the block goes on where the last one ended.
        """

    def _state(self) -> list[Any]:
        return [*self.variables, *self.adam.state]

    def save(self, path: Path, done: int) -> None:
        """Everything a resumed run needs; `done` is the number of batches trained."""
        arrays = {f"v{number}": value.numpy() for number, value in enumerate(self._state())}
        write_arrays(path, arrays | {"done": np.asarray(done)})

    def load(self, path: Path) -> int:
        """The inverse of `save`; the number of batches trained."""
        with np.load(path) as stored:
            for number, variable in enumerate(self._state()):
                variable.assign(stored[f"v{number}"])
            return int(stored["done"])


class LanguageModel(Learner):
    """The stack with a projection onto the embedding, which is also the output layer (Press & Wolf 2017)."""

    def __init__(self, shape: Shape, vectors: NDArray[np.float32], plan: Plan) -> None:
        import tensorflow as tf

        rng = np.random.default_rng([plan.seed, 2])
        self.plan = plan
        self.stack = Stack(shape, vectors, plan.seed)
        start = rng.normal(0.0, shape.units**-0.5, (shape.units, shape.dimensions)).astype(np.float32)
        self.projection = tf.Variable(start)
        self.bias = tf.Variable(tf.zeros(shape.words))
        self.variables = [*self.stack.variables, self.projection, self.bias]
        self.adam = Adam(self.variables)
        self.step = self._compiled()
        self._cells = self._nothing()

    def _nothing(self) -> list[Any]:
        """The cells of who has read nothing."""
        import tensorflow as tf

        shape = self.stack.shape
        return [tf.zeros((self.plan.streams, shape.units)) for _ in range(shape.layers)]

    def learn(self, block: NDArray[np.int32], rng: np.random.Generator, rate: float, *, follows: bool) -> float:
        """As of any; the first two rows are only read."""
        chosen, places = candidates(block[2:], self.stack.shape.words, self.plan, rng)
        cells = self._cells if follows else self._nothing()
        loss, self._cells = self.step(block[:-1], chosen, places, cells, rate)
        return float(loss)

    def _compiled(self) -> Any:
        import tensorflow as tf

        plan, shape = self.plan, self.stack.shape

        def step(ids: Any, chosen: Any, places: Any, first: list[Any], rate: Any) -> Any:
            with tf.GradientTape() as tape:
                hidden, last = self.stack.states(ids, first, plan.dropout)
                table, bias = tf.gather(self.stack.embedding, chosen), tf.gather(self.bias, chosen)
                loss = nats(hidden, self.projection, table, bias, places)
            self.adam.apply(tape.gradient(loss, self.variables), [rate] * len(self.variables))
            return loss, last

        cells = [tf.TensorSpec([plan.streams, shape.units]) for _ in range(shape.layers)]
        whole = tf.TensorSpec([None, plan.streams], tf.int32)
        signature = [whole, tf.TensorSpec([None], tf.int32), whole, cells, tf.TensorSpec([])]
        return compiled(step, signature)


def _rate(plan: Plan, done: int, total: int) -> float:
    """Linear warm-up over a twentieth, then cosine to nothing."""
    warm = max(1, total // 20)
    if done < warm:
        return plan.learning_rate * (done + 1) / warm
    return float(plan.learning_rate * 0.5 * (1.0 + np.cos(np.pi * (done - warm) / max(1, total - warm))))


def train(
    rows: Sequence[NDArray[np.int32]],
    shape: Shape,
    vectors: NDArray[np.float32],
    plan: Plan,
    folder: Path,
    resume: bool,
) -> LanguageModel:
    """A language model of reviews as word ids (each int32 [length]), with checkpoints in `folder` as of `fit`.

    vectors: float32 [words, d <= dimensions], the start of the embedding.
    """
    model = LanguageModel(shape, vectors, plan)
    fit(model, rows, plan, folder, resume)
    return model


def fit(model: Learner, rows: Sequence[NDArray[np.int32]], plan: Plan, folder: Path, resume: bool) -> None:
    """Trains it on reviews as word ids (each int32 [length]), with checkpoints in `folder`.

    With `resume` training goes on after the last checkpoint. `folder/language_model.json` gets the mean loss (nats a
    word, over the candidates) as it falls.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / CHECKPOINT
    done = model.load(path) if resume and path.is_file() else 0
    length = (sum(len(row) + 1 for row in rows)) // plan.streams
    batches = (length - 2) // plan.steps
    total = batches * plan.epochs
    record = folder / "language_model.json"
    history: list[dict[str, float]] = (
        json.loads(record.read_text(encoding="utf-8")) if done and record.is_file() else []
    )
    saved = began = time.monotonic()
    with Progress() as progress:
        bar = progress.add_task("language model", total=total, completed=done)
        while done < total:
            epoch = done // batches
            stream = _stream(rows, plan, epoch)
            first = done % batches
            losses: list[float] = []
            for number in range(first, batches):
                rng = np.random.default_rng([plan.seed, epoch, number])
                start = number * plan.steps
                block = stream[:, start : start + plan.steps + 2].T
                losses.append(model.learn(block, rng, _rate(plan, done, total), follows=number > first))
                done += 1
                progress.update(bar, completed=done)
                if len(losses) == 200 or done == total:
                    mean = sum(losses) / len(losses)
                    history.append({"batches": done, "loss": round(mean, 4), "seconds": time.monotonic() - began})
                    progress.console.print(f"language model {done}/{total} loss {mean:.3f}")
                    losses = []
                if done == total or time.monotonic() - saved > 60 * plan.checkpoint_minutes:
                    model.save(path, done)
                    record.write_text(json.dumps(history, indent=1), encoding="utf-8")
                    saved = time.monotonic()
