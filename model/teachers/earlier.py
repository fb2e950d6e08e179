"""A model of an earlier run as a teacher, and as the start of the student.

Furlanello et al. 2018 ("Born-Again Neural Networks"). It learned from every label of the training part, in part through
soft labels that were out of fold, so that only on reviews without a label does its logit say what it knows of new ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model import folder as files
from model.config import NetworkConfig
from model.metrics import Floats
from model.readers import DataError
from model.scorer import Scorer
from model.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Start:
    """What a student starts with: an embedding (float32 [words, dimensions]) and, from an earlier model, its other
    weights (as `model.network.recurrent_weights`) and its version.
    """

    embedding: NDArray[np.float32]
    weights: dict[str, NDArray[np.float32]] | None = None
    version: str = ""


def read(folder: Path, network: NetworkConfig, vocabulary: Vocabulary) -> Start:
    """The weights in a model folder. Raises `DataError` where they do not fit the network, or its words are others."""
    try:
        version = files.verify(folder)
        serving = files.read_serving(folder)
    except files.ModelFolderError as error:
        raise DataError(f"The earlier model cannot be used: {error} Its own config is trained first.") from error
    if (serving.dimensions, serving.units) != (network.dimensions, network.units):
        raise DataError(
            f"The earlier model in {folder} has {serving.dimensions} dimensions and {serving.units} units; "
            f"the config's network has {network.dimensions} and {network.units}."
        )
    if Vocabulary.read(folder / "vocabulary.txt").words != vocabulary.words:
        raise DataError(f"The earlier model in {folder} has other words: it was trained on other data.")
    with np.load(folder / "keras_weights.npz") as stored:
        weights = {name: stored[name] for name in stored.files}
    return Start(np.load(folder / "embedding.npy").astype(np.float32), weights, version)


def logits(folder: Path, documents: Sequence[Sequence[str]], threads: int) -> Floats:
    """Its blended, calibrated logits (float64 [n]) of tokenized documents."""
    scorer = Scorer(folder, threads=threads)
    scorer.warm()
    return scorer.logits(documents)
