"""One job on a machine with a GPU, from the root of the repository: `python3 -m model.gpu.job FOLDER [plan.json]`.

Pretrains the packed encoder further on the reviews, fine-tunes it once a fold without the fold's films, has each of
these teachers label what it never saw a label of, and writes labels.npz into FOLDER. A plan's keys change `PLAN`.
"""

import copy
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from model.gpu.job import encoder as teachers
from model.gpu.job.texts import Cut, Texts, unpacked

BEGAN = time.monotonic()
PLAN: dict[str, Any] = {
    "seed": 1,
    "pretrain": {"epochs": 3.0, "seconds": 600.0, "rate": 1e-4, "budget": 24_576},
    "tune": {"epochs": 3, "rate": 3e-5, "batch": 32},
    "label_budget": 65_536,
}
"""seconds: pretraining ends then, its learning rate too; budget: pieces of words in a batch."""


def say(text: str) -> None:
    """A line of the log."""
    sys.stdout.write(f"[{time.monotonic() - BEGAN:6.1f}] {text}\n")
    sys.stdout.flush()


def weights(folder: Path) -> dict[str, Any]:
    """Of the packed encoder, in float32."""
    stored: dict[str, Any] = {}
    for number in (0, 1):
        stored |= unpacked(folder / f"encoder_{number}.npz.xz")
    found = {}
    for name, value in stored.items():
        if not name.endswith(".scale"):
            found[name] = value * stored[name + ".scale"] if value.dtype == np.int8 else value
    places, kinds = "embeddings.position_embeddings.weight", "embeddings.token_type_embeddings.weight"
    found[places] = found[places] + found[kinds][0]
    return found


class Job:
    """The packed texts, and what is done with them."""

    def __init__(self, folder: Path, plan: dict[str, Any], device: str) -> None:
        self.folder, self.plan, self.device = folder, plan, device
        stored = unpacked(folder / "texts.npz.xz")
        words = stored["low"].astype(np.int64) | (stored["high"].astype(np.int64) << 16)
        texts = Texts(words, stored, device)
        lengths = stored["lengths"].astype(np.int64)
        ends = np.cumsum(lengths)
        documents = np.stack([ends - lengths, ends], axis=1)
        self.labelled, self.unlabelled, self.dev, self.validation = map(int, stored["counts"])
        self.whole = self.labelled + self.unlabelled
        self.reviews = texts.cut(documents)
        self.pieces, self.piece_owner = self._pieces(texts, stored["spans"], documents[: self.whole])
        self.dev_pieces, _ = self._pieces(texts, stored["dev_spans"], documents[self.whole : self.whole + self.dev])
        self.labels, self.dev_labels = stored["labels"], stored["dev_labels"]
        folds = stored["folds"].astype(np.int64)
        self.folds = int(folds.max()) + 1
        # A piece of a review without a label is read by one teacher.
        self.fold = np.append(folds, np.arange(self.labelled, self.whole) % self.folds)

    def _pieces(self, texts: Texts, inside: Any, documents: Any) -> tuple[Cut, Any]:
        """Spans given inside their documents, round after round of one each, and whose they are."""
        owner = np.tile(np.arange(len(documents)), len(inside) // len(documents))
        return texts.cut(inside.astype(np.int64) + documents[owner, :1]), owner

    def teach(self) -> list[teachers.Encoder]:
        """One teacher a fold."""
        plan, found = self.plan, weights(self.folder)
        layers, heads = map(int, found["shape"])
        model = teachers.Encoder(found, layers, heads, float(found["epsilon"][0])).to(self.device).to(teachers.HALF)
        say(f"read: {len(self.reviews.flat)} pieces of words, {len(self.reviews.lengths)} reviews")
        text = self.reviews.part(np.arange(self.whole))
        teachers.pretrain(model, text, **plan["pretrain"], seed=plan["seed"], say=say)
        targets = torch.from_numpy(self.labels.astype(np.float32)).to(self.device)
        models = []
        for number in range(self.folds):
            own = copy.deepcopy(model)
            rows = np.flatnonzero(self.fold[: self.labelled] != number)
            teachers.fine_tune(own, text, rows, targets, **plan["tune"], seed=plan["seed"] + number, say=say)
            models.append(own)
        return models

    def label(self, models: list[teachers.Encoder]) -> dict[str, Any]:
        """Logits of reviews (labelled: out of fold, others: the mean), of pieces (by one teacher), of dev's pieces."""
        budget = self.plan["label_budget"]
        number = len(self.reviews.lengths)
        reviews = np.zeros(number, dtype=np.float32)
        pieces = np.zeros(len(self.piece_owner), dtype=np.float32)
        dev_pieces = np.zeros(len(self.dev_pieces.lengths), dtype=np.float32)
        for fold, model in enumerate(models):
            out = np.flatnonzero(self.fold[: self.labelled] == fold)
            said = teachers.label(model, self.reviews.part(np.append(out, np.arange(self.labelled, number))), budget)
            reviews[out] = said[: len(out)]
            reviews[self.labelled :] += said[len(out) :] / len(models)
            mine = np.flatnonzero(self.fold[self.piece_owner] == fold)
            pieces[mine] = teachers.label(model, self.pieces.part(mine), budget)
            dev_pieces += teachers.label(model, self.dev_pieces, budget) / len(models)
        dev = reviews[self.whole : self.whole + self.dev]
        right = np.mean((reviews[: self.labelled] > 0) == (self.labels == 1))
        say(f"right out of fold {right:.4f}, on dev together {np.mean((dev > 0) == (self.dev_labels == 1)):.4f}")
        return {"reviews": reviews, "pieces": pieces, "dev_pieces": dev_pieces}

    def run(self) -> None:
        """All of it."""
        found = self.label(self.teach())
        partial = self.folder / "labels.partial.npz"
        np.savez(partial, **found)
        partial.replace(self.folder / "labels.npz")
        say("labels.npz is there")


def main() -> None:
    """The command."""
    folder = Path(sys.argv[1])
    changes = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")) if len(sys.argv) > 2 else {}
    plan = PLAN | changes
    say(json.dumps(plan))
    torch.manual_seed(plan["seed"])
    torch.backends.cuda.matmul.allow_tf32 = True
    # It would plan anew for each shape of a batch.
    torch.backends.cuda.enable_cudnn_sdp(False)
    Job(folder, plan, "cuda" if torch.cuda.is_available() else "cpu").run()


if __name__ == "__main__":
    main()
