"""The teachers' work in one run: soft labels for labelled reviews, unlabelled ones, and pieces of both.

Teachers of different kinds, an n-gram model and classifiers on language models that read forward and backward, each
fitted once a fold without the fold's films, so that no review's soft label comes from a model that saw its label; what
has no label gets the mean of all folds' models (bagging, Breiman 1996). Their logits are blended by a logistic
regression on the out-of-fold ones (stacking, Wolpert 1992).
"""

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from model import calibration, metrics
from model.config import Config, TeacherConfig
from model.data import Corpus
from model.metrics import Floats
from model.storage import write_arrays
from model.teachers import classifier, language_model, spans
from model.teachers.layers import Shape
from model.wide import Features

Rows = list[NDArray[np.int32]]


@dataclass(frozen=True, slots=True)
class Documents:
    """Everything that gets a soft label, tokenized, in this order: labelled reviews, unlabelled ones, pieces.

    labelled, unlabelled: how many of each; owner: int64 [documents], for a piece the document it was cut from, else
    the document itself.
    """

    tokens: list[list[str]]
    labelled: int
    unlabelled: int
    owner: NDArray[np.int64]

    @property
    def reviews(self) -> int:
        """Labelled and unlabelled ones."""
        return self.labelled + self.unlabelled


@dataclass(frozen=True, slots=True)
class Taught:
    """soft: float64 [documents], the blended teachers' logit; embedding: float32 [words, dimensions] that they learned;
    facts: what the card says about them.
    """

    soft: Floats
    embedding: NDArray[np.float32]
    facts: dict[str, object]


def documents(corpus: Corpus, pieces: int, longest: int, limit: int | None, seed: int) -> Documents:
    """The training part, its unlabelled reviews (at most `limit`), and `pieces` pieces cut from each of them."""
    labelled = [corpus.tokens[row] for row in corpus.split.train]
    unlabelled = corpus.unlabelled[:limit]
    whole = [*labelled, *unlabelled]
    rng = np.random.default_rng([seed, 4])
    cut = [spans.cut(row, longest, rng) for _ in range(pieces) for row in whole]
    owner = np.concatenate([np.arange(len(whole))] * (1 + pieces))
    return Documents([*whole, *cut], len(labelled), len(unlabelled), owner)


