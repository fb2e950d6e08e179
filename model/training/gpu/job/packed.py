"""The packed reviews: which are of what kind, and where their pieces and sentences stand."""

from pathlib import Path
from typing import Any

import numpy as np

from model.training.gpu.job.texts import Texts, unpacked


class Packed:
    """stored: as `model.training.gpu.pack.texts`; texts: as they were written; documents: int64 [n, 2], spans of their
    words.

    labelled, unlabelled, dev, validation: numbers of reviews, in this order (whole: of the first two together); edits
    follow them.
    """

    def __init__(self, folder: Path, device: str) -> None:
        self.stored = stored = unpacked(folder / "texts.npz.xz")
        words = stored["low"].astype(np.int64) | (stored["high"].astype(np.int64) << 16)
        self.texts = Texts(words, stored, device)
        lengths = stored["lengths"].astype(np.int64)
        ends = np.cumsum(lengths)
        self.documents = np.stack([ends - lengths, ends], axis=1)
        self.labelled, self.unlabelled, self.dev, self.validation = map(int, stored["counts"][:4])
        self.whole = self.labelled + self.unlabelled
        self.reviews = self.whole + self.dev + self.validation
        self.labels, self.dev_labels = stored["labels"], stored["dev_labels"]

    def pieces(self, name: str) -> tuple[Any, Any]:
        """Spans (int64 [s, 2]) of pieces and the numbers of the reviews they are cut from (int64 [s]).

        name: spans, of labelled and unlabelled reviews; dev_spans, of dev.
        """
        inside = self.stored[name].astype(np.int64)
        first, number = (0, self.whole) if name == "spans" else (self.whole, self.dev)
        # They come round after round of one each.
        owner = first + np.tile(np.arange(number), len(inside) // number)
        return inside + self.documents[owner, :1], owner
