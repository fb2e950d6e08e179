"""What jobs on a GPU brought back: the transformers' logits, found again by the digests of the documents; students."""

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from model.data.errors import DataError
from model.numeric import Floats
from model.serving import unit_groups
from model.training.teachers.documents import recalled

DIGESTS, LABELS = "digests.npz", "labels.npz"
"""Written when the job is packed, and by the job; they belong together."""
STUDENT = "student_{}.npz"
"""Of a student with that seed."""
KINDS = ("reviews", "pieces", "dev_pieces")
"""Of documents: labelled, unlabelled, dev and validation reviews; pieces of the first two; of dev."""

_UNREADABLE = (OSError, EOFError, ValueError, KeyError, BadZipFile)


@dataclass(frozen=True, slots=True)
class Results:
    """encoder: sha256 of the pretrained one; digests: uint64 [n], of the documents; logits: float64 [n]."""

    encoder: str
    digests: NDArray[np.uint64]
    logits: Floats

    def logits_of(self, own: NDArray[np.uint64]) -> Floats:
        """Logits (float64 [len(own)]) of the documents with those digests. Raises `DataError` if one is not there."""
        found = recalled(self.digests, self.logits, own)
        if np.isnan(found).any():
            raise DataError("The GPU's labels are of other documents than this config has: pack them anew.")
        return found


def read(folder: Path) -> Results:
    """Of the job in `folder`. Raises `DataError`."""
    try:
        with np.load(folder / DIGESTS) as packed, np.load(folder / LABELS) as labels:
            digests = np.concatenate([packed[kind] for kind in KINDS])
            logits = np.concatenate([labels[kind] for kind in KINDS]).astype(np.float64)
            encoder = str(packed["encoder"])
    except _UNREADABLE as error:
        raise DataError(
            f"The GPU's labels in {folder} cannot be used: {error}. docs/internals/gpu.md says how."
        ) from error
    if digests.shape != logits.shape or not np.isfinite(logits).all():
        raise DataError(f"The GPU's labels in {folder} are not those of the texts that were packed there.")
    return Results(encoder, digests, logits)


def _shapes(words: int, dimensions: int, units: int, hidden: int) -> dict[str, tuple[int, ...]]:
    """Of all weights of a student; without a hidden layer `hidden` is 0."""
    found: dict[str, tuple[int, ...]] = {"embedding": (words, dimensions)}
    for direction in unit_groups.DIRECTIONS:
        found[f"{direction}_kernel"], found[f"{direction}_bias"] = (dimensions, 4 * units), (4 * units,)
        found[f"{direction}_recurrent"] = (units, 4 * units)
    found |= {"logit_kernel": (4 * units, 1), "logit_bias": (1,)}
    if hidden:
        found |= {"hidden_kernel": (4 * units, hidden), "hidden_bias": (hidden,), "hidden_logit": (hidden, 1)}
    return found


def student(folder: Path, seed: int) -> dict[str, NDArray[np.float32]]:
    """The weights of the student with that seed, as `model.training.network.recurrent_weights`, and its `embedding`.

    All are there, finite, and of one network. Raises `DataError`.
    """
    path = folder / STUDENT.format(seed)
    try:
        with np.load(path) as stored:
            found = {name: stored[name].astype(np.float32) for name in stored.files}
        (words, dimensions), units = found["embedding"].shape, len(found["forward_recurrent"])
    except _UNREADABLE as error:
        raise DataError(f"The GPU's student {path} cannot be used: {error}. docs/internals/gpu.md says how.") from error
    hidden = found["hidden_bias"].size if "hidden_bias" in found else 0
    if {name: value.shape for name, value in found.items()} != _shapes(words, dimensions, units, hidden):
        raise DataError(f"The GPU's student {path} is not the weights of one network.")
    if not all(np.isfinite(value).all() for value in found.values()):
        raise DataError(f"The GPU's student {path} has weights that are not finite: its training failed.")
    return found