def folds(films: list[str], number: int) -> NDArray[np.int64]:
    """The fold (0 .. number - 1) of each review, by its film; another checksum bit than the split's."""
    return np.asarray([zlib.crc32(film.encode()) // 20 % number for film in films], dtype=np.int64)


def _groups(corpus: Corpus) -> list[str]:
    reviews = corpus.reviews
    return [reviews.movies[row] or reviews.hashes[row] for row in corpus.split.train]


def _pretrained(
    settings: Config, teacher: TeacherConfig, corpus: Corpus, ids: Rows, folder: Path, resume: bool
) -> tuple[Shape, list[NDArray[np.float32]]]:
    """Shape and weights of the language model's layers, trained or read back."""
    shape = Shape(len(corpus.vocabulary), teacher.dimensions, teacher.units, teacher.layers)
    plan = language_model.Plan(
        epochs=teacher.epochs,
        streams=teacher.streams,
        steps=teacher.steps,
        candidates=teacher.candidates,
        learning_rate=teacher.learning_rate,
        dropout=teacher.dropout,
        seed=settings.training.seed,
    )
    model = language_model.train(ids, shape, corpus.vectors, plan, folder, resume)
    return shape, [variable.numpy() for variable in model.stack.variables]


def _read(direction: str, ids: Rows) -> Rows:
    """The reviews' word ids in the order in which that teacher reads them."""
    return ids if direction == "forward" else [np.ascontiguousarray(row[::-1]) for row in ids]


def scored_by(found: Documents, fold: NDArray[np.int64], number: int) -> NDArray[np.bool_]:
    """Which folds' models label each document (bool [number, documents]).

    For a labelled review and its pieces the one that never saw its film; for the others all, whose mean counts.
    """
    with_label = found.owner < found.labelled
    own = fold[np.where(with_label, found.owner, 0)]
    return np.asarray(~with_label[None, :] | (own[None, :] == np.arange(number)[:, None]), dtype=np.bool_)


def _ngrams(found: Documents, features: Features, labels: NDArray[np.float32], fold: NDArray[np.int64]) -> Floats:
    """Logits of the n-gram teacher (float64 [documents])."""
    number = int(fold.max()) + 1
    by = scored_by(found, fold, number)
    logits = np.zeros(len(found.tokens))
    for current in range(number):
        rows = np.flatnonzero(fold != current)
        mine = np.flatnonzero(by[current])
        logits[mine] += features.logits(features.fit(rows, labels[rows]), mine)
    return np.asarray(logits / by.sum(axis=0), dtype=np.float64)


def _recurrent(
    settings: Config,
    teacher: TeacherConfig,
    found: Documents,
    ids: Rows,
    labels: NDArray[np.float32],
    fold: NDArray[np.int64],
    shape: Shape,
    weights: list[NDArray[np.float32]],
    folder: Path,
    resume: bool,
) -> Floats:
    """The same of the classifier on a language model; each fold's logits are kept in `folder`."""
    number = int(fold.max()) + 1
    by = scored_by(found, fold, number)
    logits = np.zeros(len(found.tokens))
    for current in range(number):
        path = folder / f"classifier_{current}.npz"
        mine = np.flatnonzero(by[current])
        if not (resume and path.is_file()):
            plan = classifier.Plan(epochs=teacher.classifier_epochs, seed=settings.training.seed + current)
            model = classifier.Classifier(shape, weights, plan)
            rows = np.flatnonzero(fold != current)
            model.fit([ids[row] for row in rows], labels[rows], f"{folder.name} teacher {current + 1}/{number}")
            write_arrays(path, {"logits": model.predict([ids[row] for row in mine])})
        with np.load(path) as stored:
            logits[mine] += stored["logits"]
    return np.asarray(logits / by.sum(axis=0), dtype=np.float64)


def run(
    settings: Config, corpus: Corpus, found: Documents, features: Features, folder: Path, *, resume: bool
) -> Taught:
    """Trains the teachers and labels all of `found`. Finished steps stay in `folder`; `resume` goes on after them."""
    teacher = settings.teacher
    assert teacher is not None
    folder.mkdir(parents=True, exist_ok=True)
    console = Console()
    labels = corpus.reviews.labels[corpus.split.train].astype(np.float32)
    fold = folds(_groups(corpus), teacher.folds)
    ids = corpus.encoded(found.tokens, teacher.max_tokens)
    text = corpus.encoded(found.tokens[: found.reviews], teacher.text_tokens)
    path = folder / "ngrams.npz"
    if not (resume and path.is_file()):
        console.print("Teacher: n-grams, a fold at a time")
        write_arrays(path, {"logits": _ngrams(found, features, labels, fold)})
    with np.load(path) as stored:
        logits = {"n-grams": stored["logits"]}
    embedding = None
    for direction in teacher.directions:
        target = folder / direction
        shape, weights = _pretrained(settings, teacher, corpus, _read(direction, text), target, resume)
        rows = _read(direction, ids)
        logits[f"language model, {direction}"] = _recurrent(
            settings, teacher, found, rows, labels, fold, shape, weights, target, resume
        )
        embedding = weights[0] if embedding is None else embedding
    assert embedding is not None, "a config names a direction"
    known = slice(0, found.labelled)
    right = labels.astype(np.int8)
    soft = calibration.fit([each[known] for each in logits.values()], right).logits(*logits.values())
    facts: dict[str, object] = {
        "folds": teacher.folds,
        "out-of-fold accuracy": {
            name: round(metrics.accuracy(metrics.sigmoid(each[known]), right), 6)
            for name, each in (logits | {"blend": soft}).items()
        },
    }
    console.print(f"Teachers: {facts}")
    return Taught(soft, embedding, facts)
