"""Fits `model/aspects/opinion.json`: what tells an opinion from a retold plot or a fact.

    python -m model.training.fit_opinion ../shared/data

The folder holds `sentences_subj.parquet` and `sentences_sst.parquet` (docs/data.md). Three parts. Words: a logistic
regression on the distinct words of review sentences and plot sentences. Leanings: the shipped scorer's logit of each
word of its vocabulary in a frame that says nothing. Weights: a logistic regression of opinion (a critic's sentence that
is not neutral) against plot sentences and neutral ones, with the sums of words from folds that did not see them.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from model.aspects import clauses, opinion, vocabulary
from model.aspects.finder import sentence_words
from model.aspects.opinion import Signs
from model.numeric import Floats, Labels
from model.serving.scorer import Scorer
from model.text.tokens import tokenize

_LEAST_SENTENCES = 3
_STRENGTH = 0.2
_KEPT = 0.05
_FRAME = ("the", "{}", ".")
_FOLDS = 5
_LEAST_LEANING = 0.3
_NEUTRAL = 2


def _matrix(documents: list[list[str]], names: list[str]) -> Any:
    from scipy.sparse import csr_matrix

    place = {name: number for number, name in enumerate(names)}
    rows, columns = [], []
    for number, words in enumerate(documents):
        own = {place[word] for word in words if word in place}
        rows += [number] * len(own)
        columns += sorted(own)
    return csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(documents), len(names)))


def word_weights(documents: list[list[str]], labels: Labels) -> tuple[dict[str, float], float]:
    """Weight of each word (above 0 for label 1) that is in a few documents or more, and the bias."""
    from sklearn.linear_model import LogisticRegression

    counts = pd.Series([word for words in documents for word in set(words)]).value_counts()
    names = sorted(counts[counts >= _LEAST_SENTENCES].index)
    fitted = LogisticRegression(C=_STRENGTH, max_iter=1000).fit(_matrix(documents, names), labels)
    weights = {
        name: round(float(value), 2) for name, value in zip(names, fitted.coef_[0], strict=True) if abs(value) >= _KEPT
    }
    return weights, round(float(fitted.intercept_[0]), 2)


def leanings(scorer: Scorer, words: list[str]) -> dict[str, float]:
    """Logit of each word in the frame less that of the middle word, where it is far from 0."""
    logits = scorer.piece_logits([[part.format(word) for part in _FRAME] for word in words])
    logits = logits - float(np.median(logits))
    return {
        word: round(float(value), 2)
        for word, value in zip(words, logits, strict=True)
        if abs(value) >= _LEAST_LEANING and word.isalpha()
    }


def _signs(text: str, logit: float, judged: opinion.Opinion) -> tuple[float, ...]:
    words = sentence_words(text)
    mentions = vocabulary.shipped().find(words)
    about = judged.sum_of(words)
    strength = max((abs(judged.leanings.get(word, 0.0)) for word in words), default=0.0)
    says = any(mention.kind in ("says", "praise", "blame") for mention in mentions)
    return Signs(logit, about, about, strength, says).values()


def run(folder: Path, output: Path = opinion.FILE) -> dict[str, float]:
    """Fits and writes all three parts; figures on the fold that is left out."""
    from sklearn.linear_model import LogisticRegression

    scorer = Scorer()
    subj = pd.read_parquet(folder / "sentences_subj.parquet")
    sst = pd.read_parquet(folder / "sentences_sst.parquet")
    documents = [sentence_words(text) for text in subj["text"]]
    labels = subj["subjective"].to_numpy(dtype=np.int8)
    strong = leanings(scorer, list(scorer.words))
    folds = np.random.default_rng(1).integers(_FOLDS, size=len(documents))
    critics = sst["text"].tolist()
    texts = [*subj["text"][labels == 0], *critics]
    gold = np.asarray([0] * int((labels == 0).sum()) + [int(fine != _NEUTRAL) for fine in sst["fine"]], dtype=np.int8)
    logits = scorer.piece_logits([tokenize(text) for text in texts])
    rows: list[tuple[float, ...]] = []
    right = 0
    plots = np.flatnonzero(labels == 0)
    by_plot: dict[int, tuple[float, ...]] = {}
    for fold in range(_FOLDS):
        inside = folds != fold
        words, bias = word_weights([documents[row] for row in np.flatnonzero(inside)], labels[inside])
        judged = opinion.Opinion(words, strong, bias, ())
        for row in np.flatnonzero(~inside).tolist():
            right += int((judged.sum_of(documents[row]) > 0) == bool(labels[row]))
        for place, row in enumerate(plots.tolist()):
            if folds[row] == fold:
                by_plot[place] = _signs(texts[place], logits[place], judged)
    rows = [by_plot[place] for place in range(len(plots))]
    words, bias = word_weights(documents, labels)
    judged = opinion.Opinion(words, strong, bias, ())
    rows += [_signs(text, logit, judged) for text, logit in zip(critics, logits[len(plots) :].tolist(), strict=True)]
    features: Floats = np.asarray(rows)
    fitted = LogisticRegression(C=1.0, fit_intercept=False, max_iter=1000).fit(features, gold)
    weights = [round(float(value), 3) for value in fitted.coef_[0]]
    written = {"bias": bias, "weights": weights, "leanings": strong, "words": words}
    output.write_text(json.dumps(written, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    return {
        "plot_or_review": right / len(documents),
        "opinion": float(fitted.score(features, gold)),
        "words": float(len(words)),
        "leanings": float(len(strong)),
        "strong": float(sum(abs(value) >= clauses.STRONG_WORD for value in strong.values())),
    }


if __name__ == "__main__":
    for name, value in run(Path(sys.argv[1])).items():
        print(f"{name} {value:.4f}")  # noqa: T201
