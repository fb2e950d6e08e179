"""One training run: config file -> run folder with a finished model folder in it. Needs the `train` extra."""

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from model import assemble, calibration, config, data, wide
from model.config import Config
from model.data import Corpus
from model.wide import Wide

if TYPE_CHECKING:
    import keras

    from model.fit import Examples

    Fitted = tuple[keras.Model, list[dict[str, float]]]

log = logging.getLogger(__name__)
RUNS = Path("runs")
MODEL = "model"


def _start_tensorflow(settings: Config) -> None:
    """Imports TensorFlow with the config's number of threads."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(settings.training.threads)
        tf.config.threading.set_inter_op_parallelism_threads(settings.training.threads)
    except RuntimeError:
        # TensorFlow already runs in this process: its threads stay as they are, results do not depend on them.
        log.debug("TensorFlow was started before; threads unchanged")


def _examples(corpus: Corpus, rows: NDArray[np.int64], limit: int) -> "Examples":
    from model.fit import Examples

    return Examples(corpus.ids(rows, limit), corpus.reviews.labels[rows].astype(np.float32))


def _fitted(settings: Config, corpus: Corpus, train: "Examples", folder: Path, resume: bool) -> "Fitted":
    """One network, fresh from its seed, fitted on `train`; checkpoints go to `folder`."""
    import keras

    from model import fit, network

    keras.utils.set_random_seed(settings.training.seed)
    built = network.build(settings.network, len(corpus.vocabulary))
    network.set_embedding(built, corpus.vectors)
    folder.mkdir(parents=True, exist_ok=True)
    dev = _examples(corpus, corpus.split.dev, settings.serving.max_tokens)
    return built, fit.fit(built, train, dev, settings.training, folder, resume=resume)


def _taught(settings: Config, corpus: Corpus, train: "Examples", teacher: "keras.Model", ngrams: Wide) -> "Examples":
    """The labelled training part with its labels and the unlabelled reviews with the teacher's probabilities."""
    from model import fit

    assert settings.distil is not None
    tokens = corpus.unlabelled[: settings.distil.limit]
    rows = corpus.encoded(tokens, settings.training.max_tokens)
    dev_tokens, dev_labels = corpus.part(corpus.split.dev)
    dev_rows = corpus.ids(corpus.split.dev, settings.serving.max_tokens)
    blend = calibration.fit([fit.predict(teacher, dev_rows), ngrams.logits(dev_tokens)], dev_labels)
    soft = blend.probabilities(fit.predict(teacher, rows), ngrams.logits(tokens)).astype(np.float32)
    return fit.Examples([*train.rows, *rows], np.concatenate([train.targets, soft]))


def _recurrent(settings: Config, corpus: Corpus, ngrams: Wide, folder: Path, resume: bool) -> "Fitted":
    """The network that ships: the only one, or with `distil` the student of the first."""
    train = _examples(corpus, corpus.split.train, settings.training.max_tokens)
    if settings.distil is None:
        return _fitted(settings, corpus, train, folder / "network", resume)
    teacher, _ = _fitted(settings, corpus, train, folder / "teacher", resume)
    both = _taught(settings, corpus, train, teacher, ngrams)
    update = {"epochs": settings.distil.epochs, "word_dropout": settings.distil.word_dropout}
    student = settings.model_copy(update={"training": settings.training.model_copy(update=update)})
    return _fitted(student, corpus, both, folder / "network", resume)


def run(config_path: Path, *, output: Path | None = None, resume: bool = False) -> Path:
    """Trains, calibrates, exports and evaluates what the config file says; returns the run folder.

    The run folder (`output`, by default `runs/<name of the config>`) gets checkpoints, history and the finished model
    folder `model`, which `model.Scorer` opens and `model.ship.run` ships. With `resume` an interrupted run goes on
    after its last finished epoch. Raises `ConfigError` and `DataError`.
    """
    return run_config(config.read(config_path), output=output, resume=resume)


def run_config(settings: Config, *, output: Path | None = None, resume: bool = False) -> Path:
    """As `run`, for a config that is already read."""
    folder = output or RUNS / settings.name
    folder.mkdir(parents=True, exist_ok=True)
    console = Console()
    console.print("Reading the data")
    corpus = data.prepare(settings)
    _start_tensorflow(settings)
    from model import fit, network

    console.print("Fitting the n-gram part")
    ngrams = wide.train(*corpus.part(corpus.split.train), settings.wide)
    built, history = _recurrent(settings, corpus, ngrams, folder, resume)
    trained = assemble.Trained(
        network.recurrent_weights(built), network.embedding(built), ngrams, lambda ids: fit.predict(built, ids), history
    )
    console.print("Exporting and measuring")
    assemble.assemble(settings, corpus, trained, folder / MODEL)
    return folder
