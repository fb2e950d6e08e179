"""Checks what a verdict says, on the validation part: short input, flags, mixed, stars, explanations.

`model.training.assemble` writes them into `metrics.json` and the card; `python -m model.training.check_verdicts FOLDER`
prints them.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.data import out_of_domain_texts
from model.data.readers import Reviews
from model.evaluation import exit_checks, star_errors
from model.evaluation.metrics import ece_if_calibrated, measure, risk_coverage
from model.numeric import Floats, Labels, sigmoid
from model.serving import stars
from model.serving.early_exit import Exit
from model.serving.scorer import Scorer
from model.serving.verdict import FLAGS, Verdict
from model.text import pieces
from model.text.tokens import cap, token_spans, tokenize

SENTENCES = 10_000
EXPLAINED = 200
_DRAWS = 5
_SHORT_WORDS = 5
"""A foreign text of so many words or fewer is short."""


def _short(found: pieces.Pieces, verdicts: Sequence[Verdict], labels: Labels, band: Floats) -> dict[str, Any]:
    """Figures on cut pieces, with their review's label as gold: many sentences do not say what their review says."""
    probabilities = np.asarray([verdict.probability for verdict in verdicts], dtype=np.float64)
    gold = labels[found.owners]
    mean, _ = ece_if_calibrated(probabilities, draws=100)
    figures = measure(probabilities, gold, band).as_dict()
    kept = ("accuracy", "ece", "log_loss", "uncertain_share", "confident_accuracy")
    return {
        "pieces": len(found),
        **{name: figures[name] for name in kept},
        "ece_if_calibrated": round(mean, 6),
        "over_confidence": round(float(np.maximum(probabilities, 1 - probabilities).mean()) - figures["accuracy"], 6),
        "coverage": risk_coverage(probabilities, gold),
    }


def _rates(verdicts: Sequence[Verdict]) -> dict[str, float]:
    """Share of verdicts with each flag."""
    return {
        flag: round(sum(flag in verdict.flags for verdict in verdicts) / max(1, len(verdicts)), 6) for flag in FLAGS
    }


def _hits(scorer: Scorer, groups: Mapping[str, Sequence[str]], flag: str) -> dict[str, list[int]]:
    """Of each group of texts: how many carry the flag, and how many there are."""
    return {
        name: [sum(flag in verdict.flags for verdict in scorer.score(list(texts))), len(texts)]
        for name, texts in groups.items()
    }


def _flags(scorer: Scorer, reviews: Sequence[Verdict], singles: Sequence[Verdict], spans: Sequence[Verdict]) -> Any:
    """False alarms on real reviews and pieces of them; hits on made-up texts that nothing was fitted on."""
    odd = {name: texts[1::2] for name, texts in out_of_domain_texts.FOREIGN.items()}
    every = [text for texts in odd.values() for text in texts]
    latin = [text for text in every if sum(sign > "\u024f" for sign in text) < 0.5 * len(text)]
    other = {name: texts[1::2] for name, texts in out_of_domain_texts.OTHER.items()}
    longer = {name: [" ".join(texts)] for name, texts in other.items()}
    return {
        "false_alarms": {"reviews": _rates(reviews), "spans": _rates(spans), "sentences": _rates(singles)},
        "not_english": _hits(
            scorer,
            {
                "short, Latin letters": [text for text in latin if len(text.split()) <= _SHORT_WORDS],
                "longer, Latin letters": [text for text in latin if len(text.split()) > _SHORT_WORDS],
                "other letters": [text for text in every if text not in latin],
            },
            "not_english",
        ),
        "not_a_review": {
            "one sentence": _hits(scorer, other, "not_a_review"),
            "several sentences": _hits(scorer, longer, "not_a_review"),
        },
    }


def _mixed(scorer: Scorer, texts: Sequence[str], ratings: NDArray[np.int8]) -> dict[str, Any]:
    """Share of reviews that are mixed, over all and by stars."""
    found = np.asarray(scorer.mixed(texts))
    levels = [int(level) for level in np.unique(ratings) if level > 0]
    by = {str(level): round(float(found[ratings == level].mean()), 4) for level in levels}
    return {"reviews": len(texts), "share": round(float(found.mean()), 4) if len(found) else 0.0, "by_stars": by}


def _drops(whole: Floats, rest: Floats, positive: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.bool_]]:
    """Fall of the probability of the class said, and whether it is said no longer."""
    sign = np.where(positive, 1.0, -1.0)
    return sigmoid(sign * whole) - sigmoid(sign * rest), sign * rest < 0


def _pair(chosen: tuple[Floats, Any], drawn: tuple[Floats, Any]) -> dict[str, float]:
    names = ("drop", "flips", "random_drop", "random_flips")
    return dict(zip(names, (round(float(values.mean()), 4) for values in (*chosen, *drawn)), strict=True))


