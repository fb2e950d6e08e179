"""What turns logits to verdicts: everything in `serving.json` that is fitted on the dev part for finished weights.

Nothing here is set by hand from a trained model: a better one of the same form gets its own values by the same rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.data.labelled_sentences import LabelledSentences
from model.data.readers import Reviews
from model.data.splits import Split
from model.evaluation import star_errors
from model.numeric import sigmoid
from model.serving import model_folder
from model.serving.calibration import Blend, Curve
from model.serving.early_exit import Exit
from model.serving.flags import WordTable
from model.serving.model_folder import Serving
from model.serving.scorer import Scorer
from model.text import pieces
from model.text.pieces import Pieces
from model.text.tokens import cap
from model.text.vocabulary import Vocabulary
from model.training import fit_calibration, fit_exit, fit_flags, fit_mixed, fit_stars
from model.training.fit_calibration import Sample

SPANS_EACH = 4
PIECES_WEIGHT = 0.5
"""Weight in calibration of all spans, and of all sentences, of a review beside the review itself."""
_TRAINING_REVIEWS = 3_000
_FOREIGN_PIECES = 4_000
_COVERED = 95
"""Percentile of the lengths of labelled sentences up to which their own band holds."""


@dataclass(frozen=True, slots=True)
class Task:
    """n labelled reviews, their tokens, their split, and their stars (int8 [n], 0 where unknown)."""

    reviews: Reviews
    tokens: Sequence[Sequence[str]]
    split: Split
    ratings: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Fitted:
    """serving: complete; scores: of words, or None; constants: stars of each label, or None; exits: the bounds of early
    exit that were tried, each calibrated; report: for the card."""

    serving: Serving
    scores: NDArray[np.float16] | None
    constants: tuple[float, float] | None
    exits: list[Exit]
    report: dict[str, Any]


def _sample(task: Task, scorer: Scorer, spans: Pieces, singles: Pieces) -> Sample:
    """Dev reviews and the pieces cut from them, with the logits of the model's parts."""
    rows = task.split.dev
    number, limit = len(rows), scorer.max_tokens
    whole = [cap(list(task.tokens[row]), limit) or [""] for row in rows]
    documents = [*whole, *(cap(tokens, limit) for tokens in (*spans.tokens, *singles.tokens))]
    owners = np.concatenate([np.arange(number), spans.owners, singles.owners])
    cuts = [1 / np.maximum(np.bincount(cut.owners, minlength=number), 1)[cut.owners] for cut in (spans, singles)]
    weights = [np.ones(number), *(PIECES_WEIGHT * cut for cut in cuts)]
    labels = task.reviews.labels[rows]
    positive = float((task.reviews.labels[task.split.train] == 1).mean())
    balanced = fit_calibration.class_weights(labels, positive)[owners]
    return Sample(
        parts=list(scorer.parts(documents)),
        tokens=np.asarray([len(row) for row in documents], dtype=np.int64),
        labels=labels[owners],
        owners=owners,
        weights=np.concatenate(weights) * balanced,
        whole=np.arange(len(documents)) < number,
    )


def _flag_bounds(
    task: Task, target: Path, serving: Serving, spans: Pieces, singles: Pieces
) -> tuple[dict[str, Any], NDArray[np.float16]]:
    """The fields of `Serving` for the flags, and the words' scores."""
    vocabulary = Vocabulary.read(target / "vocabulary.txt")
    rng = np.random.default_rng(1)
    train = rng.permutation(task.split.train)
    fitted_on = [task.reviews.texts[row] for row in train[:_TRAINING_REVIEWS]]
    others = [task.reviews.texts[row] for row in train[_TRAINING_REVIEWS : 2 * _TRAINING_REVIEWS]]
    scores = fit_flags.word_scores(fitted_on, np.load(target / "embedding.npy").astype(np.float32), vocabulary)
    table = WordTable(vocabulary.words, scores)
    sentences = [singles.texts[row] for row in rng.permutation(len(singles))[:_FOREIGN_PIECES]]
    english = [*sentences, *pieces.remarks(sentences)]
    oddness, sure = fit_flags.foreign(english, table, vocabulary)
    dev = [task.reviews.texts[row] for row in task.split.dev]
    fields = {
        "foreign_oddness": oddness,
        "foreign_english": sure,
        "unknown_share": fit_flags.unknown(singles.texts, table, vocabulary, serving.unknown_share),
        "review_bounds": fit_flags.review([*singles.texts, *spans.texts, *dev, *others], table, vocabulary),
    }
    return fields, scores


