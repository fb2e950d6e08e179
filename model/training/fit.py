"""The training loop of the recurrent part: Adam, warm-up and cosine decay, clipping, an average of weights, resume."""

import csv
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from model import batches
from model.config import TrainingConfig
from model.evaluation import metrics
from model.storage import write_arrays
from model.text.vocabulary import UNKNOWN
from model.training import fit_calibration
from model.training import network as parts

if TYPE_CHECKING:
    import keras

CHECKPOINT, BEST, HISTORY = "checkpoint.npz", "best.npz", "history.json"
TABLE = "metrics.csv"
"""The history as a flat table, a row an epoch, for spreadsheets and plots."""
_PREDICT_STEPS = 40_000
_READS = "_reads_as_a_graph"
"""Attribute of a network: its graph from ids to logits."""
_TRAINS = "_is_trained_by"
"""Attribute of a network: its trainer, whose graph takes longer to make than a small network to train."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Word ids (each int32 [length]) and target probabilities of positive (float32 [n]; a label is 1 or 0)."""

    rows: Sequence[NDArray[np.int32]]
    targets: NDArray[np.float32]

    @property
    def labels(self) -> NDArray[np.int8]:
        """The likelier class of each review, 1 or 0, int8 [n]."""
        return (self.targets >= 0.5).astype(np.int8)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Number of words of each review, int64 [n]."""
        return np.asarray([len(row) for row in self.rows], dtype=np.int64)


def _cost(logits: Any, labels: Any) -> Any:
    """Mean cross-entropy of logits [rows, 1] with probabilities of positive [rows]."""
    import tensorflow as tf

    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, logits[:, 0]))


class _Trainer:
    """One network with its optimizer and the running average of its weights."""

    def __init__(self, network: "keras.Model", config: TrainingConfig, steps: int) -> None:
        import keras
        import tensorflow as tf

        self.made_for = _but_seed(config), steps
        warmup = int(steps * config.warmup)
        schedule = keras.optimizers.schedules.CosineDecay(
            0.0,
            max(1, steps - warmup),
            alpha=0.0 if config.decay else 1.0,
            warmup_target=config.learning_rate,
            warmup_steps=max(1, warmup),
        )
        self.network = network
        self.optimizer = keras.optimizers.Adam(schedule)
        self.optimizer.build(network.trainable_variables)
        self.own = [variable.value for variable in network.trainable_variables]
        self.average = [tf.Variable(value) for value in self.own]
        self.step: Callable[[NDArray[np.int32], NDArray[np.float32]], Any] = self._compiled(config)

    def _gradients(self, ids: Any, labels: Any) -> tuple[Any, list[Any]]:
        """Loss of a batch, and its gradients."""
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = _cost(self.network(ids, training=True), labels)
        # Dense, so that a word's repeats are summed before the norm is taken.
        return loss, [tf.convert_to_tensor(gradient) for gradient in tape.gradient(loss, self.own)]

    def _hardened(self, ids: Any, labels: Any, size: float) -> tuple[Any, list[Any]]:
        """The same; the gradients are half those of the batch with its word vectors moved to where it costs most.

        Miyato, Dai, Goodfellow 2017, "Adversarial Training Methods for Semi-Supervised Text Classification", section 3.
        They normalise the vectors; here the step is measured in lengths of a word vector instead.
        """
        import tensorflow as tf

        embed, rest = self.network.get_layer(parts.EMBEDDING), parts.after_embedding(self.network)

        with tf.GradientTape() as tape:
            vectors = embed(ids)
            loss = _cost(rest([ids, vectors], training=True), labels)
        *plain, uphill = tape.gradient(loss, [*self.own, vectors])
        real = tf.cast(ids != 0, tf.float32)
        length = tf.reduce_sum(tf.norm(vectors, axis=-1) * real) / tf.maximum(tf.reduce_sum(real), 1.0)
        norm = tf.sqrt(tf.reduce_sum(tf.square(uphill), axis=[1, 2], keepdims=True))
        shift = tf.stop_gradient(size * length * uphill / tf.maximum(norm, 1e-12))
        with tf.GradientTape() as tape:
            moved = _cost(rest([ids, embed(ids) + shift], training=True), labels)
        pairs = zip(plain, tape.gradient(moved, self.own), strict=True)
        return loss, [(tf.convert_to_tensor(one) + tf.convert_to_tensor(other)) / 2 for one, other in pairs]

    def _compiled(self, config: TrainingConfig) -> Callable[[NDArray[np.int32], NDArray[np.float32]], Any]:
        import tensorflow as tf

        variables = self.network.trainable_variables
        size = config.adversarial

        def step(ids: Any, labels: Any) -> Any:
            loss, dense = self._hardened(ids, labels, size) if size else self._gradients(ids, labels)
            clipped, _ = tf.clip_by_global_norm(parts.kept_apart(variables, dense), config.clip)
            self.optimizer.apply(clipped, variables)
            # A short memory at first: the average must not remember the random start.
            count = tf.cast(self.optimizer.iterations.value, tf.float32)
            keep = tf.minimum(config.ema, (1.0 + count) / (10.0 + count))
            for mean, variable in zip(self.average, variables, strict=True):
                mean.assign_add((1.0 - keep) * (variable.value - mean))
            return loss

        signature = [tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.float32)]
        compiled: Callable[[NDArray[np.int32], NDArray[np.float32]], Any] = parts.compiled(step, signature)
        return compiled

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Inside, the network has the averaged weights."""
        variables = self.network.trainable_variables
        own = [variable.numpy() for variable in variables]
        for variable, mean in zip(variables, self.average, strict=True):
            variable.assign(mean)
        yield
        for variable, value in zip(variables, own, strict=True):
            variable.assign(value)

    def restart(self) -> None:
        """As just made: the optimizer has seen nothing, and the average is what the network is now."""
        for variable in self.optimizer.variables:
            # The schedule holds the learning rate.
            variable.assign(np.zeros(variable.shape, variable.dtype))
        for mean, value in zip(self.average, self.own, strict=True):
            mean.assign(value)

    def _state(self) -> list[Any]:
        # network.variables holds the dropout layers' seeds too, so that a resumed run repeats an unbroken one.
        return [*self.network.variables, *self.optimizer.variables, *self.average]

    def save(self, path: Path) -> None:
        """Everything a resumed run needs."""
        write_arrays(path, {f"v{number}": value.numpy() for number, value in enumerate(self._state())})

    def load(self, path: Path) -> None:
        """The inverse of `save`."""
        with np.load(path) as stored:
            for number, variable in enumerate(self._state()):
                variable.assign(stored[f"v{number}"])


