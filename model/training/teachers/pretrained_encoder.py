"""A transformer too slow for folds: fitted once, on some labelled reviews, it labels others, where doubt is greatest.

Its fitted weights stay in the run's folder with its logits, so that the run goes on after a kill, and a later run
(`encoder_run`) has it label further texts.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from model.config import TeacherConfig
from model.data.errors import DataError
from model.numeric import Floats
from model.storage import write_arrays
from model.training.teachers import transformer, wordpieces
from model.training.teachers.documents import Documents, digests, recalled

Numbers = NDArray[np.int64]
FITTED, LABELS = "fitted.npz", "transformer.npz"
"""In the folder of a run's teachers: the fitted transformer, and the logits of what it labelled, by digest."""
_CHUNK = 2_000


class Encoder(NamedTuple):
    """A pretrained transformer and its pieces of words."""

    pretrained: transformer.Pretrained
    pieces: wordpieces.WordPieces

    @classmethod
    def read(cls, teacher: TeacherConfig) -> "Encoder":
        """The one that the config names. Raises `DataError`."""
        assert teacher.encoder is not None
        tokens = max(teacher.encoder_tokens, _asked_tokens(teacher))
        return cls(transformer.read(teacher.encoder, tokens), wordpieces.WordPieces.read(teacher.encoder))

    def _ids(self, found: Documents, rows: Numbers, limit: int) -> list[NDArray[np.int32]]:
        """Of those documents, cut to `limit` pieces of words."""
        return [self.pieces.encode(found.tokens[row], limit) for row in rows]

    def fitted(
        self, teacher: TeacherConfig, found: Documents, labels: NDArray[np.float32], rows: Numbers, seed: int, note: str
    ) -> transformer.Classifier:
        """The transformer, fine-tuned on the labelled reviews `rows`."""
        model = transformer.Classifier(self.pretrained, plan(teacher, seed))
        model.fit(self._ids(found, rows, teacher.encoder_tokens), labels[rows], note)
        return model

    def asked(self, teacher: TeacherConfig, model: transformer.Classifier, found: Documents, rows: Numbers) -> Floats:
        """What the fitted transformer says of those documents: logits, float64 [rows]."""
        return model.predict(self._ids(found, rows, _asked_tokens(teacher)))


def _asked_tokens(teacher: TeacherConfig) -> int:
    """Pieces of words that it reads of a document when it labels."""
    return teacher.encoder_label_tokens or teacher.encoder_tokens


def plan(teacher: TeacherConfig, seed: int) -> transformer.Plan:
    """How the config has it fine-tuned."""
    return transformer.Plan(
        epochs=teacher.encoder_epochs, body_rate=teacher.encoder_rate, frozen=teacher.encoder_frozen, seed=seed
    )


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier run's transformer was fitted on and what it labelled, by digests, and its logits of that."""

    fitted: NDArray[np.uint64]
    labelled: NDArray[np.uint64]
    logits: Floats

    @classmethod
    def read(cls, folder: Path) -> "Earlier":
        """From the folder of that run's teachers. Raises `DataError`."""
        try:
            with np.load(folder / FITTED) as stored, np.load(folder / LABELS) as labels:
                there = ~np.isnan(labels["logits"])
                return cls(stored["rows"], labels["digests"][there], labels["logits"][there])
        except (OSError, ValueError, KeyError) as error:
            raise DataError(
                f"The fitted transformer in {folder} cannot be used: {error}. Its own config is trained first."
            ) from error

    def rows(self, own: NDArray[np.uint64]) -> Numbers:
        """The labelled reviews, by their digests, on which it was fitted. Raises `DataError` if some are missing."""
        rows = np.flatnonzero(np.isin(own, self.fitted))
        if len(np.unique(own[rows])) < len(np.unique(self.fitted)):
            raise DataError("The fitted transformer of `encoder_run` learned from other reviews than this run has.")
        return rows

    def logits_of(self, own: NDArray[np.uint64]) -> Floats:
        """Its logits of the documents with those digests (float64 [n]); nan for those it did not label."""
        return recalled(self.labelled, self.logits, own)


def drawn(found: Documents, number: int, seed: int) -> Numbers:
    """The labelled reviews on which it is fitted."""
    return np.sort(np.random.default_rng([seed, 8]).permutation(found.labelled)[:number])