def short_fields(
    scorer: Scorer, blend: Blend, curve: Curve, sentences: LabelledSentences, stated: float
) -> dict[str, Any]:
    """The fields of `Serving` for short texts, which have a calibration and a band of their own, by sentences with
    labels of their own. Those count that take a side.

    blend, curve: the calibration of reviews, which stays; stated: share of the verdicts beyond the band that are right.
    """
    decided = sentences.take(sentences.decided)
    labels = (decided.sides > 0.5).astype(np.int8)
    documents = [cap(tokens, scorer.max_tokens) for tokens in decided.tokens]
    tokens = np.asarray([len(words) for words in documents], dtype=np.int64)
    logits = curve.logits(blend.logits(*scorer.parts(documents)), tokens)
    short = fit_calibration.fit_short(curve.knee, logits, tokens, labels)
    # The band of reviews would leave more of the sentences wrong: their probabilities are nearer to 0.5.
    width = fit_calibration.uncertain_band(sigmoid(short.logits(logits, tokens)), labels, stated)
    return {
        "short_slope": short.slope,
        "short_band": width,
        "short_tokens": int(np.percentile(tokens, _COVERED)),
    }


def fit(
    task: Task, target: Path, serving: Serving, *, sentences: LabelledSentences | None = None, threads: int = 1
) -> Fitted:
    """Fits all rules for the weights in the sealed model folder `target`, whose own rules do not matter.

    `serving` gives what does not depend on the weights. sentences: with labels of their own, which no weight learned
    from; they say how short texts are calibrated, and nothing of longer ones. Needs SciPy and scikit-learn.
    """
    scorer = Scorer(target, threads=threads)
    rows = task.split.dev
    texts = [task.reviews.texts[row] for row in rows]
    labels, ratings = task.reviews.labels[rows], task.ratings[rows]
    spans, singles = pieces.spans(texts, each=SPANS_EACH), pieces.singles(texts)
    sample = _sample(task, scorer, spans, singles)
    knee = float(np.median([len(tokens) for tokens in spans.tokens] or [60]))
    films = np.asarray([task.reviews.movies[row] or str(row) for row in rows])
    form, table = fit_calibration.choose(sample, films[sample.owners], knee)
    blend, curve = fit_calibration.fit_curve(sample, knee, fit_calibration.FORMS[form])
    short = short_fields(scorer, blend, curve, sentences, serving.stated_accuracy) if sentences else {}
    logits = curve.logits(blend.logits(*sample.parts), sample.tokens)
    whole = logits[sample.whole]
    band = fit_calibration.uncertain_band(sigmoid(whole), labels, serving.stated_accuracy)
    exits = fit_exit.tried(sample, logits, knee)
    early = fit_exit.choose(exits, sample, logits, band)
    one_sided = np.isin(ratings, (1, 10)) if (ratings > 0).any() else np.ones(len(rows), dtype=np.bool_)
    rule = fit_mixed.fit(logits[-len(singles) :], singles.owners, labels, one_sided)
    rated = ratings > 0
    # As they are served: those that end early have logits of their own.
    wide, lengths = sample.parts[1][sample.whole], sample.tokens[sample.whole]
    served = np.where(early.ends(wide, lengths), early.logits(wide, lengths), whole) if early else whole
    estimate = fit_stars.fit(served[rated], ratings[rated])
    fields, scores = _flag_bounds(task, target, serving, spans, singles)
    complete = replace(
        serving,
        blend_lstm=blend.weights[0],
        blend_wide=blend.weights[1],
        blend_bias=blend.bias,
        band=band,
        length_knee=curve.knee,
        length_slope=curve.slope,
        length_drift=curve.drift,
        skew=curve.skew,
        mixed_logit=rule.logit,
        mixed_share=rule.share,
        star_bounds=list(estimate.bounds) if estimate else [],
        **(_exit_fields(early) if early else {"exit_logit": None}),
        **fields,
        **short,
    )
    constants = star_errors.baseline(served[rated], ratings[rated]) if estimate else None
    kept = scores if complete.review_bounds else None
    return Fitted(complete, kept, constants, exits, {"form": form, "forms": table})


def _exit_fields(early: Exit) -> dict[str, Any]:
    """The fields of `Serving` for texts that end early."""
    return {
        "exit_logit": early.logit,
        "exit_weight": early.blend.weights[0],
        "exit_bias": early.blend.bias,
        "exit_slope": early.curve.slope,
        "exit_step": early.step,
    }


def write(target: Path, fitted: Fitted) -> None:
    """Writes `serving.json` and the words' scores into the (then unsealed) folder."""
    scores = target / model_folder.OPTIONAL[0]
    scores.unlink(missing_ok=True)
    if fitted.scores is not None:
        np.save(scores, fitted.scores)
    model_folder.write_serving(target, fitted.serving)
