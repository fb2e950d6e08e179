"""Figures of a model folder on any labelled file. Needs no TensorFlow."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from model import SHIPPED, metrics, readers
from model.data import file_hash
from model.folder import write_json
from model.metrics import Metrics
from model.readers import DataError, Reviews
from model.scorer import WINDOW, Scorer
from model.splits import split
from model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What `run` found.

    file_sha256: of the file evaluated; skipped: rows left out because they have no label; flags: how many verdicts
    carry each flag; reliability: 15 bins of mean probability and share positive; coverage: accuracy on the most
    confident share of the reviews.
    """

    model: str
    file: str
    file_sha256: str
    rows: str
    skipped: int
    metrics: Metrics
    flags: dict[str, int]
    reliability: list[dict[str, float]]
    coverage: list[dict[str, float]]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return plain | {"metrics": self.metrics.as_dict()}


def _coverage(probabilities: metrics.Floats, labels: "np.ndarray[Any, np.dtype[np.int8]]") -> list[dict[str, float]]:
    """Accuracy on the most confident share of the reviews, for shares of 50 % to 100 %."""
    order = np.argsort(-np.abs(probabilities - 0.5), kind="stable")
    table = []
    for share in (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0):
        kept = order[: max(1, round(share * len(order)))]
        table.append({"coverage": share, "accuracy": round(metrics.accuracy(probabilities[kept], labels[kept]), 6)})
    return table


def _scored(texts: list[str], scorer: Scorer, progress: bool) -> list[Verdict]:
    """Verdicts in windows as long as the scorer's own, so that a bar can move between them."""
    starts = range(0, len(texts), WINDOW)
    shown = track(starts, "Scoring", disable=not progress, console=Console(stderr=True))
    return [verdict for start in shown for verdict in scorer.score(texts[start : start + WINDOW])]


def measured(reviews: Reviews, scorer: Scorer, *, progress: bool = False) -> dict[str, Any]:
    """metrics, flags, reliability and coverage of the scorer's verdicts on labelled reviews."""
    verdicts = _scored(reviews.texts, scorer, progress)
    probabilities = np.asarray([verdict.probability for verdict in verdicts], dtype=np.float64)
    return {
        "metrics": metrics.measure(probabilities, reviews.labels, scorer.band),
        "flags": dict(Counter(flag for verdict in verdicts for flag in verdict.flags)),
        "reliability": metrics.reliability(probabilities, reviews.labels),
        "coverage": _coverage(probabilities, reviews.labels),
    }


def run(
    file: Path,
    *,
    folder: Path = SHIPPED,
    output: Path | None = None,
    validation_only: bool = False,
    threads: int = 1,
    progress: bool = False,
) -> Evaluation:
    """Evaluates the model in `folder` on a labelled Parquet, CSV, TSV or JSONL file or aclImdb folder.

    The file needs a text column (text, review, comment or body) and a label column (label or sentiment). With
    `validation_only` only the rows of the by-movie validation part count (`model.splits`). `output` gets the figures as
    JSON; `progress` shows a bar on standard error. Raises `DataError` when the file is wrong or has no labelled row,
    `ModelFolderError` when the folder is.
    """
    given = readers.read(file)
    reviews = readers.labelled(given)
    skipped = len(given) - len(reviews)
    if validation_only:
        reviews = reviews.take(split(reviews).validation)
    if len(reviews) == 0:
        raise DataError(f"{file} has no labelled review to evaluate on: a column 'label' or 'sentiment' is needed.")
    scorer = Scorer(folder, threads=threads)
    rows = "validation, split by movie" if validation_only else "all labelled"
    found = measured(reviews, scorer, progress=progress)
    result = Evaluation(scorer.version, file.name, file_hash(file), rows, skipped, **found)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_json(output, result.as_dict())
    return result
