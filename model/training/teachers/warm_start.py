"""A model of an earlier run as a teacher, and as the start of the student.

Furlanello et al. 2018 ("Born-Again Neural Networks"). It learned from every label of the training part, in part through
soft labels that were out of fold, so that only on reviews without a label, and on pieces, which never had one, does its
logit say what it knows of new ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.config import NetworkConfig
from model.data.errors import DataError
from model.numeric import Floats
from model.serving import model_folder, unit_groups
from model.serving.scorer import Scorer
from model.text.vocabulary import Vocabulary
from model.training.network import build, recurrent_weights, shape_of

Weights = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Start:
    """What a student starts with: an embedding (float32 [words, dimensions]) and, from an earlier model, its other
    weights (as `model.training.network.recurrent_weights`), its version, and the sha256 of each pretrained encoder
    behind it.
    """

    embedding: NDArray[np.float32]
    weights: Weights | None = None
    version: str = ""
    encoders: tuple[str, ...] = ()


ENCODER, ENCODERS_BEFORE = "encoder sha256", "earlier model's encoders sha256"
"""What the card calls the encoder that taught a model, and those that taught the models it began with."""


def _encoders(folder: Path) -> tuple[str, ...]:
    """Of the model in the folder and of those before it, each once."""
    facts = model_folder.read_card(folder)["training"].get("teachers", {})
    found = " ".join(facts[name] for name in (ENCODERS_BEFORE, ENCODER) if name in facts).split()
    return tuple(dict.fromkeys(found))


def _grown_direction(weights: Weights, direction: str, units: int, rng: np.random.Generator) -> Weights:
    """One direction of `grown`."""
    kernel, recurrent, bias = (weights[f"{direction}_{name}"] for name in ("kernel", "recurrent", "bias"))
    old = len(recurrent)
    new = units - old
    gates = [np.split(block, 4, axis=-1) for block in (kernel, recurrent, bias)]

    def drawn(*shape: int) -> NDArray[np.float32]:
        return rng.normal(0.0, shape[0] ** -0.5, shape).astype(np.float32)

    kernels = [np.hstack([gate, drawn(len(kernel), new)]) for gate in gates[0]]
    # No old unit hears a new one at first.
    silent = np.zeros((new, old), dtype=np.float32)
    recurrents = [np.hstack([np.vstack([gate, silent]), drawn(units, new)]) for gate in gates[1]]
    # Keras opens the forget gate (the second) of a new unit by one.
    biases = [np.append(gate, np.full(new, float(number == 1), np.float32)) for number, gate in enumerate(gates[2])]
    found = zip(("kernel", "recurrent", "bias"), (kernels, recurrents, biases), strict=True)
    return {f"{direction}_{name}": np.concatenate(blocks, axis=-1) for name, blocks in found}


def _silent(weights: Weights, old: int, units: int) -> Weights:
    """The output's weights, with zeros for what it does not hear of yet."""
    found = {}
    for name in {"logit_kernel", "hidden_kernel"} & weights.keys():
        # Max and mean of either direction.
        parts = [np.pad(part, ((0, units - old), (0, 0))) for part in np.split(weights[name], 4)]
        found[name] = np.concatenate(parts)
    return found


def grown(weights: Weights, units: int, seed: int) -> Weights:
    """The same network with more units, which says the same (kin of Net2Net, Chen, Goodfellow & Shlens 2016).

    New units hear all, and neither an old unit nor the logit hears them until they are trained. weights: as
    `model.training.network.recurrent_weights`.
    """
    rng = np.random.default_rng([seed, 9])
    old = len(weights["forward_recurrent"])
    found = dict(weights)
    for direction in unit_groups.DIRECTIONS:
        found |= _grown_direction(weights, direction, units, rng)
    return found | _silent(weights, old, units)


def joined(weights: Weights, further: Weights) -> Weights:
    """The same network with groups of units more, which says the same: those of `further`, with the recurrent weights,
    kernels and biases that they have there. The logit does not hear them until they are trained.
    """
    own, other = unit_groups.sizes(weights), unit_groups.sizes(further)
    assert own == other[: len(own)], "the first groups are those that are there"
    parts = [*unit_groups.parts(weights, own), *unit_groups.parts(further, other)[len(own) :]]
    return weights | unit_groups.whole(parts) | _silent(weights, sum(own), sum(other))


def _fresh(network: NetworkConfig, seed: int) -> Weights:
    """What Keras begins such a network with: the same for all students, whose mean must make sense."""
    import keras

    keras.utils.set_random_seed(seed)
    return recurrent_weights(build(network, 1))


def fitting(weights: Weights, network: NetworkConfig, seed: int) -> Weights:
    """The weights of an earlier model (as `model.training.network.recurrent_weights`) as the network can start with
    them.

    They are grown to its units, or joined by its further groups of units. A hidden layer of another size than the
    earlier model's begins anew, and says nothing at first. So does all where the first groups are not the earlier
    model's.
    """
    before, fresh = shape_of(weights), _fresh(network, seed)
    if len(network.sizes) == 1:
        weights = grown(weights, network.units, seed) if network.units > before.units else weights
    elif network.sizes[: len(before.sizes)] == before.sizes:
        weights = joined(weights, fresh)
    else:
        return fresh
    if network.hidden == before.hidden:
        return weights
    return {
        **{name: value for name, value in weights.items() if not name.startswith("hidden_")},
        **{name: value for name, value in fresh.items() if name.startswith("hidden_")},
    }


def read(folder: Path, network: NetworkConfig, vocabulary: Vocabulary, seed: int) -> Start:
    """The embedding in a model folder and its other weights, `fitting` the network.

    Raises `DataError` where they do not fit the network, or its words are others.
    """
    try:
        version = model_folder.verify(folder)
        serving = model_folder.read_serving(folder)
    except model_folder.ModelFolderError as error:
        raise DataError(f"The earlier model cannot be used: {error} Its own config is trained first.") from error
    fewer = not network.groups and serving.units > network.units
    if serving.dimensions != network.dimensions or fewer:
        raise DataError(
            f"The earlier model in {folder} has {serving.dimensions} dimensions and {serving.units} units; "
            f"the config's network has {network.dimensions} and {network.units}. Only units may be more."
        )
    if Vocabulary.read(folder / "vocabulary.txt").words != vocabulary.words:
        raise DataError(f"The earlier model in {folder} has other words: it was trained on other data.")
    with np.load(folder / "keras_weights.npz") as stored:
        weights = {name: stored[name] for name in stored.files}
    table = np.load(folder / "embedding.npy").astype(np.float32)
    return Start(table, fitting(weights, network, seed), version, _encoders(folder))


def logits(folder: Path, documents: Sequence[Sequence[str]], threads: int) -> Floats:
    """Its blended, calibrated logits (float64 [n]) of tokenized documents, reviews and pieces of them."""
    scorer = Scorer(folder, threads=threads)
    scorer.warm()
    return scorer.piece_logits(documents)
