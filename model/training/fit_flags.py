"""Fits the bounds of the flags (`model.serving.flags.Bounds`) on data: English pieces of the dev part against made-up
texts.

Every bound is as tight as a stated rate of false alarms on pieces of real reviews allows.
"""

import ast
import gc
import random
import sysconfig
from collections import deque
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.data import out_of_domain_texts
from model.numeric import Floats
from model.serving.flags import WordTable, mean_score, unknown_share
from model.text import language, pieces
from model.text.tokens import tokenize
from model.text.vocabulary import UNKNOWN, Vocabulary

FOREIGN_RATE = 0.002
"""At most this share of English sentences and remarks is called foreign, on dev."""
UNKNOWN_RATE = 0.001
"""At most this share of English sentences of five tokens or more has mostly unknown words, on dev."""
SHORT_RATE, LONG_RATE = 0.01, 0.002
"""At most this share of film pieces of 5 to 79 tokens, of 80 or more, is called no review, on dev."""
_LENGTHS = (5, 10, 20, 40, 80, 160)
_LONG = 80
_LEAST_PIECES = 200
_RARE = (0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998)
_SURE: Floats = np.geomspace(1e-6, 0.5, 60)
_DOCSTRINGS = 1_500
# The made-up texts are few beside the docstrings: each counts as so many.
_PROBE_WEIGHT = 20.0


def sums_of(texts: Sequence[str], table: WordTable, vocabulary: Vocabulary) -> tuple[Floats, list[int]]:
    """Sums [n, 4] over the words of texts, and their numbers of tokens."""
    tokens = [tokenize(text) for text in texts]
    return table.sums_of([vocabulary.ids(row) for row in tokens]), [len(row) for row in tokens]


def foreign(english: Sequence[str], table: WordTable, vocabulary: Vocabulary) -> tuple[float, float]:
    """The bounds (oddness, detector's probability of English) of `model.text.language.is_foreign`.

    english: pieces of real reviews. Of all pairs with at most `FOREIGN_RATE` of those called foreign the one that finds
    most of the even-numbered made-up foreign texts; of equals the one that asks the detector least.
    """
    others, _ = out_of_domain_texts.halves(out_of_domain_texts.FOREIGN)

    def both(texts: Sequence[str], least: float) -> tuple[Floats, Floats]:
        sums, _ = sums_of(texts, table, vocabulary)
        odd = np.asarray([table.oddness(row) for row in sums])
        # 1 where the detector is never asked, as in serving.
        asked = [
            value >= least and language.is_foreign(text, value, least, 1.0)
            for text, value in zip(texts, odd, strict=True)
        ]
        sure = [language.english(text) if ask else 1.0 for text, ask in zip(texts, asked, strict=True)]
        return odd, np.asarray(sure)

    odd, _ = both(english, np.inf)
    grid = np.quantile(odd, _RARE)
    odd, sure = both(english, float(grid[0]))
    odd_others, sure_others = both(others, float(grid[0]))
    found, best = (float(grid[-1]), float(_SURE[0])), -1
    for rare in grid.tolist():
        rates = [float(((odd >= rare) & (sure <= bound)).mean()) for bound in _SURE]
        allowed = [bound for bound, rate in zip(_SURE.tolist(), rates, strict=True) if rate <= FOREIGN_RATE]
        bound = allowed[-1] if allowed else 0.0
        hits = int(((odd_others >= rare) & (sure_others <= bound)).sum())
        if hits >= best:
            found, best = (rare, bound), hits
    return round(found[0], 4), float(f"{found[1]:.4g}")


def unknown(english: Sequence[str], table: WordTable, vocabulary: Vocabulary, least: float) -> float:
    """Share of unknown words above which a text is flagged: what `UNKNOWN_RATE` allows, and at least `least`."""
    sums, lengths = sums_of(english, table, vocabulary)
    shares = [unknown_share(row, length) for row, length in zip(sums, lengths, strict=True) if length >= _LENGTHS[0]]
    return round(max(least, float(np.quantile(shares, 1 - UNKNOWN_RATE))), 3) if shares else least


@cache
def _library_docstrings() -> tuple[str, ...]:
    """All of Python's own library, of 30 to 600 signs; parsed once a process, since that takes seconds."""
    # Each node of a parsed file has the collector look at all that is alive, which takes three times the parsing; no
    # node is part of a circle.
    was_on = gc.isenabled()
    gc.disable()
    try:
        return tuple(_parsed_docstrings())
    finally:
        if was_on:
            gc.enable()


