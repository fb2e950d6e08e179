"""A model folder: the files that describe one trained model completely, with their hashes.

embedding.npy      float32 or float16 [words, dimensions]; row 0 padding, row 1 unknown words
keras_weights.npz  LSTM and output layers, in Keras' layout
recurrent.onnx     the same as a graph, vectors, lengths -> logits; `model.training.onnx_export` makes it of them
wide.npy           float16 [2**bits], weights of hashed n-grams
vocabulary.txt     one word a line, rows 2.. of the embedding
serving.json       what the scorer needs to know (`Serving`)
config.json        the training run's config
metrics.json       figures on the dev and validation parts
card.json, CARD.md the model card, for programs and for people
word_scores.npy    optional: float16 [words], how typical each word is of film reviews (`model.serving.flags`)
topic_words.npy    optional: float16 [words], how typical each word is of other things (`model.serving.topic_model`)
topic_pairs.npy    optional, with topic_words.npy: float16 [2**bits], the same of hashed words and pairs of words
clauses.npz        optional: the small LSTM that reads clauses for aspects (`model.serving.early_exit.Clauses`), as
                   keras_weights.npz, and its bound
clauses.onnx       optional, with clauses.npz: the same as a graph
manifest.json      version and sha256 of every other file
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

SHIPPED = Path(__file__).parents[1] / "shipped"
"""The model folder that comes with the repository."""
GRAPH = "recurrent.onnx"
KERAS, CLAUSES, CLAUSE_GRAPH = "keras_weights.npz", "clauses.npz", "clauses.onnx"
WEIGHTS = ("embedding.npy", GRAPH, KERAS, "wide.npy", "vocabulary.txt", "serving.json")
OPTIONAL = ("word_scores.npy", "topic_words.npy", "topic_pairs.npy", CLAUSES, CLAUSE_GRAPH)
"""Weights that a folder may lack; the manifest says whether it has them."""
RECORDS = ("config.json", "metrics.json", "card.json", "CARD.md")
MANIFEST = "manifest.json"
_OTHER_VERSION = "The model folder {folder} was made by another version of this program."
# What got its name when the graph still counted keeps it: verdicts are stored under that name.
_NAMED = {"9867384b": "d2ae3f1b"}


class ModelFolderError(Exception):
    """A model folder is missing, incomplete or damaged; the message is one plain sentence for the user."""


@dataclass(frozen=True, slots=True)
class Serving:
    """`serving.json`: everything the scorer needs beside the weights.

    blend_*: logit = lstm weight x lstm + wide weight x wide + bias; band: half-width around 0.5 that is
    `uncertain`; short_band: the same of texts of at most `short_tokens` tokens, where it is wider; wide_bias in
    logit units. length_*, skew: as in `model.serving.calibration.Curve`; short_slope: of `ShortTexts` there; foreign_*,
    review_bounds: `oddness`, `english` and `review` of `model.serving.flags.Bounds`; exit_*: of
    `model.serving.early_exit.Exit`, whose curve has the same knee; without `exit_logit` the LSTM reads everything.
    mixed_*: as in `model.serving.mixed.Rule`; star_bounds: as in `model.serving.stars.Stars`, empty where the
    estimate did not validate; star_tokens: shorter texts get no estimate, for it does not hold on them (the card's
    table by length); topic_*: as in `model.serving.topic_model.TopicRule`, no tokens where there is no topic model.
    Fields with a default may be missing from the file. The rest as in `model.config.ServingConfig` and
    `NetworkConfig`.
    """

    dimensions: int
    units: int
    blend_lstm: float
    blend_wide: float
    blend_bias: float
    band: float
    stated_accuracy: float
    wide_bias: float
    wide_longest: int
    max_tokens: int
    batch: int
    short_words: int
    unknown_share: float
    length_knee: float = 60.0
    length_slope: float = 0.0
    length_drift: float = 0.0
    skew: float = 0.0
    foreign_oddness: float = 7.5
    foreign_english: float = 0.005
    review_bounds: list[list[float]] = field(default_factory=list)
    mixed_logit: float = 1.0
    mixed_share: float = 0.3
    star_bounds: list[float] = field(default_factory=list)
    star_tokens: int = 120
    exit_logit: float | None = None
    exit_weight: float = 1.0
    exit_bias: float = 0.0
    exit_slope: float = 0.0
    exit_step: float = 0.0
    topic_tokens: int = 0
    topic_bias: float = 0.0
    topic_sureness: list[float] = field(default_factory=list)
    topic_length: list[float] = field(default_factory=list)
    topic_doubt: float = 0.0
    topic_settled: float = 0.0
    short_slope: float = 0.0
    short_band: float = 0.0
    short_tokens: int = 0


def write_json(path: Path, value: Any) -> None:
    """Readable JSON, sorted keys as given, a newline at the end."""
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def sha256(path: Path) -> str:
    """Hex sha256 of a file."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def weights(folder: Path) -> tuple[str, ...]:
    """Names of the files that decide a verdict or aspects, as far as they are there."""
    return (*WEIGHTS, *(name for name in OPTIONAL if (folder / name).is_file()))


