"""Figures of a model folder on any labelled file. Needs no TensorFlow."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from model.data import ratings as details
from model.data import readers
from model.data.corpus import file_hash
from model.data.errors import DataError
from model.data.ratings import Details
from model.data.readers import Reviews
from model.data.splits import split
from model.evaluation import html_report, metrics, predictions, slices
from model.evaluation.evaluation import Evaluation
from model.evaluation.statistics import DRAWS, bootstrap, mcnemar, share_interval
from model.numeric import Floats, Labels
from model.serving.model_folder import SHIPPED, write_json
from model.serving.scorer import WINDOW, Scorer
from model.serving.verdict import Verdict


def scored(texts: list[str], scorer: Scorer, *, progress: bool = False, what: str = "Scoring") -> list[Verdict]:
    """Verdicts in windows as long as the scorer's own, so that a bar can move between them."""
    starts = range(0, len(texts), WINDOW)
    shown = track(starts, what, disable=not progress, console=Console(stderr=True))
    return [verdict for start in shown for verdict in scorer.score(texts[start : start + WINDOW])]


def probabilities_of(verdicts: list[Verdict]) -> Floats:
    """Probability of positive of each verdict, float64 [n]."""
    return np.asarray([verdict.probability for verdict in verdicts], dtype=np.float64)


def _reliability(probabilities: Floats, labels: Labels) -> list[dict[str, float]]:
    rows = metrics.reliability(probabilities, labels)
    return [
        row | share_interval(round(row["positive"] * row["reviews"]), int(row["reviews"])).as_dict() for row in rows
    ]


def _units(movies: list[str]) -> tuple[str, int]:
    """What is resampled, and how many there are: films where any is known; a review without one stands for itself."""
    known = {movie for movie in movies if movie}
    return ("films", len(known) + movies.count("")) if known else ("reviews", len(movies))


def _intervals(
    probabilities: Floats, labels: Labels, movies: list[str], draws: int = DRAWS
) -> dict[str, dict[str, float]]:
    groups = movies if any(movies) else None
    found = bootstrap(metrics.resampled(probabilities, labels), len(labels), groups, draws=draws)
    return {name: interval.as_dict() for name, interval in found.items()}


def _figures(reviews: Reviews, verdicts: list[Verdict], band: Floats, draws: int = DRAWS) -> dict[str, Any]:
    probabilities, labels = probabilities_of(verdicts), reviews.labels
    resampled, units = _units(reviews.movies)
    mean, highest = metrics.ece_if_calibrated(probabilities)
    return {
        "metrics": metrics.measure(probabilities, labels, band),
        "flags": dict(Counter(flag for verdict in verdicts for flag in verdict.flags)),
        "reliability": _reliability(probabilities, labels),
        "coverage": metrics.risk_coverage(probabilities, labels),
        "intervals": _intervals(probabilities, labels, reviews.movies, draws),
        "resampled": resampled,
        "units": units,
        "calibration": {"ece_if_calibrated": round(mean, 6), "ece_if_calibrated_95": round(highest, 6)},
        "aurc": round(metrics.risk_area(probabilities, labels), 6),
    }


def measured(reviews: Reviews, scorer: Scorer, *, progress: bool = False) -> dict[str, Any]:
    """Figures of the scorer's verdicts on labelled reviews: what `Evaluation` lists from `metrics` to `aurc`."""
    return _figures(reviews, scored(reviews.texts, scorer, progress=progress), scorer.bands(reviews.texts))


def compared(ours: Floats, theirs: Floats, labels: Labels, movies: list[str], draws: int = DRAWS) -> dict[str, Any]:
    """Two models' probabilities [n] on the same reviews: figures of the other, McNemar's test, interval of the gap.

    difference: our accuracy - theirs; its interval is bootstrapped by film where films are known.
    """
    right_ours, right_theirs = (ours >= 0.5) == (labels == 1), (theirs >= 0.5) == (labels == 1)
    gaps = right_ours.astype(np.int64) - right_theirs.astype(np.int64)
    groups = movies if any(movies) else None
    interval = bootstrap(lambda rows: {"gap": float(gaps[rows].mean())}, len(labels), groups, draws=draws)["gap"]
    return {
        "metrics": metrics.measure(theirs, labels, 0.0).as_dict(),
        "intervals": _intervals(theirs, labels, movies, draws),
        "mcnemar": mcnemar(right_ours, right_theirs).as_dict(),
        "difference": interval.as_dict(),
    }


@dataclass(frozen=True, slots=True)
class Labelled:
    """The reviews to evaluate on: n labelled ones, their details, and their row numbers (from 0) in the file."""

    reviews: Reviews
    details: Details
    rows: NDArray[np.int64]
    skipped: int
    scale: int | None = None
    """Of the stars that stand for labels; None where the file has labels."""


def read_labelled(file: Path, *, validation_only: bool = False) -> Labelled:
    """The labelled reviews of a file, or only those of its by-movie validation part; raises `DataError`."""
    given = readers.read(file)
    scale = None
    if (given.labels == readers.UNLABELLED).all() and (stars := details.as_labels(file)) is not None:
        labels, scale = stars
        given = replace(given, labels=labels)
    labelled = np.flatnonzero(given.labels != readers.UNLABELLED).astype(np.int64)
    rows = labelled[split(given.take(labelled)).validation] if validation_only and len(labelled) else labelled
    if len(rows) == 0:
        raise DataError(
            f"{file} has no labelled review to evaluate on: a column 'label' or 'sentiment', or one of "
            "stars ('rating' or 'stars'), is needed."
        )
    return Labelled(given.take(rows), details.read(file).take(rows), rows, len(given) - len(labelled), scale)