def _parsed_docstrings() -> list[str]:
    library = Path(sysconfig.get_paths()["stdlib"])
    found: list[str] = []
    for file in sorted([*library.glob("*.py"), *library.glob("[a-z]*/*.py")]):
        if "site-packages" in file.parts or "test" in file.parts:
            continue
        try:
            tree = ast.parse(file.read_text(encoding="utf-8"))
        except (SyntaxError, ValueError):
            continue
        for node in _with_a_body(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
                text = ast.get_docstring(node) or ""
                if 30 <= len(text) <= 600:
                    found.append(text)
    return found


def _with_a_body(tree: ast.Module) -> Iterator[ast.AST]:
    """What `ast.walk` gives of a file, in its order, without statements and expressions that hold no statements.

    Those are nine nodes in ten.
    """
    todo: deque[ast.AST] = deque([tree])
    while todo:
        yield (node := todo.popleft())
        for field in ("body", "handlers", "orelse", "finalbody", "cases"):
            held = getattr(node, field, ())
            todo.extend(child for child in held if hasattr(child, "body") or hasattr(child, "cases"))


def docstrings(most: int = _DOCSTRINGS, seed: int = 1) -> list[str]:
    """Docstrings of Python's own library, drawn at random: English about something else that is on every machine."""
    texts = list(_library_docstrings())
    random.Random(seed).shuffle(texts)  # noqa: S311 - a seeded sample, nothing secret
    return texts[:most]


def _means(texts: Sequence[str], vectors: NDArray[np.float32], vocabulary: Vocabulary) -> Floats:
    """Mean word vector of the known words of each text, [n, dimensions]."""
    rows = [vocabulary.ids(tokenize(text)) for text in texts]
    known = [row[row > UNKNOWN] for row in rows]
    return np.asarray([vectors[row].mean(axis=0) if len(row) else 0 * vectors[0] for row in known], dtype=np.float64)


def word_scores(reviews: Sequence[str], vectors: NDArray[np.float32], vocabulary: Vocabulary) -> NDArray[np.float16]:
    """How typical of film reviews each word is (float16 [rows]): logistic regression on mean word vectors.

    Spans of the training `reviews` against docstrings and the even-numbered made-up texts of `probes.OTHER`. The model
    is linear in the mean, so that the score of a text is the mean of its words' scores: a table look-up at serving.
    Needs scikit-learn.
    """
    from sklearn.linear_model import LogisticRegression

    made_up, _ = out_of_domain_texts.halves(out_of_domain_texts.OTHER)
    film = pieces.spans(reviews, each=1).texts
    other = docstrings()
    inputs = np.concatenate([_means(texts, vectors, vocabulary) for texts in (film, other, made_up)])
    scale = np.maximum(inputs.std(axis=0), 1e-6)
    labels = np.concatenate([np.ones(len(film)), np.zeros(len(other) + len(made_up))])
    weights = np.concatenate([np.ones(len(film) + len(other)), np.full(len(made_up), _PROBE_WEIGHT)])
    fitted = LogisticRegression(C=0.1, max_iter=500).fit(inputs / scale, labels, weights)
    scores = vectors @ (fitted.coef_.ravel() / scale).astype(np.float32)
    scores[: UNKNOWN + 1] = 0.0
    return np.asarray(scores, dtype=np.float16)


def review(film: Sequence[str], table: WordTable, vocabulary: Vocabulary) -> list[list[float]]:
    """The `review` bounds: for each range of lengths the score below which the stated rate of film pieces lies.

    film: pieces of all lengths, none of which `word_scores` was fitted on. Ranges with fewer than 200 pieces take the
    bound of the range below them; bounds never fall with the length.
    """
    sums, lengths = sums_of(film, table, vocabulary)
    scores = np.asarray([mean_score(row, length) for row, length in zip(sums, lengths, strict=True)])
    ranges = np.searchsorted(_LENGTHS, lengths, side="right") - 1
    found: list[list[float]] = []
    for number, least in enumerate(_LENGTHS):
        inside = scores[ranges == number]
        if len(inside) >= _LEAST_PIECES:
            bound = float(np.quantile(inside, SHORT_RATE if least < _LONG else LONG_RATE))
            found.append([float(least), round(max([bound, *(row[1] for row in found)]), 4)])
    return found
