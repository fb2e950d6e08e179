"""One training run: config file -> run folder with a finished model folder in it. Needs the `train` extra."""

import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from model import config
from model.config import Config
from model.data import corpus as data
from model.data import places
from model.data.corpus import Corpus
from model.data.errors import DataError
from model.evaluation import metrics
from model.numeric import sigmoid
from model.serving.ngram_model import NgramModel
from model.training import assemble, fit, fit_calibration, fit_ngrams, network, pretrain
from model.training.fit import Examples
from model.training.teachers import counterfactuals, gpu_results, soft_labels
from model.training.teachers.documents import documents
from model.training.teachers.soft_labels import Taught
from model.training.teachers.warm_start import Start

if TYPE_CHECKING:
    import keras

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


def _examples(corpus: Corpus, rows: NDArray[np.int64], limit: int) -> Examples:
    return Examples(corpus.ids(rows, limit), corpus.reviews.labels[rows].astype(np.float32))


def _fitted(
    settings: Config,
    corpus: Corpus,
    start: Start,
    train: Examples,
    folder: Path,
    resume: bool,
    before: "keras.Model | None" = None,
) -> "Fitted":
    """One network, from `start` and its seed, fitted on `train`; checkpoints go to `folder`.

    before: one of the same config that is done with; the new one takes its place, and its graphs need not be made anew.
    """
    import keras

    keras.utils.set_random_seed(settings.training.seed)
    built = network.made(settings.network, start.embedding, start.weights)
    if before is not None:
        for variable, fresh in zip(before.variables, built.variables, strict=True):
            variable.assign(fresh)
        built = before
    folder.mkdir(parents=True, exist_ok=True)
    dev = _examples(corpus, corpus.split.dev, settings.serving.max_tokens)
    return built, fit.fit(built, train, dev, settings.training, folder, resume=resume)


def _mixed(settings: Config, labels: NDArray[np.float32], soft: NDArray[np.float64]) -> NDArray[np.float32]:
    """What the student learns from: the soft labels' probabilities, for labelled reviews with a share of the label."""
    assert settings.distil is not None
    targets = sigmoid(soft).astype(np.float32)
    share = np.float32(settings.distil.label_share)
    targets[: len(labels)] = share * labels + (1 - share) * targets[: len(labels)]
    return targets


def _self_taught(settings: Config, corpus: Corpus, folder: Path, resume: bool) -> tuple[Examples, NgramModel]:
    """Examples of a student whose teacher is a network like itself, blended with the n-gram part."""
    assert settings.distil is not None
    train = _examples(corpus, corpus.split.train, settings.training.max_tokens)
    ngrams = fit_ngrams.train(*corpus.part(corpus.split.train), settings.wide)
    teacher, _ = _fitted(settings, corpus, Start(corpus.vectors), train, folder / "teacher", resume)
    tokens = corpus.unlabelled[: settings.distil.limit]
    rows = corpus.encoded(tokens, settings.training.max_tokens)
    dev_tokens, dev_labels = corpus.part(corpus.split.dev)
    dev_rows = corpus.ids(corpus.split.dev, settings.serving.max_tokens)
    blend = fit_calibration.fit([fit.predict(teacher, dev_rows), ngrams.logits(dev_tokens)], dev_labels)
    soft = blend.probabilities(fit.predict(teacher, rows), ngrams.logits(tokens)).astype(np.float32)
    return fit.Examples([*train.rows, *rows], np.concatenate([train.targets, soft])), ngrams


