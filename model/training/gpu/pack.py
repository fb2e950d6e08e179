"""What a machine with a GPU needs of a run: texts as numbers, an encoder's weights in eight bits, the student's start.

Texts travel as rows of a table of word pieces, which the encoder's public vocabulary turns back into words: they go
only where the reviews themselves may go. The parts are sized for a transfer of 64 MiB at a time.
"""

import io
import lzma
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.config import Config
from model.data.corpus import Corpus, file_hash
from model.data.errors import DataError
from model.storage import write_arrays
from model.text.vocabulary import Vocabulary
from model.training.teachers import (
    counterfactuals,
    gpu_results,
    soft_labels,
    token_spans,
    transformer,
    warm_start,
    wordpieces,
)
from model.training.teachers.counterfactuals import Edit
from model.training.teachers.documents import Documents, digests, documents

Arrays = dict[str, NDArray[Any]]
_NOT = "n't"
_ALL = 10_000


def _compressed(arrays: Arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return lzma.compress(buffer.getvalue(), preset=4)


class _Entry(NamedTuple):
    """A word, and what becomes of it beside a contraction: `n't` gives its n to a word before that ends in a letter."""

    word: str
    joined: bool
    takes: bool

    def parts(self) -> list[str]:
        """What `WordPieces` cuts."""
        # Alone, `n't` is cut like this too; after another word it begins a part of its own.
        found = wordpieces.plain([self.word])
        if self.word == _NOT and self.joined:
            found = found[1:]
        return [*found[:-1], found[-1] + "n"] if self.takes else found

    @property
    def plain(self) -> bool:
        """Whether it is read alike wherever it stands."""
        return self.word != _NOT and not self.takes


class _Entries:
    """Words as entries of a table: what the teacher reads of each, and the student."""

    def __init__(self, pieces: wordpieces.WordPieces) -> None:
        self._rows: dict[_Entry, int] = {}
        self._pieces = pieces

    def of(self, tokens: Sequence[str]) -> list[int]:
        """Entries of a document."""
        rows = []
        joins = False
        for number, word in enumerate(tokens):
            joined = word == _NOT and joins
            joins = wordpieces.plain([word])[-1].isalpha()
            takes = joins and number + 1 < len(tokens) and tokens[number + 1] == _NOT
            rows.append(self._rows.setdefault(_Entry(word, joined, takes), len(self._rows)))
        return rows

    def _read(self, entry: _Entry) -> NDArray[np.int32]:
        return self._pieces.encode(entry.parts(), _ALL)[1:-1]

    def arrays(self) -> Arrays:
        """pieces, piece_at: what the teacher reads of each (ragged)."""
        read = [self._read(entry) for entry in self._rows]
        lengths = np.asarray([len(each) for each in read])
        return {
            "pieces": np.concatenate(read).astype(np.uint16),
            "piece_at": np.append(0, np.cumsum(lengths)).astype(np.int64),
        }

    def for_students(self, vocabulary: Vocabulary) -> Arrays:
        """ids: a student's; plain: whether another entry that is plain too may stand in its place."""
        known = [entry.plain and self._pieces.unknown not in self._read(entry) for entry in self._rows]
        return {"ids": vocabulary.ids([entry.word for entry in self._rows]), "plain": np.asarray(known)}


def texts(settings: Config, corpus: Corpus, found: Documents, turned: Sequence[Edit] | None) -> Arrays:
    """All reviews as table entries (labelled, unlabelled, dev, validation), edits, and what is known of them.

    longest: pieces of words that are read of a document; low, high: entries in two planes; lengths of the documents;
    counts of the five kinds; spans, dev_spans: pieces of the first two kinds and of dev, inside their reviews; labels
    of labelled and dev reviews; folds of the former. With `turned`, the edits that students learn from: what they read
    (ids, plain); sentences: words of each in the first three kinds; sentence_counts: how many a review has; edits:
    their probabilities; learned, served: words that are read of a review; piece_sentences and label_share as in
    `DistilConfig`.
    """
    teacher, distil = settings.teacher, settings.distil
    assert teacher
    assert teacher.encoder
    assert distil
    held = [corpus.tokens[row] for row in corpus.split.validation]
    cut = [*found.tokens[: found.reviews], *found.tokens[found.held]]
    everything = [*cut, *held, *(edit.tokens for edit in turned or ())]
    entries = _Entries(wordpieces.WordPieces.read(teacher.encoder))
    words = np.asarray([row for document in everything for row in entries.of(document)], dtype=np.int64)
    places, dev_places = np.split(found.places.astype(np.uint16), [found.taught - found.reviews])
    arrays = entries.arrays()
    if turned is not None:
        starts = [token_spans.sentence_starts(review) for review in cut]
        arrays |= entries.for_students(corpus.vocabulary) | {
            "sentences": np.concatenate([np.diff(each) for each in starts]).astype(np.uint16),
            "sentence_counts": np.asarray([len(each) - 1 for each in starts], dtype=np.uint16),
            "edits": np.asarray([edit.probability for edit in turned], dtype=np.float32),
            "learned": np.asarray(settings.training.max_tokens),
            "served": np.asarray(settings.serving.max_tokens),
            "piece_sentences": np.asarray(distil.piece_sentences),
            "label_share": np.asarray(distil.label_share),
        }
    return arrays | {
        "longest": np.asarray(teacher.encoder_tokens),
        "low": (words & 0xFFFF).astype(np.uint16),
        "high": (words >> 16).astype(np.uint8),
        "lengths": np.asarray([len(document) for document in everything], dtype=np.uint16),
        "counts": np.asarray([found.labelled, found.unlabelled, found.dev, len(held), len(turned or ())]),
        "spans": places,
        "dev_spans": dev_places,
        "labels": corpus.reviews.labels[corpus.split.train].astype(np.int8),
        "dev_labels": corpus.reviews.labels[corpus.split.dev].astype(np.int8),
        "folds": soft_labels.folds(soft_labels.groups(corpus), teacher.encoder_folds).astype(np.int8),
    }


def encoder(pretrained: transformer.Pretrained) -> Arrays:
    """Weights in eight bits: each matrix row by its largest value; vectors as they are (float32).

    shape: layers and heads; distances, buckets: what the distance of two places adds to attention, as `Pretrained` and
    `distance_buckets` have it.
    """
    assert pretrained.distances is not None, "`run` asks for MPNet"
    found: Arrays = {"distances": pretrained.distances}
    buckets = transformer.distance_buckets(pretrained.longest, len(pretrained.distances))
    found["buckets"] = buckets.astype(np.uint8)
    found["shape"] = np.asarray([pretrained.layers, pretrained.heads])
    found["epsilon"] = np.asarray([pretrained.epsilon])
    for name, value in pretrained.weights.items():
        if not name.startswith(("embeddings.", "encoder.layer.")) or name.endswith("position_ids"):
            continue
        if value.ndim == 1 or "token_type" in name:
            found[name] = value.astype(np.float32)
        else:
            scale = np.abs(value).max(axis=1, keepdims=True) / 127.0 + 1e-12
            found[name] = np.rint(value / scale).astype(np.int8)
            found[name + ".scale"] = scale.astype(np.float32)
    return found


def start(settings: Config, corpus: Corpus) -> Arrays:
    """The weights that students begin with, as `model.training.network.recurrent_weights`, and their embedding in
    float16."""
    assert settings.teacher
    assert settings.teacher.earlier
    found = warm_start.read(settings.teacher.earlier, settings.network, corpus.vocabulary, settings.training.seed)
    assert found.weights is not None
    return found.weights | {"embedding": found.embedding.astype(np.float16)}


def known(encoder: Path, corpus: Corpus, found: Documents) -> Arrays:
    """The digests of what the job labels, by kind and in its order, and of the encoder: this file stays here."""
    own = digests(found.tokens)
    held = digests([corpus.tokens[row] for row in corpus.split.validation])
    return {
        "reviews": np.concatenate([own[: found.reviews], own[found.held], held]),
        "pieces": own[found.reviews : found.taught],
        "dev_pieces": own[found.held.stop :],
        "encoder": np.asarray(file_hash(encoder / transformer.WEIGHTS)),
    }


def _halves(arrays: Arrays) -> tuple[Arrays, Arrays]:
    """Two parts of like size."""
    ordered = sorted(arrays, key=lambda name: arrays[name].nbytes, reverse=True)
    parts: tuple[Arrays, Arrays] = ({}, {})
    for name in ordered:
        smaller = min(parts, key=lambda part: sum(value.nbytes for value in part.values()))
        smaller[name] = arrays[name]
    return parts


def run(settings: Config, corpus: Corpus) -> dict[Path, int]:
    """Writes texts.npz.xz, encoder_0.npz.xz and encoder_1.npz.xz, which travel, and digests.npz, which does not.

    For a config whose students are trained there also start.npz.xz. All go into the folder that the config names;
    returns the bytes of those that travel. Raises `DataError` for an encoder or an earlier model that cannot be used,
    or a config without an encoder.
    """
    teacher, distil = settings.teacher, settings.distil
    if not (distil and teacher and teacher.encoder and teacher.encoder_predictions):
        raise DataError("A config to pack for a GPU has teacher.encoder and teacher.encoder_predictions.")
    folder = teacher.encoder_predictions
    folder.mkdir(parents=True, exist_ok=True)
    found = documents(corpus, distil, settings.training.seed)
    write_arrays(folder / gpu_results.DIGESTS, known(teacher.encoder, corpus, found))
    pretrained = transformer.read(teacher.encoder, teacher.encoder_tokens)
    if pretrained.distances is None:
        raise DataError(f"The GPU's job reads MPNet alone; {teacher.encoder} is another encoder.")
    first, second = _halves(encoder(pretrained))
    jobs: list[tuple[str, Arrays]] = [("encoder_0", first), ("encoder_1", second)]
    turned = None
    if distil.students_folder:
        turned = counterfactuals.chosen(found.tokens[: found.reviews], distil.edits, settings.training.seed)
        jobs.append(("start", start(settings, corpus)))
    # First, since they take longest.
    jobs.insert(0, ("texts", texts(settings, corpus, found, turned)))

    def written(job: tuple[str, Arrays]) -> tuple[Path, int]:
        path = folder / f"{job[0]}.npz.xz"
        return path, path.write_bytes(_compressed(job[1]))

    with ThreadPoolExecutor(2) as pool:
        return dict(pool.map(written, jobs))