def _rows(scale: int | None, *, validation_only: bool) -> str:
    """Which rows were evaluated on, in words."""
    part = "validation, split by movie" if validation_only else "all labelled"
    if scale is None:
        return part
    low, high = details.NEGATIVE_TO * scale, details.POSITIVE_FROM * scale
    return f"{part}; labels from stars: {high:g} of {scale} and more positive, {low:g} and less negative"


def _others(against: Path, given: Labelled, threads: int, progress: bool) -> tuple[str, Floats]:
    """Name and probabilities of the model to compare with: a model folder, or a CSV of predictions."""
    if not against.is_dir():
        return against.name, predictions.read(against, given.rows, given.details.ids)
    scorer = Scorer(against, threads=threads)
    verdicts = scored(given.reviews.texts, scorer, progress=progress, what="Scoring with the other model")
    return scorer.version, probabilities_of(verdicts)


def run(
    file: Path,
    *,
    folder: Path = SHIPPED,
    output: Path | None = None,
    validation_only: bool = False,
    against: Path | None = None,
    predicted: Path | None = None,
    html: Path | None = None,
    draws: int = DRAWS,
    threads: int = 1,
    progress: bool = False,
) -> Evaluation:
    """Evaluates the model in `folder` on a labelled Parquet, CSV, TSV or JSONL file or aclImdb folder.

    The file needs a text column (text, review, comment or body) and a label column (label or sentiment), or one of
    stars (rating or stars: of 5, 10 or 100, as its greatest number says), of which the middle ones are left out. With
    `validation_only` only the rows of the by-movie validation part count (`model.data.splits`). `output` gets the
    figures as JSON, `predicted` ids and probabilities as CSV, `html` the report (needs seaborn: `train` extra); none
    holds a review's text. `against` is a model folder or such a CSV of another model. `progress` shows a bar on
    standard error. Raises `DataError` when a file is wrong or has no labelled row, `ModelFolderError` when a folder is,
    `ImportError` when seaborn is missing.
    """
    if html is not None:
        # First of all: nobody waits for the figures to learn that they cannot be drawn.
        import seaborn  # noqa: F401
    given = read_labelled(file, validation_only=validation_only)
    scorer = Scorer(folder, threads=threads)
    others = None if against is None else _others(against, given, threads, progress)
    verdicts = scored(given.reviews.texts, scorer, progress=progress)
    probabilities, labels = probabilities_of(verdicts), given.reviews.labels
    gap = None
    if others is not None:
        gap = {"model": others[0], **compared(probabilities, others[1], labels, given.reviews.movies, draws)}
    result = Evaluation(
        model=scorer.version,
        file=file.name,
        file_sha256=file_hash(file),
        rows=_rows(given.scale, validation_only=validation_only),
        skipped=given.skipped,
        **_figures(given.reviews, verdicts, scorer.bands(given.reviews.texts), draws),
        slices=slices.slices(given.reviews.texts, labels, given.details.ratings, probabilities),
        against=gap,
    )
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_json(output, result.as_dict())
    if predicted is not None:
        predictions.write(predicted, given.rows, given.details.ids, probabilities)
    if html is not None:
        html.parent.mkdir(parents=True, exist_ok=True)
        html.write_text(html_report.page(result, probabilities, labels, scorer.band), encoding="utf-8")
    return result


def _line(name: str, value: float | int | None, interval: dict[str, float] | None = None) -> str:
    shown = "-" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.4f}"
    return f"{name:<20}{shown:>10}" + (f"   {interval['low']:.4f} to {interval['high']:.4f}" if interval else "")


def summary(found: Evaluation) -> str:
    """The figures as lines for a terminal; intervals are 95 %."""
    figures = found.metrics
    lines = [f"{found.model} on {found.file} ({found.rows})"]
    lines += [_line("reviews", figures.reviews), _line("positive", figures.positive)]
    for name in ("accuracy", "precision", "recall", "f1", "roc_auc", "log_loss"):
        lines.append(_line(name, getattr(figures, name), found.intervals.get(name)))
    lines += [_line("ece", figures.ece), _line("ece if calibrated", found.calibration["ece_if_calibrated"])]
    lines += [_line("uncertain_share", figures.uncertain_share)]
    lines += [_line("confident_accuracy", figures.confident_accuracy)]
    lines += [_line(name, count) for name, count in figures.confusion.items()]
    for part in found.slices:
        accuracy = f"{part.accuracy:.4f}   {part.low:.4f} to {part.high:.4f}"
        lines.append(f"{part.by + ': ' + part.name:<48}{part.reviews:>7,}   {accuracy}")
    if found.against is not None:
        paired, gap = found.against["mcnemar"], found.against["difference"]
        lines.append(
            f"against {found.against['model']}: {paired['difference']:+.4f} in accuracy ({gap['low']:+.4f} to "
            f"{gap['high']:+.4f}), McNemar's mid-p {paired['p_mid']:.4g}"
        )
    lines.append(f"Intervals are 95 %: by bootstrap over {found.units:,} {found.resampled}; of slices by Wilson.")
    return "\n".join(lines)
