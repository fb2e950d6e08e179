"""The first job on a GPU, from the root of the repository: `python3 -m model.training.gpu.job FOLDER [plan.json]`.

Pretrains the packed encoder further on the reviews, fine-tunes it once a fold without the fold's films, has each of
these teachers label what it never saw a label of, and writes labels.npz into FOLDER. A plan's keys change `PLAN`.
"""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import torch

from model.storage import write_arrays
from model.training.gpu.job import command, encoder, fitting
from model.training.gpu.job.log import say
from model.training.gpu.job.packed import Packed

PLAN: dict[str, Any] = {
    "seed": 1,
    "pretrain": {"epochs": 3.0, "seconds": 600.0, "rate": 1e-4, "budget": 24_576},
    "tune": {"epochs": 3, "rate": 3e-5, "batch": 32},
    "label_budget": 65_536,
}
"""seconds: pretraining ends then, its learning rate too; budget: pieces of words in a batch."""


class Job:
    """The packed texts, and what is done with them."""

    def __init__(self, folder: Path, plan: dict[str, Any], device: str) -> None:
        self.folder, self.plan, self.device = folder, plan, device
        self.packed = packed = Packed(folder, device)
        self.reviews = packed.texts.cut(packed.documents[: packed.reviews])
        spans, self.piece_owner = packed.pieces("spans")
        self.pieces = packed.texts.cut(spans)
        self.dev_pieces = packed.texts.cut(packed.pieces("dev_spans")[0])
        folds = packed.stored["folds"].astype(np.int64)
        self.folds = int(folds.max()) + 1
        # A piece of a review without a label is read by one teacher.
        self.fold = np.append(folds, np.arange(packed.labelled, packed.whole) % self.folds)

    def teach(self) -> list[encoder.Encoder]:
        """One teacher a fold."""
        plan, packed = self.plan, self.packed
        model = encoder.read(self.folder, self.device)
        say(f"read: {len(self.reviews.flat)} pieces of words, {len(self.reviews.lengths)} reviews")
        text = self.reviews.part(np.arange(packed.whole))
        fitting.pretrain(model, text, **plan["pretrain"], seed=plan["seed"])
        targets = torch.from_numpy(packed.labels.astype(np.float32)).to(self.device)
        models = []
        for number in range(self.folds):
            own = copy.deepcopy(model)
            rows = np.flatnonzero(self.fold[: packed.labelled] != number)
            fitting.fine_tune(own, text, rows, targets, **plan["tune"], seed=plan["seed"] + number)
            models.append(own)
        return models

    def label(self, models: list[encoder.Encoder]) -> dict[str, Any]:
        """Logits of reviews (labelled: out of fold, others: the mean), of pieces (by one teacher), of dev's pieces."""
        budget, packed = self.plan["label_budget"], self.packed
        reviews = np.zeros(packed.reviews, dtype=np.float32)
        pieces = np.zeros(len(self.piece_owner), dtype=np.float32)
        dev_pieces = np.zeros(len(self.dev_pieces.lengths), dtype=np.float32)
        for fold, model in enumerate(models):
            out = np.flatnonzero(self.fold[: packed.labelled] == fold)
            rows = np.append(out, np.arange(packed.labelled, packed.reviews))
            logits = encoder.label(model, self.reviews.part(rows), budget)
            reviews[out] = logits[: len(out)]
            reviews[packed.labelled :] += logits[len(out) :] / len(models)
            mine = np.flatnonzero(self.fold[self.piece_owner] == fold)
            pieces[mine] = encoder.label(model, self.pieces.part(mine), budget)
            dev_pieces += encoder.label(model, self.dev_pieces, budget) / len(models)
        dev = reviews[packed.whole : packed.whole + packed.dev]
        right = np.mean((reviews[: packed.labelled] > 0) == (packed.labels == 1))
        say(f"right out of fold {right:.4f}, on dev together {np.mean((dev > 0) == (packed.dev_labels == 1)):.4f}")
        return {"reviews": reviews, "pieces": pieces, "dev_pieces": dev_pieces}

    def run(self) -> None:
        """All of it."""
        write_arrays(self.folder / "labels.npz", self.label(self.teach()))
        say("labels.npz is there")


if __name__ == "__main__":
    Job(*command.order(PLAN)).run()
