"""What a job on a GPU brought back: the transformers' logits, found again by the digests of the documents."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.metrics import Floats
from model.readers import DataError
from model.teachers.documents import recalled

DIGESTS, LABELS = "digests.npz", "labels.npz"
"""Written when the job is packed, and by the job; they belong together."""
KINDS = ("reviews", "pieces", "dev_pieces")
"""Of documents: labelled, unlabelled, dev and validation reviews; pieces of the first two; of dev."""


@dataclass(frozen=True, slots=True)
class Results:
    """encoder: sha256 of the pretrained one; digests: uint64 [n], of the documents; logits: float64 [n]."""

    encoder: str
    digests: NDArray[np.uint64]
    logits: Floats

    def said(self, own: NDArray[np.uint64]) -> Floats:
        """Logits (float64 [len(own)]) of the documents with those digests. Raises `DataError` if one is not there."""
        found = recalled(self.digests, self.logits, own)
        if np.isnan(found).any():
            raise DataError("The GPU's labels are of other documents than this config has: pack them anew.")
        return found


def read(folder: Path) -> Results:
    """Of the job in `folder`. Raises `DataError`."""
    try:
        with np.load(folder / DIGESTS) as packed, np.load(folder / LABELS) as said:
            digests = np.concatenate([packed[kind] for kind in KINDS])
            logits = np.concatenate([said[kind] for kind in KINDS]).astype(np.float64)
            encoder = str(packed["encoder"])
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"The GPU's labels in {folder} cannot be used: {error}. docs/gpu.md says how.") from error
    if digests.shape != logits.shape or not np.isfinite(logits).all():
        raise DataError(f"The GPU's labels in {folder} are not those of the texts that were packed there.")
    return Results(encoder, digests, logits)
