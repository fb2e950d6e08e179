"""What a machine with a GPU needs of a run: texts as numbers, an encoder's weights in eight bits, the student's start.

No text leaves: words are rows of a table that stays here. Parts are sized for transfer in pieces.
"""

import io
import lzma
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.config import Config
from model.data import Corpus, file_hash
from model.gpu import results
from model.storage import write_arrays
from model.teachers import documents, earlier, edits, spans, stage, transformer, wordpieces
from model.teachers.earlier import Start

Arrays = dict[str, NDArray[Any]]


def _compressed(arrays: Arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return lzma.compress(buffer.getvalue(), preset=4)


class _Entries:
    """Words as table entries: what the student and the teacher read of each. A word before `n't` has one of its own."""

    def __init__(self, corpus: Corpus, pieces: wordpieces.WordPieces) -> None:
        self._rows: dict[str, int] = {}
        self._words: list[tuple[str, str]] = []
        self._corpus, self._pieces = corpus, pieces

    def _row(self, name: str, word: str) -> int:
        found = self._rows.get(name)
        if found is None:
            found = self._rows[name] = len(self._words)
            self._words.append((name, word))
        return found

    def of(self, tokens: Sequence[str]) -> list[int]:
        """Entries of a document."""
        rows = []
        for number, word in enumerate(tokens):
            if word == "n't":
                # What `WordPieces` reads of it depends on the word before, which takes its n.
                rows.append(self._row(word if number and _joins(tokens[number - 1]) else "\t" + word, word))
            elif number + 1 < len(tokens) and tokens[number + 1] == "n't" and _joins(word):
                rows.append(self._row(word + "\t", word))
            else:
                rows.append(self._row(word, word))
        return rows

    def arrays(self) -> Arrays:
        """ids: the student's; pieces, piece_at: the teacher's (ragged); plain: read alike wherever they stand."""
        read = []
        for name, word in self._words:
            if name == "n't":
                tokens, cut = ["a", word], 1
            elif name.endswith("\t"):
                tokens, cut = [word, "n't"], 0
            else:
                tokens, cut = [word], 0
            found = self._pieces.encode(tokens, 10_000)[1:-1][cut:]
            read.append(found[:-2] if name.endswith("\t") else found)
        lengths = np.asarray([len(each) for each in read])
        return {
            "ids": self._corpus.vocabulary.ids([word for _, word in self._words]).astype(np.uint16),
            "pieces": np.concatenate(read).astype(np.uint16),
            "piece_at": np.append(0, np.cumsum(lengths)).astype(np.int64),
            "plain": np.asarray([name == word != "n't" for name, word in self._words]),
        }


def _joins(word: str) -> bool:
    return word != "n't" and word.isalpha()


def _places(whole: list[list[str]], settings: Config, *seeds: list[int]) -> NDArray[np.int64]:
    """Spans (int64 [n, 2]) inside each review of what `documents` cuts from it, in its order."""
    assert settings.distil
    found: list[tuple[int, int]] = []
    kinds = ((settings.distil.pieces, settings.distil.piece_sentences), (settings.distil.sentences, 1))
    for (number, longest), seed in zip(kinds, seeds, strict=True):
        rng = np.random.default_rng(seed)
        found += [spans.place(row, longest, rng) for _ in range(number) for row in whole]
    return np.asarray(found, dtype=np.int64)


def texts(settings: Config, corpus: Corpus, pieces: wordpieces.WordPieces) -> Arrays:
    """All documents as table entries (labelled, unlabelled, dev, validation reviews, edits) and what is known of them.

    low, high: entries in two planes; lengths of documents; counts of the five kinds; sentences: lengths in words, and
    how many each document has; spans of the config's pieces of the first two kinds and of dev, inside their documents;
    labels of labelled and dev reviews; folds of the former; probabilities of edits.
    """
    teacher, distil, seed = settings.teacher, settings.distil, settings.training.seed
    assert teacher and distil
    labelled = [corpus.tokens[row] for row in corpus.split.train]
    whole = [*labelled, *corpus.unlabelled[: distil.limit]]
    dev = [corpus.tokens[row] for row in corpus.split.dev]
    validation = [corpus.tokens[row] for row in corpus.split.validation]
    turned = edits.chosen(whole, distil.edits, seed)
    documents = [*whole, *dev, *validation, *(edit.tokens for edit in turned)]
    entries = _Entries(corpus, pieces)
    words = np.asarray([row for document in documents for row in entries.of(document)], dtype=np.int64)
    starts = [spans.sentence_starts(document) for document in documents[: len(whole) + len(dev)]]
    films = [corpus.reviews.movies[row] or corpus.reviews.hashes[row] for row in corpus.split.train]
    return entries.arrays() | {
        "low": (words & 0xFFFF).astype(np.uint16),
        "high": (words >> 16).astype(np.uint8),
        "lengths": np.asarray([len(document) for document in documents], dtype=np.uint16),
        "counts": np.asarray([len(labelled), len(whole) - len(labelled), len(dev), len(validation), len(turned)]),
        "sentences": np.concatenate([np.diff(each) for each in starts]).astype(np.uint16),
        "sentence_counts": np.asarray([len(each) - 1 for each in starts], dtype=np.uint16),
        "spans": _places(whole, settings, [seed, 4], [seed, 10]).astype(np.uint16),
        "dev_spans": _places(dev, settings, [seed, 11], [seed, 12]).astype(np.uint16),
        "labels": corpus.reviews.labels[corpus.split.train].astype(np.int8),
        "dev_labels": corpus.reviews.labels[corpus.split.dev].astype(np.int8),
        "folds": stage.folds(films, teacher.encoder_folds).astype(np.int8),
        "edits": np.asarray([edit.probability for edit in turned], dtype=np.float32),
    }


def encoder(pretrained: transformer.Pretrained) -> Arrays:
    """Weights in eight bits: each matrix row by its largest value; vectors as they are (float32)."""
    assert pretrained.distances is not None
    found: Arrays = {"distances": pretrained.distances}
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


def start(found: Start) -> Arrays:
    """The student's first weights, the embedding in float16."""
    assert found.weights is not None
    return {"embedding": found.embedding.astype(np.float16)} | found.weights


def known(settings: Config, corpus: Corpus) -> Arrays:
    """The digests of what the job labels, by kind and in its order, and of the encoder: this file stays here."""
    teacher, distil = settings.teacher, settings.distil
    assert teacher and teacher.encoder and distil
    found = documents.documents(corpus, distil, settings.training.seed)
    own = documents.digests(found.tokens)
    held = documents.digests([corpus.tokens[row] for row in corpus.split.validation])
    return {
        "reviews": np.concatenate([own[: found.reviews], own[found.held], held]),
        "pieces": own[found.reviews : found.taught],
        "dev_pieces": own[found.held.stop :],
        "encoder": np.asarray(file_hash(teacher.encoder / transformer.WEIGHTS)),
    }


def _halves(arrays: Arrays) -> tuple[Arrays, Arrays]:
    """Two parts of like size."""
    ordered = sorted(arrays, key=lambda name: arrays[name].nbytes, reverse=True)
    parts: tuple[Arrays, Arrays] = ({}, {})
    for name in ordered:
        smaller = min(parts, key=lambda part: sum(value.nbytes for value in part.values()))
        smaller[name] = arrays[name]
    return parts


def run(settings: Config, corpus: Corpus, folder: Path) -> dict[str, int]:
    """Writes texts.npz.xz, encoder_0.npz.xz, encoder_1.npz.xz and start.npz.xz; returns their sizes."""
    teacher = settings.teacher
    assert teacher and teacher.encoder and teacher.earlier
    folder.mkdir(parents=True, exist_ok=True)
    write_arrays(folder / results.DIGESTS, known(settings, corpus))
    pretrained = transformer.read(teacher.encoder, 510)
    first, second = _halves(encoder(pretrained))
    begins = earlier.read(teacher.earlier, settings.network, corpus.vocabulary, settings.training.seed)
    jobs: Iterable[tuple[str, Arrays]] = [
        ("texts", texts(settings, corpus, wordpieces.WordPieces.read(teacher.encoder))),
        ("encoder_0", first),
        ("encoder_1", second),
        ("start", start(begins)),
    ]

    def written(job: tuple[str, Arrays]) -> tuple[str, int]:
        data = _compressed(job[1])
        (folder / f"{job[0]}.npz.xz").write_bytes(data)
        return job[0], len(data)

    with ThreadPoolExecutor(2) as pool:
        return dict(pool.map(written, jobs))
