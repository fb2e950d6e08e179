"""From trained parts to a model folder: calibrate, write, measure through the scorer, describe, seal."""

import hashlib
import platform
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model import calibration, card, evaluate, export, folder
from model.config import Config
from model.data import Corpus, file_hash
from model.folder import Serving
from model.metrics import Floats, accuracy, sigmoid
from model.scorer import Scorer
from model.wide import Wide


@dataclass(frozen=True, slots=True)
class Trained:
    """What training leaves.

    weights: as `network.recurrent_weights`; table: float32 [words, dimensions]; wide: the n-gram part; predict: word
    ids -> LSTM logits by Keras; history: one record an epoch.
    """

    weights: dict[str, NDArray[np.float32]]
    table: NDArray[np.float32]
    wide: Wide
    predict: Callable[[list[NDArray[np.int32]]], Floats]
    history: list[dict[str, float]]


def code_hash() -> str:
    """sha256 over the sources of this package, names included."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _calibrated(config: Config, corpus: Corpus, trained: Trained) -> Serving:
    """Blend and band from the dev part."""
    rows = corpus.split.dev
    tokens, labels = corpus.part(rows)
    parts = [trained.predict(corpus.ids(rows, config.serving.max_tokens)), trained.wide.logits(tokens)]
    blend = calibration.fit(parts, labels)
    band = calibration.uncertain_band(blend.probabilities(*parts), labels, config.serving.stated_accuracy)
    return Serving(
        dimensions=config.network.dimensions,
        units=config.network.units,
        blend_lstm=blend.weights[0],
        blend_wide=blend.weights[1],
        blend_bias=blend.bias,
        band=band,
        stated_accuracy=config.serving.stated_accuracy,
        wide_bias=trained.wide.bias,
        wide_longest=trained.wide.longest,
        max_tokens=config.serving.max_tokens,
        batch=config.serving.batch,
        short_words=config.serving.short_words,
        unknown_share=config.serving.unknown_share,
    )


def _measured(corpus: Corpus, rows: NDArray[np.int64], scorer: Scorer) -> dict[str, Any]:
    found = evaluate.measured(corpus.reviews.take(rows), scorer)
    return found | {"metrics": found["metrics"].as_dict()}


def _parts_alone(config: Config, corpus: Corpus, trained: Trained, scorer: Scorer) -> dict[str, float]:
    """Validation accuracy of the LSTM and of the n-gram part, each alone and uncalibrated."""
    rows = corpus.split.validation
    tokens, labels = corpus.part(rows)
    recurrent = scorer.recurrent_logits(corpus.ids(rows, config.serving.max_tokens))
    wide = trained.wide.logits(tokens)
    return {
        "recurrent": round(accuracy(sigmoid(recurrent), labels), 6),
        "wide": round(accuracy(sigmoid(wide), labels), 6),
    }


def _files(config: Config) -> dict[str, dict[str, str]]:
    named = {"labelled": config.data.labelled, "unlabelled": config.data.unlabelled, "glove": config.data.glove}
    return {use: {"file": path.name, "sha256": file_hash(path)} for use, path in named.items() if path is not None}


def _training(config: Config, trained: Trained) -> dict[str, Any]:
    best = min(trained.history, key=lambda record: record["dev_log_loss"])
    packages = {name: installed(name) for name in ("tensorflow", "keras", "scikit-learn", "numpy")}
    return {
        "seed": config.training.seed,
        "epochs": len(trained.history),
        "best epoch": int(best["epoch"]),
        "seconds": round(sum(record["seconds"] for record in trained.history)),
        "python": platform.python_version(),
        **packages,
        "date": datetime.now(UTC).date().isoformat(),
    }


def _describe(target: Path, name: str, metrics: dict[str, Any], facts: dict[str, Any]) -> None:
    """Writes metrics, card and, last, the manifest."""
    built = card.build(version=name, metrics=metrics, **facts)
    folder.write_json(target / "metrics.json", metrics)
    folder.write_json(target / "card.json", built)
    (target / "CARD.md").write_text(card.render(built) if metrics else "", encoding="utf-8")
    folder.seal(target, name)


def assemble(config: Config, corpus: Corpus, trained: Trained, target: Path) -> Path:
    """Writes the model folder `target` (made if need be) and returns it.

    The figures are measured by the scorer on the finished weights, as `model.evaluate` repeats them.
    """
    target.mkdir(parents=True, exist_ok=True)
    serving = _calibrated(config, corpus, trained)
    export.write(trained.weights, trained.table, target)
    trained.wide.write(target / "wide.npy")
    corpus.vocabulary.write(target / "vocabulary.txt")
    folder.write_serving(target, serving)
    (target / "config.json").write_text(config.model_dump_json(indent=1) + "\n", encoding="utf-8")
    name = folder.version(target, datetime.now(UTC).strftime("%Y.%m"))
    facts: dict[str, Any] = {
        "name": config.name,
        "notes": config.notes,
        "data": {"files": _files(config), **corpus.report},
        "code": code_hash(),
        "serving": {"band": serving.band, "stated_accuracy": serving.stated_accuracy},
        "training": _training(config, trained),
    }
    # Sealed twice: the scorer opens only a complete folder, and the figures come from the scorer.
    _describe(target, name, {}, facts)
    scorer = Scorer(target, threads=config.training.threads)
    metrics = {
        "validation": _measured(corpus, corpus.split.validation, scorer),
        "dev": _measured(corpus, corpus.split.dev, scorer),
        "parts": _parts_alone(config, corpus, trained, scorer),
    }
    _describe(target, name, metrics, facts)
    return target