def version(folder: Path, month: str) -> str:
    """`lstm-<month>-<8 hex>`; the hex digits are of the hash over all files that decide a verdict.

    The graph is left out: it is made of `keras_weights.npz`, and names the version itself. So is what decides aspects
    alone: verdicts are stored, and found again, under the version.
    """
    files = (name for name in weights(folder) if name not in (GRAPH, CLAUSES, CLAUSE_GRAPH))
    digest = hashlib.sha256("".join(sha256(folder / name) for name in files).encode()).hexdigest()[:8]
    return f"lstm-{month}-{_NAMED.get(digest, digest)}"


def write_serving(folder: Path, serving: Serving) -> None:
    """Writes `serving.json`."""
    write_json(folder / "serving.json", asdict(serving))


def seal(folder: Path, name: str) -> None:
    """Writes the manifest, last of all: a folder without it is incomplete."""
    hashes = {file: sha256(folder / file) for file in (*weights(folder), *RECORDS)}
    write_json(folder / MANIFEST, {"version": name, "sha256": hashes})


def _manifest(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise ModelFolderError(f"The model folder {folder} does not exist.")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {"version": str(manifest["version"]), "sha256": dict(manifest["sha256"])}
    except OSError as error:
        raise ModelFolderError(f"The model folder {folder} is incomplete: it has no {MANIFEST}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ModelFolderError(f"The model folder {folder} is damaged: its {MANIFEST} cannot be read.") from error


def names(listed: Collection[str]) -> tuple[str, ...]:
    """The files of a model folder whose manifest lists `listed`, the manifest itself not counted."""
    known = {*listed, CLAUSE_GRAPH} if CLAUSES in listed else listed  # single texts need the one, many the other
    return (*WEIGHTS, *(name for name in OPTIONAL if name in known), *RECORDS)


def verify(folder: Path) -> str:
    """The folder's version, once every file is there and has the hash that the manifest says.

    Raises `ModelFolderError`.
    """
    manifest = _manifest(folder)
    for name in names(manifest["sha256"]):
        file = folder / name
        if not file.is_file():
            raise ModelFolderError(f"The model folder {folder} is incomplete: it has no {name}.")
        if sha256(file) != manifest["sha256"].get(name):
            raise ModelFolderError(f"The model folder {folder} is damaged: {name} is not the file it was made with.")
    return str(manifest["version"])


def check_apart(source: Path, target: Path) -> None:
    """Raises `ModelFolderError` where a model made of `source` would take its place: `target` is emptied first."""
    if source.resolve().is_relative_to(target.resolve()):
        raise ModelFolderError(f"The model folder {target} is the one that is read: name another output.")


def read_serving(folder: Path) -> Serving:
    """The contents of `serving.json`; raises `ModelFolderError` when it is of another shape."""
    try:
        return Serving(**json.loads((folder / "serving.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ModelFolderError(_OTHER_VERSION.format(folder=folder)) from error


def clause_bound(folder: Path) -> float | None:
    """The bound of `model.serving.early_exit.Clauses` for the folder's small LSTM; None where it has none.

    Raises `ModelFolderError` when the file is of another shape.
    """
    if CLAUSES not in _manifest(folder)["sha256"]:  # a file that nobody vouches for is none of the folder's
        return None
    try:
        with np.load(folder / CLAUSES) as stored:
            return float(stored["bound"])
    except (OSError, ValueError, TypeError, KeyError, EOFError, BadZipFile) as error:
        raise ModelFolderError(_OTHER_VERSION.format(folder=folder)) from error


def read_card(folder: Path) -> dict[str, Any]:
    """The contents of `card.json`."""
    card: dict[str, Any] = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    return card