def _but_seed(config: TrainingConfig) -> TrainingConfig:
    """What a trainer's graph depends on: the seed is the order's and the dropouts', whose state the network holds."""
    return config.model_copy(update={"seed": 0})


def _trainer(network: "keras.Model", config: TrainingConfig, steps: int) -> _Trainer:
    """The network's own, from the beginning; another one where it was trained otherwise before."""
    kept: _Trainer | None = vars(network).get(_TRAINS)
    if kept is None or kept.made_for != (_but_seed(config), steps):
        kept = vars(network)[_TRAINS] = _Trainer(network, config, steps)
    else:
        kept.restart()
    return kept


def predict(network: "keras.Model", rows: Sequence[NDArray[np.int32]]) -> NDArray[np.float64]:
    """Logits (float64 [n]) of reviews as word ids, in the order given, in batches by length."""
    import tensorflow as tf

    # With the network, past Keras' own book-keeping: traced once, it is asked after each epoch and by who comes after.
    run = vars(network).get(_READS)
    if run is None:
        run = parts.compiled(lambda ids: network(ids, training=False), [tf.TensorSpec([None, None], tf.int32)])
        vars(network)[_READS] = run
    return batches.scored(rows, lambda block: run(block).numpy()[:, 0], 128, _PREDICT_STEPS)