def _sentence_deletion(scorer: Scorer, texts: Sequence[str]) -> dict[str, Any]:
    """The sentence that speaks most for the verdict is deleted, against any one sentence (all of them, averaged)."""
    top: list[tuple[float, float]] = []
    drawn: list[tuple[float, float]] = []
    for text in texts:
        explanation = scorer.explain(text)
        whole = float(scorer.logits([cap(tokenize(text), scorer.max_tokens)])[0])
        sign = 1.0 if whole >= 0 else -1.0
        rest = whole - np.asarray([sentence.contribution for sentence in explanation.sentences])
        drop, flip = _drops(np.full(len(rest), whole), rest, np.full(len(rest), sign > 0))
        best = int(np.argmin(sign * rest))
        top.append((float(drop[best]), float(flip[best])))
        drawn.append((float(drop.mean()), float(flip.mean())))
    first, second = np.asarray(top), np.asarray(drawn)
    return {"reviews": len(texts), **_pair((first[:, 0], first[:, 1]), (second[:, 0], second[:, 1]))}


def _without(text: str, words: Sequence[tuple[int, int]]) -> list[str]:
    """Tokens of a text whose character ranges `words` are blank."""
    for start, end in words:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return tokenize(text)


def _word_deletion(scorer: Scorer, texts: Sequence[str]) -> dict[str, Any]:
    """The key words that speak for the verdict are deleted, against as many words drawn at random from the text."""
    rng = random.Random(1)  # noqa: S311 - a seeded sample, nothing secret
    documents: list[list[str]] = []
    used = []
    for text in texts:
        explanation = scorer.explain(text)
        said = explanation.verdict.probability >= 0.5
        chosen = [(word.start, word.end) for word in explanation.words if (word.contribution > 0) == said]
        words = [(start, end) for token, start, end in token_spans(text) if token[0].isalpha()]
        if not chosen or len(words) <= len(chosen):
            continue
        used.append(len(chosen))
        documents.append(tokenize(text))
        documents.append(_without(text, chosen))
        documents.extend(_without(text, rng.sample(words, len(chosen))) for _ in range(_DRAWS))
    if not used:
        return {"reviews": 0}
    logits = scorer.logits([cap(tokens, scorer.max_tokens) for tokens in documents]).reshape(len(used), 2 + _DRAWS)
    positive = logits[:, 0] >= 0
    drawn = [_drops(logits[:, 0], logits[:, 2 + number], positive) for number in range(_DRAWS)]
    means = np.mean([drop for drop, _ in drawn], axis=0), np.mean([flip for _, flip in drawn], axis=0)
    return {
        "reviews": len(used),
        "words": round(float(np.mean(used)), 2),
        **_pair(_drops(logits[:, 0], logits[:, 1], positive), means),
    }


def _explained(reviews: Reviews, limit: int) -> list[str]:
    """Validation reviews of three sentences or more, drawn at random: from one sentence nothing can be left out."""
    order = np.random.default_rng(1).permutation(len(reviews))
    chosen = (reviews.texts[row] for row in order)
    return [text for text in chosen if len(pieces.singles([text])) >= 3][:limit]


def measured(
    scorer: Scorer,
    reviews: Reviews,
    ratings: NDArray[np.int8],
    constants: tuple[float, float] | None,
    estimate: stars.Stars | None,
    *,
    exits: Sequence[Exit] = (),
    explained: int = EXPLAINED,
) -> dict[str, Any]:
    """All checks on labelled validation reviews with their stars (int8 [n], 0 where unknown).

    constants: stars of each label (`star_errors.baseline`), with the `estimate` to check; None where there is none.
    exits: bounds of early exit to compare.
    """
    verdicts = scorer.score(reviews.texts)
    singles, spans = pieces.singles(reviews.texts, SENTENCES), pieces.spans(reviews.texts, each=2)
    of_singles, of_spans = scorer.score(singles.texts), scorer.score(spans.texts)
    sample = _explained(reviews, explained)
    found: dict[str, Any] = {
        "one_sentence": _short(singles, of_singles, reviews.labels, scorer.bands(singles.texts)),
        "one_to_six_sentences": _short(spans, of_spans, reviews.labels, scorer.bands(spans.texts)),
        "flags": _flags(scorer, verdicts, of_singles, of_spans),
        "mixed": _mixed(scorer, reviews.texts, ratings),
        "sentence_deletion": _sentence_deletion(scorer, sample) if sample else {"reviews": 0},
        "word_deletion": _word_deletion(scorer, sample),
    }
    texts = {"reviews": reviews.texts, "spans": spans.texts, "sentences": singles.texts}
    gold = {name: reviews.labels[rows] for name, rows in (("spans", spans.owners), ("sentences", singles.owners))}
    found["exit"] = exit_checks.measured(scorer.folder, exits, texts, {"reviews": reviews.labels, **gold})
    rated = ratings > 0
    if constants is not None and estimate is not None and rated.any():
        documents = [cap(tokenize(text), scorer.max_tokens) for text in reviews.texts]
        logits = scorer.logits(documents)[rated]
        lengths = np.asarray([len(tokens) for tokens in documents], dtype=np.int64)[rated]
        found["stars"] = star_errors.validated(logits, ratings[rated], estimate, constants)
        found["stars"]["by_length"] = star_errors.by_length(logits, lengths, ratings[rated], estimate, constants)
    return found
