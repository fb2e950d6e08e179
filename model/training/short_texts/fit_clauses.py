"""Fits the small LSTM that reads clauses for aspects (`model.serving.early_exit.Clauses`): the large one teaches it.

Distillation (Hinton, Vinyals & Dean 2015, "Distilling the knowledge in a neural network"): clauses of reviews, and what
the large LSTM says of each. A clause is short and of few kinds, so that a tenth of the products is enough. The word
vectors are the large one's own; the n-gram part and all calibration stay. Needs the `train` extra.
"""

import hashlib
import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model import storage
from model.config import NetworkConfig, TrainingConfig
from model.data import readers
from model.data.errors import DataError
from model.data.splits import split
from model.numeric import Floats, sigmoid
from model.serving import calibration, model_folder
from model.serving.early_exit import Clauses
from model.serving.scorer import Scorer
from model.text.tokens import cap, tokenize
from model.text.vocabulary import Vocabulary
from model.training import fit, network, onnx_export
from model.training.fit import Examples

UNITS = 48
"""Of one direction."""
TRAINING = TrainingConfig(epochs=3, batch=256, learning_rate=4e-3, warmup=0.02, word_dropout=0.0)
DIFFERING = 0.005
"""At most this share of the dev part's clauses lies beyond the bound, on the other side than the large LSTM says."""
_BOUNDS = (*np.arange(0.0, 3.01, 0.05).tolist(), math.inf)
"""The last one leaves the small LSTM out: one that learned nothing would be sure of what is wrong."""
_AT_ONCE = 2_000
_KEY = "key"
"""Beside a checkpoint: what it was taught by."""


@dataclass(frozen=True, slots=True)
class Taught:
    """Clauses as word ids (each int32 [length >= 1]), and the logits [n] of the large LSTM and of the n-grams."""

    rows: list[NDArray[np.int32]]
    large: Floats
    wide: Floats

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Number of words of each, int64 [n]."""
        return np.asarray([len(row) for row in self.rows], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Figures:
    """How the small LSTM does on the dev part: share of clauses of the same side, share of the words that the large one
    need not read, and the same share of sides when it reads the rest."""

    same_side: float
    spared: float
    same_side_served: float
    bound: float


def taught(scorer: Scorer, texts: Sequence[str]) -> Taught:
    """The clauses of texts, and what the scorer's parts say of them."""
    vocabulary = Vocabulary.read(scorer.folder / "vocabulary.txt")
    rows: list[NDArray[np.int32]] = []
    large, wide = [np.zeros(0)], [np.zeros(0)]
    for first in range(0, len(texts), _AT_ONCE):
        found = map(tokenize, scorer.clauses_of(texts[first : first + _AT_ONCE]))
        documents = [cap(tokens, scorer.max_tokens) for tokens in found if tokens]
        parts = scorer.parts(documents)
        large.append(parts[0])
        wide.append(parts[1])
        rows += map(vocabulary.ids, documents)
    return Taught(rows, np.concatenate(large), np.concatenate(wide))


def bound(serving: model_folder.Serving, dev: Taught, small: Floats) -> Figures:
    """The least bound at which no more than `DIFFERING` of the dev part's clauses differ, and what it does.

    small: the small LSTM's logits [n] of them.
    """
    blend, curve = calibration.of_reviews(serving)
    whole = curve.logits(blend.logits(dev.large, dev.wide), dev.lengths) > 0
    told = curve.logits(blend.logits(small, dev.wide), dev.lengths) > 0
    for value in _BOUNDS:
        unread = ~Clauses(blend, curve, value).in_doubt(small, dev.wide, dev.lengths)
        differing = float(np.mean(unread & (whole != told)))
        if differing <= DIFFERING:
            break
    spared = float(dev.lengths[unread].sum() / dev.lengths.sum())
    return Figures(float(np.mean(whole == told)), spared, 1.0 - differing, value)


def _parts(files: Sequence[Path]) -> tuple[list[str], list[str]]:
    """Texts of the training part and of the dev part of all files. Raises `DataError`."""
    train: list[str] = []
    dev: list[str] = []
    for file in files:
        reviews = readers.read(file)
        parts = split(reviews)
        train += [reviews.texts[row] for row in parts.train]
        dev += [reviews.texts[row] for row in parts.dev]
    return train, dev


def _key(version: str, learned: Examples, training: TrainingConfig, units: int) -> str:
    """What a run hangs on: the model that teaches, the clauses and all settings."""
    rows = hashlib.sha256(np.concatenate(learned.rows).tobytes() + learned.lengths.tobytes()).hexdigest()
    return f"{version} {units} {rows} {training.model_dump_json()}"


def run(
    source: Path,
    files: Sequence[Path],
    output: Path,
    *,
    training: TrainingConfig = TRAINING,
    units: int = UNITS,
    resume: bool = False,
) -> tuple[Path, Figures]:
    """Writes OUTPUT/model: the model folder `source` with a small LSTM for clauses; returns OUTPUT and how it does.

    files: reviews, with or without labels; films of the validation part are not read. What `source` had of it is
    replaced. No verdict changes, and so the version stays. resume: goes on after the last finished epoch, where model,
    reviews and settings are the same. Raises `ModelFolderError` and `DataError`.
    """
    import keras

    version, target = model_folder.verify(source), output / "model"
    model_folder.check_apart(source, target)
    scorer = Scorer(source, threads=training.threads, exit=False)
    train, dev = (taught(scorer, texts) for texts in _parts(files))
    if not (train.rows and dev.rows):
        raise DataError("The reviews have no clauses to learn from: the training and the dev part need some of both.")
    keras.utils.set_random_seed(training.seed)
    table = np.load(source / "embedding.npy").astype(np.float32)
    shape = NetworkConfig(dimensions=table.shape[1], units=units, groups=(units,), spatial_dropout=0.0, dropout=0.0)
    built = network.made(shape, table, None)
    built.get_layer(network.EMBEDDING).trainable = False
    folder = output / "network"
    if not resume:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    # The large LSTM's probabilities: cross-entropy with them is least where the logits are equal.
    learned, held = (Examples(part.rows, sigmoid(part.large).astype(np.float32)) for part in (train, dev))
    key, marker = _key(version, learned, training, units), folder / _KEY
    if marker.is_file() and marker.read_text(encoding="utf-8") != key:
        raise DataError(
            f"The run in {output} was begun with another model, other reviews or other settings: begin anew, without "
            "--resume, or name another --output."
        )
    marker.write_text(key, encoding="utf-8")
    fit.fit(built, learned, held, training, folder, resume=resume)
    found = bound(model_folder.read_serving(source), dev, fit.predict(built, dev.rows))
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    weights = network.recurrent_weights(built)
    storage.write_arrays(target / model_folder.CLAUSES, weights | {"bound": np.asarray(found.bound)})
    # Without the version, which may change while this stays.
    (target / model_folder.CLAUSE_GRAPH).write_bytes(onnx_export.graph(weights).SerializeToString())
    model_folder.seal(target, version)
    return output, found