def _taught(settings: Config, corpus: Corpus, folder: Path, resume: bool) -> tuple[Examples | None, NgramModel, Taught]:
    """The same with the teachers of `model.training.teachers`, who also label pieces of reviews; both parts learn from
    them.

    The network learns from edited sentences too. A rule labels them: no teacher knows better than what made them. No
    examples for students that were trained on a GPU.
    """
    distil = settings.distil
    assert distil is not None
    if distil.students_folder:
        # What is wrong with them is said before the teachers take long.
        for number in _seeds(settings):
            _returned(settings, number, len(corpus.vocabulary))
    seed = settings.training.seed
    found = documents(corpus, distil, seed)
    features = fit_ngrams.Features(found.tokens, settings.wide, counted=found.reviews)
    taught = soft_labels.run(settings, corpus, found, features, folder / "teachers", resume=resume)
    labels = corpus.reviews.labels[corpus.split.train].astype(np.float32)
    targets = _mixed(settings, labels, taught.soft[: found.taught])
    # No n-gram knows how far a negation reaches: with edits among its examples this part got a point worse.
    ngrams = features.fit(np.arange(len(targets)), targets)
    if distil.students_folder:
        return None, ngrams, taught
    turned = counterfactuals.chosen(found.tokens[: found.reviews], distil.edits, seed)
    again = np.tile(np.arange(found.reviews), distil.passes - 1)
    learned = np.concatenate([taught.learned, again])
    tokens = [*(found.tokens[number] for number in learned), *(edit.tokens for edit in turned)]
    rows = corpus.encoded(tokens, settings.training.max_tokens)
    targets = np.append(targets[learned], np.asarray([edit.probability for edit in turned], dtype=np.float32))
    return fit.Examples(rows, targets), ngrams, taught


def _student(settings: Config) -> Config:
    """The config with the student's own epochs and word dropout."""
    assert settings.distil is not None
    update = {"epochs": settings.distil.epochs, "word_dropout": settings.distil.word_dropout}
    return settings.model_copy(update={"training": settings.training.model_copy(update=update)})


def _figures(built: "keras.Model", on_dev: dict[str, float], held: Examples) -> dict[str, float]:
    """What the card says of a student or of their mean; dev chose the epoch of each, validation nothing."""
    right = metrics.accuracy(sigmoid(fit.predict(built, held.rows)), held.labels)
    found = {name: on_dev[name] for name in ("dev_log_loss", "dev_accuracy")} | {"validation_accuracy": right}
    return {name: round(value, 6) for name, value in found.items()}


def _seeds(settings: Config) -> range:
    """Of the networks whose mean ships."""
    number = 1
    if settings.distil:
        number = settings.distil.students
    elif settings.pretraining:
        number = settings.pretraining.networks
    return range(settings.training.seed, settings.training.seed + number)


def _returned(settings: Config, seed: int, words: int) -> dict[str, NDArray[np.float32]]:
    """Weights and embedding of a student that came back from a GPU; words: of the vocabulary. Raises `DataError`."""
    assert settings.distil is not None
    folder, own = settings.distil.students_folder, settings.network
    assert folder is not None
    weights = gpu_results.student(folder, seed)
    found = network.shape_of(weights)
    if (found.dimensions, found.sizes, found.hidden) != (own.dimensions, own.sizes, own.hidden):
        raise DataError(f"The students in {folder} are of another network than the config's: pack and train them anew.")
    if len(weights["embedding"]) != words:
        raise DataError(f"The students in {folder} know other words than this data has: pack and train them anew.")
    return weights


def _averaged(
    settings: Config, corpus: Corpus, start: Start, train: "Examples | None", folder: Path, resume: bool
) -> "tuple[Fitted, dict[str, dict[str, float]]]":
    """The mean of the weights of all networks, with the records of all, and the figures of each and of the mean.

    What begins at one place and learns the same, in another order and with other dropouts, ends in the same basin,
    where the mean is nearer to what all aim at (Wortsman et al. 2022, "Model soups").
    """
    seeds, longest = _seeds(settings), settings.serving.max_tokens
    if len(seeds) == 1 and train:
        return _fitted(settings, corpus, start, train, folder, resume), {}
    held, dev = (_examples(corpus, rows, longest) for rows in (corpus.split.validation, corpus.split.dev))
    built: keras.Model | None = None
    weights: list[list[NDArray[np.float32]]] = []
    records: list[dict[str, float]] = []
    figures: dict[str, dict[str, float]] = {}
    for seed in seeds:
        if train:
            own = settings.model_copy(update={"training": settings.training.model_copy(update={"seed": seed})})
            built, history = _fitted(own, corpus, start, train, folder / str(seed), resume, built)
            records += history
            on_dev = fit.best_record(history)
        else:
            returned = _returned(settings, seed, len(corpus.vocabulary))
            built = network.made(settings.network, returned.pop("embedding"), returned)
            on_dev = fit.dev_figures(built, dev)
        weights.append([variable.numpy() for variable in built.trainable_variables])
        figures[f"seed {seed}"] = _figures(built, on_dev, held)
    for variable, *values in zip(built.trainable_variables, *weights, strict=True):
        variable.assign(np.mean(values, axis=0))
    figures["mean of the weights"] = _figures(built, fit.dev_figures(built, dev), held)
    Console().print(f"Networks: {figures}")
    return (built, records), figures


