"""The teachers' work in one run: soft labels for labelled reviews, unlabelled ones, and pieces of both.

Teachers of different kinds, an n-gram model, one on document vectors, classifiers on language models that read forward
and backward, and a pretrained transformer, each fitted once a fold without the fold's films, so that no review's
soft label comes from a model that saw its label; what has no label gets the mean of all folds' models (bagging, Breiman
1996). Their logits are blended by a logistic regression on the out-of-fold ones (stacking, Wolpert 1992). The model of
an earlier run, which saw every label, joins the blend for all but labelled reviews, with weights fitted on dev. So does
a transformer too slow for folds, for reviews that it was not fitted on and of which the earlier model is least sure,
and their pieces.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from model.config import Config, TeacherConfig
from model.data.corpus import Corpus, file_hash
from model.evaluation import metrics
from model.numeric import Floats, sigmoid
from model.storage import write_arrays
from model.training import fit_calibration
from model.training.fit_ngrams import Features
from model.training.teachers import gpu_results, language_model, latent, lm_classifier, pretrained_encoder, transformer
from model.training.teachers import warm_start as earlier
from model.training.teachers.documents import Documents, digests
from model.training.teachers.qrnn_layers import Shape
from model.training.teachers.warm_start import Start

Rows = list[NDArray[np.int32]]
Numbers = NDArray[np.int64]
Labels = NDArray[np.float32]
Labeller = Callable[[int, Numbers, Numbers], Floats]
"""A fold, the labelled reviews to fit on, the documents to label -> the latter's logits."""


@dataclass(frozen=True, slots=True)
class Taught:
    """soft: float64 [documents], the blended teachers' logit; learned: the documents that a student learns from;
    start: of the student; facts: what the card says.
    """

    soft: Floats
    learned: Numbers
    start: Start
    facts: dict[str, object]