def doubtful(
    found: Documents,
    earlier: Floats,
    fitted: Numbers,
    reviews: int,
    pieces: int,
    known: NDArray[np.bool_] | None = None,
) -> Numbers:
    """Which documents it labels, fitted on the labelled reviews `fitted`.

    So many other reviews, and pieces of other reviews, of whose verdict the earlier model is least sure (uncertainty
    sampling, Lewis & Gale 1994): nearly all of its errors are there. And all of dev. known (bool [documents]): pieces
    that it need not be asked about.
    """
    others = np.flatnonzero(~np.isin(found.owner[: found.taught], fitted))
    nearest = others[np.argsort(np.abs(earlier[others]), kind="stable")]
    whole = nearest < found.reviews
    open_ = ~whole if known is None else ~whole & ~known[nearest]
    asked = np.concatenate([nearest[whole][:reviews], nearest[open_][:pieces]])
    return np.append(np.sort(asked), np.arange(found.taught, len(found.tokens)))


@dataclass(frozen=True, slots=True)
class EncoderTeacher:
    """The transformer of one run.

    labels: of the labelled reviews, float32 [labelled]; before: what is known of the one of `encoder_run`; folder: of
    this run's teachers.
    """

    teacher: TeacherConfig
    encoder: Encoder
    labels: NDArray[np.float32]
    before: Earlier | None
    seed: int
    folder: Path

    def _restored(self, path: Path) -> transformer.Classifier:
        model = transformer.Classifier(self.encoder.pretrained, plan(self.teacher, self.seed))
        with np.load(path) as stored:
            found = [stored[f"v{number}"] for number in range(len(stored.files) - 1)]
        if [each.shape for each in found] != [tuple(variable.shape) for variable in model.variables]:
            raise DataError(f"The fitted transformer in {path} is another one, or was fitted with other frozen layers.")
        for variable, value in zip(model.variables, found, strict=True):
            variable.assign(value)
        return model

    def _model(self, found: Documents, rows: Numbers, own: NDArray[np.uint64], resume: bool) -> transformer.Classifier:
        """Fitted by the run that the config names, or before a kill, or here."""
        path = self.folder / FITTED
        if self.teacher.encoder_run:
            return self._restored(self.teacher.encoder_run / FITTED)
        if resume and path.is_file():
            return self._restored(path)
        model = self.encoder.fitted(self.teacher, found, self.labels, rows, self.seed, "transformer teacher")
        weights = {f"v{number}": variable.numpy() for number, variable in enumerate(model.variables)}
        write_arrays(path, weights | {"rows": own[rows]})
        return model

    def logits(self, found: Documents, earlier: Floats, resume: bool) -> Floats:
        """Logits (float64 [documents]) of what it labels; nan for the others. earlier: of the earlier model.

        The labels of `encoder_run`'s transformer hold, but that reviews in doubt are asked anew: this run may
        read more of them. `resume` goes on after what is in the folder.
        """
        assert self.teacher.encoder_labels is not None
        own = digests(found.tokens)
        known = np.full(len(own), np.nan)
        if self.before:
            rows = self.before.rows(own[: found.labelled])
            known[: found.taught] = self.before.logits_of(own[: found.taught])
        else:
            assert self.teacher.encoder_reviews is not None
            rows = drawn(found, self.teacher.encoder_reviews, self.seed)
        asked = doubtful(
            found, earlier, rows, self.teacher.encoder_labels, self.teacher.encoder_pieces, ~np.isnan(known)
        )
        logits = self._asked(found, asked, rows, own, resume)
        return np.where(np.isnan(logits), known, logits)

    def _asked(self, found: Documents, asked: Numbers, rows: Numbers, own: NDArray[np.uint64], resume: bool) -> Floats:
        """Its logits of the documents `asked`; nan for the others. They are kept chunk by chunk.

        rows: the labelled reviews that it is fitted on; own: the documents' digests.
        """
        path = self.folder / LABELS
        logits = np.full(len(own), np.nan)
        if resume and path.is_file():
            with np.load(path) as stored:
                logits = np.asarray(stored["logits"], dtype=np.float64)
        asked = asked[np.isnan(logits[asked])]
        if not len(asked):
            return logits
        Console().print("Teacher: transformer")
        model = self._model(found, rows, own, resume)
        for first in range(0, len(asked), _CHUNK):
            chunk = asked[first : first + _CHUNK]
            logits[chunk] = self.encoder.asked(self.teacher, model, found, chunk)
            write_arrays(path, {"logits": logits, "digests": own})
            Console().print(f"The transformer has labelled {first + len(chunk)} of {len(asked)}")
        return logits