def _epoch(trainer: _Trainer, train: Examples, config: TrainingConfig, epoch: int, progress: Progress) -> float:
    """One pass over the training part; the mean loss."""
    # Seeded by epoch: a resumed run sees the same batches as an unbroken one.
    rng = np.random.default_rng([config.seed, epoch])
    plan = batches.shuffled(train.lengths, config.batch, rng)
    bar = progress.add_task(f"epoch {epoch + 1}/{config.epochs}", total=len(plan), note="")
    total = 0.0
    for done, numbers in enumerate(plan, start=1):
        block = batches.padded([train.rows[number] for number in numbers])
        block = batches.drop_words(block, config.word_dropout, UNKNOWN, rng)
        total += float(trainer.step(block, train.targets[numbers]))
        progress.update(bar, advance=1, note=f"loss {total / done:.4f}")
    return total / len(plan)


def dev_figures(network: "keras.Model", dev: Examples) -> dict[str, float]:
    """Log loss and accuracy after calibration (over-confidence alone must not pick an epoch)."""
    logits = predict(network, dev.rows)
    p = fit_calibration.fit([logits], dev.labels).probabilities(logits)
    return {"dev_log_loss": metrics.log_loss(p, dev.labels), "dev_accuracy": metrics.accuracy(p, dev.labels)}


def best_record(history: Sequence[dict[str, float]]) -> dict[str, float]:
    """Of the epoch whose weights are kept: the first with the least log loss on dev."""
    return min(history, key=lambda record: record["dev_log_loss"])


def _history(folder: Path, resume: bool) -> list[dict[str, float]]:
    path = folder / HISTORY
    if not (resume and path.is_file() and (folder / CHECKPOINT).is_file()):
        return []
    stored: list[dict[str, float]] = json.loads(path.read_text(encoding="utf-8"))
    return stored


def _write(folder: Path, history: list[dict[str, float]]) -> None:
    """The records as JSON, which a resumed run reads, and as a table of them all, whose numbers are no less exact."""
    (folder / HISTORY).write_text(json.dumps(history, indent=1), encoding="utf-8")
    columns = list(dict.fromkeys(name for record in history for name in record))
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns, lineterminator="\n")
        table.writeheader()
        table.writerows(record | {"epoch": int(record["epoch"])} for record in history)


def fit(
    network: "keras.Model", train: Examples, dev: Examples, config: TrainingConfig, folder: Path, *, resume: bool
) -> list[dict[str, float]]:
    """Trains `network` and leaves the best epoch's averaged weights in it.

    Writes a checkpoint, the history and its table into `folder` after each epoch; with `resume` it goes on after the
    last epoch found there, and ends like an unbroken run. A network that is trained again keeps its graphs. Returns one
    record an epoch: loss, dev_log_loss, dev_accuracy, seconds (by the clock), cpu_seconds (of all threads).
    """
    trainer = _trainer(network, config, -(-len(train.rows) // config.batch) * config.epochs)
    history = _history(folder, resume)
    if history:
        trainer.load(folder / CHECKPOINT)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.fields[note]}")) as progress:
        for epoch in range(len(history), config.epochs):
            began, work = time.monotonic(), time.process_time()
            record = {"epoch": float(epoch + 1), "loss": _epoch(trainer, train, config, epoch, progress)}
            with trainer.averaged():
                record |= dev_figures(network, dev)
            record["seconds"] = time.monotonic() - began
            record["cpu_seconds"] = time.process_time() - work
            progress.console.print(" ".join(f"{name} {value:.4f}" for name, value in record.items()), soft_wrap=True)
            history.append(record)
            if best_record(history) is record:
                best = {f"v{number}": mean.numpy() for number, mean in enumerate(trainer.average)}
                write_arrays(folder / BEST, best)
            trainer.save(folder / CHECKPOINT)
            _write(folder, history)
    with np.load(folder / BEST) as stored:
        for number, variable in enumerate(network.trainable_variables):
            variable.assign(stored[f"v{number}"])
    return history