def folds(films: list[str], number: int) -> NDArray[np.int64]:
    """The fold (0 .. number - 1) of each review, by its film; another checksum bit than the split's."""
    return np.asarray([zlib.crc32(film.encode()) // 20 % number for film in films], dtype=np.int64)


def groups(corpus: Corpus) -> list[str]:
    """The film of each labelled review, or where none is named what its copies share."""
    reviews = corpus.reviews
    return [reviews.movies[row] or reviews.hashes[row] for row in corpus.split.train]


def _pretrained(
    settings: Config, teacher: TeacherConfig, corpus: Corpus, ids: Rows, folder: Path, resume: bool
) -> tuple[Shape, list[NDArray[np.float32]]]:
    """Shape and weights of the language model's layers, trained or read back."""
    shape = Shape(len(corpus.vocabulary), teacher.dimensions, teacher.units, teacher.layers)
    plan = language_model.plan(teacher, settings.training.seed, teacher.dropout)
    model = language_model.train(ids, shape, corpus.vectors, plan, folder, resume)
    return shape, [variable.numpy() for variable in model.stack.variables]


def _read(direction: str, ids: Rows) -> Rows:
    """The reviews' word ids in the order in which that teacher reads them."""
    return ids if direction == "forward" else [np.ascontiguousarray(row[::-1]) for row in ids]


def scored_by(found: Documents, fold: Numbers, number: int, *, shared: bool = False) -> NDArray[np.bool_]:
    """Which folds' models label each document (bool [number, documents]).

    For a labelled review and its pieces the one that never saw its film; for the others all, whose mean counts, or with
    `shared` one each.
    """
    with_label = found.owner < found.labelled
    own = np.where(with_label, fold[np.where(with_label, found.owner, 0)], found.owner % number)
    by = own[None, :] == np.arange(number)[:, None]
    return np.asarray(by if shared else by | ~with_label[None, :], dtype=np.bool_)


def _each_fold(found: Documents, fold: Numbers, labelled: Labeller, *, shared: bool = False) -> Floats:
    """Logits (float64 [documents]) by the models of all folds; shared: as in `scored_by`."""
    number = int(fold.max()) + 1
    by = scored_by(found, fold, number, shared=shared)
    logits = np.zeros(len(found.tokens))
    for current in range(number):
        mine = np.flatnonzero(by[current])
        logits[mine] += labelled(current, np.flatnonzero(fold != current), mine)
    return np.asarray(logits / by.sum(axis=0), dtype=np.float64)


def _ngrams(found: Documents, features: Features, labels: Labels, fold: Numbers) -> Floats:
    """Logits of the n-gram teacher (float64 [documents])."""
    return _each_fold(found, fold, lambda _, rows, mine: features.logits(features.fit(rows, labels[rows]), mine))


def _latent(found: Documents, features: Features, dimensions: int, labels: Labels, fold: Numbers, seed: int) -> Floats:
    """The same of the teacher on document vectors."""
    vectors = latent.vectors(features, found.reviews, dimensions, seed)
    return _each_fold(found, fold, lambda _, rows, mine: latent.logits(vectors[rows], labels[rows], vectors[mine]))


def _kept(path: Path, name: str, made: Callable[[], Floats], resume: bool) -> Floats:
    """A teacher's logits, made, or with `resume` read back from `path`."""
    if not (resume and path.is_file()):
        Console().print(f"Teacher: {name}")
        write_arrays(path, {"logits": made()})
    with np.load(path) as stored:
        return np.asarray(stored["logits"], dtype=np.float64)


def _kept_folds(stem: Path, name: str, labelled: Labeller, resume: bool) -> Labeller:
    """The same labeller, whose logits of each fold are kept in `<stem>_<fold>.npz`."""

    def kept(current: int, rows: Numbers, mine: Numbers) -> Floats:
        path = stem.with_name(f"{stem.name}_{current}.npz")
        return _kept(path, f"{name}, fold {current + 1}", partial(labelled, current, rows, mine), resume)

    return kept


def _recurrent(
    settings: Config,
    teacher: TeacherConfig,
    found: Documents,
    read: Callable[[int], Rows],
    labels: Labels,
    fold: Numbers,
    shape: Shape,
    weights: list[NDArray[np.float32]],
    folder: Path,
    resume: bool,
) -> Floats:
    """The same of the classifier on a language model; each fold's logits are kept in `folder`.

    read: the documents' word ids in its order, cut to a number of tokens.
    """
    learned, asked = read(teacher.max_tokens), read(teacher.label_tokens)

    def labelled(current: int, rows: Numbers, mine: Numbers) -> Floats:
        plan = lm_classifier.Plan(epochs=teacher.classifier_epochs, seed=settings.training.seed + current)
        model = lm_classifier.Classifier(shape, weights, plan)
        note = f"{folder.name} teacher {current + 1}/{teacher.folds}"
        model.fit([learned[row] for row in rows], labels[rows], note)
        return model.predict([asked[row] for row in mine])

    return _each_fold(found, fold, _kept_folds(folder / "classifier", folder.name, labelled, resume))


def _fine_tuned(
    settings: Config,
    teacher: TeacherConfig,
    encoder: pretrained_encoder.Encoder,
    found: Documents,
    labels: Labels,
    current: int,
    rows: Numbers,
    mine: Numbers,
) -> Floats:
    """Logits of the documents `mine` by the transformer of the fold `current`, fitted on the reviews `rows`."""
    seed = settings.training.seed + current
    model = encoder.fitted(teacher, found, labels, rows, seed, f"transformer teacher {current + 1}")
    return encoder.asked(teacher, model, found, mine)


def _blended(
    logits: dict[str, Floats],
    earlier: Floats | None,
    found: Documents,
    labels: NDArray[np.int8],
    dev: NDArray[np.int8],
    some: Floats | None = None,
) -> tuple[Floats, dict[str, object]]:
    """The teachers' blended logit (float64 [documents]) and what the card says of it.

    logits: out of fold for what has a label; earlier: of a model that saw all labels; dev: labels of the dev part;
    some: of a transformer that labelled dev and some documents that it was not fitted on, else nan.
    """
    known, last = slice(0, found.labelled), found.held
    soft = fit_calibration.fit([each[known] for each in logits.values()], labels).logits(*logits.values())
    facts: dict[str, object] = {"out-of-fold accuracy": _accuracies(logits | {"blend": soft}, known, labels)}
    if earlier is None:
        return soft, facts
    both = _on_dev([soft, earlier], found, dev)
    asked = {"blend": soft, "earlier model": earlier, "blend and earlier model": both}
    taught = np.where(np.arange(len(found.tokens)) < found.labelled, soft, both)
    if some is not None:
        there = ~np.isnan(some)
        parts = [soft, earlier, np.where(there, some, 0.0)]
        everyone = _on_dev(parts, found, dev)
        asked |= {"transformer": some, "all three": everyone}
        facts["labelled by the transformer"] = int(there[: found.taught].sum())
        taught = np.where(there, everyone, taught)
    facts["dev accuracy"] = _accuracies(asked, last, dev)
    return taught, facts


def _on_dev(parts: list[Floats], found: Documents, dev: NDArray[np.int8]) -> Floats:
    """The blended logit (float64 [documents]) of teachers who saw all labels, with weights fitted on dev.

    Those for pieces are fitted on dev's pieces, each with its review's label as noisy gold: what says much of a whole
    review says too much of one sentence.
    """
    reviews = fit_calibration.fit([each[found.held] for each in parts], dev).logits(*parts)
    if not found.dev_pieces:
        return reviews
    cut = slice(found.held.stop, None)
    gold = dev[found.owner[cut] - found.taught]
    pieces = fit_calibration.fit([each[cut] for each in parts], gold).logits(*parts)
    return np.where(found.owner == np.arange(len(found.owner)), reviews, pieces)


def _accuracies(logits: dict[str, Floats], part: slice, labels: NDArray[np.int8]) -> dict[str, float]:
    return {name: round(metrics.accuracy(sigmoid(each[part]), labels), 6) for name, each in logits.items()}


def run(
    settings: Config, corpus: Corpus, found: Documents, features: Features, folder: Path, *, resume: bool
) -> Taught:
    """Trains the teachers and labels all of `found`. Finished steps stay in `folder`; `resume` goes on after them.

    Raises `DataError` for an encoder or an earlier model that cannot be used.
    """
    teacher = settings.teacher
    assert teacher is not None
    folder.mkdir(parents=True, exist_ok=True)
    labels = corpus.reviews.labels[corpus.split.train].astype(np.float32)
    films = groups(corpus)
    fold = folds(films, teacher.folds)
    seed = settings.training.seed
    # All three are read before the long work, so that what is missing is missed at once.
    start = earlier.read(teacher.earlier, settings.network, corpus.vocabulary, seed) if teacher.earlier else None
    encoder = pretrained_encoder.Encoder.read(teacher) if teacher.encoder and not teacher.encoder_predictions else None
    before = pretrained_encoder.Earlier.read(teacher.encoder_run) if teacher.encoder_run else None
    elsewhere = gpu_results.read(teacher.encoder_predictions) if teacher.encoder_predictions else None
    facts: dict[str, object] = {"folds": teacher.folds}
    ngrams = partial(_ngrams, found, features, labels, fold)
    logits = {"n-grams": _kept(folder / "ngrams.npz", "n-grams", ngrams, resume)}
    if size := teacher.latent_dimensions:
        vectors = partial(_latent, found, features, size, labels, fold, seed)
        logits["document vectors"] = _kept(folder / "latent.npz", "document vectors", vectors, resume)
    text = corpus.encoded(found.tokens[: found.reviews], teacher.text_tokens) if teacher.directions else []
    for direction in teacher.directions:
        target = folder / direction
        shape, weights = _pretrained(settings, teacher, corpus, _read(direction, text), target, resume)

        def read(limit: int, direction: str = direction) -> Rows:
            return _read(direction, corpus.encoded(found.tokens, limit))

        logits[f"language model, {direction}"] = _recurrent(
            settings, teacher, found, read, labels, fold, shape, weights, target, resume
        )
        start = start or Start(weights[0])
    assert start is not None, "a config names a direction or an earlier model"
    known = some = None
    if teacher.earlier:
        facts["earlier model"] = start.version
        if start.encoders:
            facts[earlier.ENCODERS_BEFORE] = " ".join(start.encoders)
        asked = partial(earlier.logits, teacher.earlier, found.tokens, settings.training.threads)
        known = _kept(folder / "earlier.npz", "earlier model", asked, resume)
    if elsewhere:
        facts[earlier.ENCODER] = elsewhere.encoder
        logits["transformer"] = elsewhere.logits_of(digests(found.tokens))
    elif teacher.encoder and encoder:
        facts[earlier.ENCODER] = file_hash(teacher.encoder / transformer.WEIGHTS)
        if teacher.encoder_labels is None:
            tuned = partial(_fine_tuned, settings, teacher, encoder, found, labels)
            kept = _kept_folds(folder / "transformer", "transformer", tuned, resume)
            logits["transformer"] = _each_fold(found, folds(films, teacher.encoder_folds), kept, shared=True)
        else:
            assert known is not None, "the config has an earlier model too"
            some = pretrained_encoder.EncoderTeacher(teacher, encoder, labels, before, seed, folder).logits(
                found, known, resume
            )
    dev = corpus.reviews.labels[corpus.split.dev]
    soft, accuracies = _blended(logits, known, found, labels.astype(np.int8), dev, some)
    facts |= accuracies
    Console().print(f"Teachers: {facts}")
    learned = np.ones(found.taught, dtype=np.bool_)
    if some is not None and teacher.encoder_pieces:
        # Of the other pieces the student, which begins as the earlier model, knows what can be said.
        learned[found.reviews :] = ~np.isnan(some[found.reviews : found.taught])
    return Taught(soft, np.flatnonzero(learned), start, facts)
