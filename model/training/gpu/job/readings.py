"""What students learn from: reviews, pieces and sentences of each reading of the texts, with probabilities."""

from typing import Any, NamedTuple

import numpy as np
import torch

from model.evaluation import metrics
from model.training import fit_calibration
from model.training.gpu.job.encoder import Encoder, label
from model.training.gpu.job.log import say
from model.training.gpu.job.packed import Packed
from model.training.gpu.job.texts import Cut, Texts


class Example(NamedTuple):
    """Spans as students read them; the probabilities of positive that these teach (float32 [spans], on the device)."""

    cut: Cut
    targets: torch.Tensor


class Calibrated:
    """Probabilities of a teacher's logits (float [n]) of spans (int64 [n, 2]), fitted on labels of dev (int8 [n])."""

    def __init__(self, logits: Any, spans: Any, labels: Any) -> None:
        self.blend = fit_calibration.fit(self._parts(logits, spans), labels, ridge=1e-6)

    @staticmethod
    def _parts(logits: Any, spans: Any) -> list[Any]:
        """The logits, and how they change with the number of words."""
        found = logits.astype(np.float64)
        return [found, found * (np.log(np.maximum(spans[:, 1] - spans[:, 0], 1)) - 3.0)]

    def __call__(self, logits: Any, spans: Any) -> Any:
        """float64 [n]."""
        return self.blend.probabilities(*self._parts(logits, spans))


def figures(probabilities: Any, labels: Any) -> str:
    """How right they are, for the log."""
    right = metrics.accuracy(probabilities, labels)
    return f"{right:.4f} right, log loss {metrics.log_loss(probabilities, labels):.4f}"


class Readings:
    """Soft labels for students: those of the first job, and those of a teacher that learned from them."""

    def __init__(self, packed: Packed, predictions: dict[str, Any], *, budget: int, seed: int) -> None:
        """predictions: labels.npz; budget: pieces of words in a batch of the teacher's."""
        self.packed, self.budget = packed, budget
        self.rng = np.random.default_rng([seed, 31])
        self.reviews = packed.documents[: packed.whole]
        self.dev = packed.documents[packed.whole : packed.whole + packed.dev]
        self.pieces, _ = packed.pieces("spans")
        of_reviews = Calibrated(predictions["reviews"][packed.whole :][: packed.dev], self.dev, packed.dev_labels)
        self.of_reviews = of_reviews(predictions["reviews"][: packed.whole], self.reviews)
        dev_pieces, owner = packed.pieces("dev_spans")
        of_pieces = Calibrated(predictions["dev_pieces"], dev_pieces, packed.dev_labels[owner - packed.whole])
        self.of_pieces = of_pieces(predictions["pieces"], self.pieces)
        self.number = packed.stored["sentence_counts"].astype(np.int64)
        ends = np.cumsum(packed.stored["sentences"].astype(np.int64))
        self.sentences = np.stack([np.append(0, ends[:-1]), ends], axis=1)
        self.sentence_owner = np.repeat(np.arange(len(self.number)), self.number)

    def sets(self) -> list[tuple[Cut, Any]]:
        """What the teacher learns from: the first job's labels of reviews and pieces."""
        texts = self.packed.texts
        return [(texts.cut(self.reviews), self.of_reviews), (texts.cut(self.pieces), self.of_pieces)]

    def calibrate(self, teacher: Encoder) -> None:
        """On dev's reviews, and on its sentences and pieces by the labels of their reviews."""
        packed = self.packed
        logits = label(teacher, packed.texts.cut(self.dev), self.budget)
        self.for_reviews = Calibrated(logits, self.dev, packed.dev_labels)
        say(f"the teacher on dev: {figures(self.for_reviews(logits, self.dev), packed.dev_labels)}")
        mine = self.sentence_owner >= packed.whole
        pieces, owner = packed.pieces("dev_spans")
        spans = np.concatenate([self.sentences[mine], pieces])
        labels = packed.dev_labels[np.concatenate([self.sentence_owner[mine], owner]) - packed.whole]
        logits = label(teacher, packed.texts.cut(spans), self.budget)
        self.for_pieces = Calibrated(logits, spans, labels)
        say(f"on sentences and pieces of dev: {figures(self.for_pieces(logits, spans), labels)}")

    def _drawn(self) -> Any:
        """A piece (int64 [n, 2]) of two sentences or more of each review that has more."""
        owner = np.flatnonzero(self.number[: self.packed.whole] > 2)
        number = self.number[owner]
        size = self.rng.integers(2, np.minimum(number, int(self.packed.stored["piece_sentences"])) + 1)
        first = (np.cumsum(self.number) - self.number)[owner] + self.rng.integers(0, number - size + 1)
        return np.stack([self.sentences[first, 0], self.sentences[first + size - 1, 1]], axis=1)

    def of(self, texts: Texts, teacher: Encoder) -> list[Example]:
        """Examples of one reading, whole reviews twice.

        The reviews as they were written, with their pieces, teach the first job's labels; the same reworded, and all
        sentences and pieces drawn anew, what the teacher says.
        """
        packed = self.packed
        if texts is packed.texts:
            mixed = self.of_reviews.copy()
            share = float(packed.stored["label_share"])
            mixed[: packed.labelled] *= 1.0 - share
            mixed[: packed.labelled] += share * packed.labels
            parts = [(self.reviews, mixed), (self.pieces, self.of_pieces)]
        else:
            logits = label(teacher, texts.cut(self.reviews), self.budget)
            parts = [(self.reviews, self.for_reviews(logits, self.reviews))]
        for spans in (self.sentences[self.sentence_owner < packed.whole], self._drawn()):
            parts.append((spans, self.for_pieces(label(teacher, texts.cut(spans), self.budget), spans)))
        say(f"labelled: {sum(len(spans) for spans, _ in parts)} reviews, pieces and sentences")
        found = [_example(texts, *part) for part in parts]
        return [found[0], *found]

    def edits(self) -> list[Example]:
        """Edited sentences, twice, with the probabilities of the rules that made them."""
        spans = self.packed.documents[self.packed.reviews :]
        return [_example(self.packed.texts, spans, self.packed.stored["edits"])] * 2 if len(spans) else []


def _example(texts: Texts, spans: Any, targets: Any) -> Example:
    there = torch.from_numpy(targets.astype(np.float32)).to(texts.pieces.device)
    return Example(texts.read(spans, int(texts.entries["learned"])), there)