def _pretrained(settings: Config, corpus: Corpus, folder: Path, resume: bool) -> Start:
    """What predicting the words of all reviews of the training part, labelled or not, taught the network."""
    import keras

    own = settings.pretraining
    assert own is not None
    keras.utils.set_random_seed(settings.training.seed)
    built = network.made(settings.network, corpus.vectors, None)
    labelled, _ = corpus.part(corpus.split.train)
    rows = corpus.encoded([*labelled, *corpus.unlabelled], own.text_tokens)
    pretrain.run(built, rows, own, folder / "pretraining", seed=settings.training.seed, resume=resume)
    return Start(network.embedding(built), network.recurrent_weights(built))


@dataclass(frozen=True, slots=True)
class _Parts:
    """The network with its records and the n-gram part, which ship, and what the card says of their making."""

    fitted: "Fitted"
    ngrams: NgramModel
    teachers: dict[str, object] = field(default_factory=dict)
    students: dict[str, dict[str, float]] = field(default_factory=dict)


def _parts(settings: Config, corpus: Corpus, folder: Path, resume: bool) -> _Parts:
    target = folder / "network"
    if settings.distil is None:
        train = _examples(corpus, corpus.split.train, settings.training.max_tokens)
        ngrams = fit_ngrams.train(*corpus.part(corpus.split.train), settings.wide)
        start = _pretrained(settings, corpus, folder, resume) if settings.pretraining else Start(corpus.vectors)
        fitted, networks = _averaged(settings, corpus, start, train, target, resume)
        return _Parts(fitted, ngrams, students=networks)
    if settings.teacher is None:
        examples: Examples | None
        examples, ngrams = _self_taught(settings, corpus, folder, resume)
        start, facts = Start(corpus.vectors), {}
    else:
        examples, ngrams, taught = _taught(settings, corpus, folder, resume)
        start, facts = taught.start, taught.facts
    fitted, students = _averaged(_student(settings), corpus, start, examples, target, resume)
    return _Parts(fitted, ngrams, facts, students)


def run(config_path: Path, *, output: Path | None = None, resume: bool = False) -> Path:
    """Trains, calibrates, exports and evaluates what the config file says; returns the run folder.

    The run folder (`output`, by default `runs/<name of the config>`) gets checkpoints, history and the finished model
    folder `model`, which `model.Scorer` opens and `model.training.ship.run` ships. With `resume` an interrupted run
    goes on after its last finished epoch. Raises `ConfigError` and `DataError`.
    """
    return run_config(config.read(config_path), output=output, resume=resume)


def run_config(settings: Config, *, output: Path | None = None, resume: bool = False) -> Path:
    """As `run`, for a config that is already read."""
    settings = settings.model_copy(update={"data": places.located(settings.data)})
    folder = output or RUNS / settings.name
    folder.mkdir(parents=True, exist_ok=True)
    console = Console()
    console.print("Reading the data")
    corpus = data.prepare(settings)
    _start_tensorflow(settings)
    parts = _parts(settings, corpus, folder, resume)
    built, history = parts.fitted
    if settings.network.half_embedding:
        network.set_embedding(built, network.embedding(built).astype(np.float16).astype(np.float32))
    trained = assemble.Trained(
        network.recurrent_weights(built),
        network.embedding(built),
        parts.ngrams,
        lambda ids: fit.predict(built, ids),
        history,
        parts.teachers,
        parts.students,
    )
    console.print("Exporting and measuring")
    assemble.assemble(settings, corpus, trained, folder / MODEL)
    return folder
