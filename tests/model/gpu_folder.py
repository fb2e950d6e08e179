"""The folder that travels to a GPU and back, as the tests make it: packed here, labelled by made-up words."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from model import config
from model.data.corpus import Corpus
from model.storage import write_arrays
from model.training.gpu import pack
from model.training.teachers import gpu_results
from model.training.teachers.documents import documents


def packed(settings: config.Config, corpus: Corpus) -> Path:
    """The folder, packed."""
    return next(iter(pack.run(settings, corpus))).parent


def label(place: Path, corpus: Corpus, settings: config.Config) -> None:
    """Writes labels.npz as of a teacher that knows half of the made-up words."""
    assert settings.distil is not None
    found = documents(corpus, settings.distil, 1)
    good, bad = {"wonderful", "superb", "moving"}, {"dreadful", "boring", "clumsy"}

    def logits(tokens: list[list[str]]) -> np.ndarray:
        sums = [sum(word in good for word in row) - sum(word in bad for word in row) for row in tokens]
        return np.asarray(sums, dtype=np.float32)

    held = [corpus.tokens[row] for row in corpus.split.validation]
    reviews = [*found.tokens[: found.reviews], *found.tokens[found.held], *held]
    pieces = {"pieces": logits(found.tokens[found.reviews : found.taught])}
    pieces["dev_pieces"] = logits(found.tokens[found.held.stop :])
    write_arrays(place / gpu_results.LABELS, {"reviews": logits(reviews)} | pieces)
