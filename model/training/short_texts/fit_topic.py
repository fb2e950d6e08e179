"""Fits the topic model (`model.serving.topic_model`): short film reviews against chat, questions, plots and reviews of
other things.

Settings were chosen, and bounds are, on four of five folds of `model.data.topic_texts`, each scored by a model that saw
the other three. The fifth only measures.
"""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model.data import out_of_domain_texts, short_opinions, topic_texts
from model.data.topic_texts import CRITICS, FOLDS, HELD_BACK, NEUTRAL, OTHERS, SUBJECTIVE, TopicTexts
from model.numeric import Floats
from model.serving import model_folder, topic_model
from model.serving.scorer import Scorer
from model.serving.topic_model import TopicRule
from model.text import ngrams, pieces
from model.text.tokens import tokenize
from model.text.vocabulary import UNKNOWN, Vocabulary
from model.training import assemble, fit_flags
from model.training.fit_rules import Task

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

TOKENS = 80
"""Longer texts are judged by the mean score of their words, as all were before there was a topic model."""
BITS = 18
PENALTY = 5.0
"""scikit-learn's C."""
LOST_CRITICS, LOST_REVIEWS = 0.007, 0.001
"""At most this share of critics' sentences that say something, and of all reviews, is called no review."""
DOUBTED_CRITICS, DOUBTED_REVIEWS = 0.02, 0.003
"""At most this share of them is called no review or gets no sure label, for doubt whether they are one."""
SETTLED = 1.8
"""This far of the verdict's logit from 0 there is no doubt: "Total waste of time" is said of films, too."""
SENTENCE, SPAN, REVIEW, OPINION, TEXT = "sentence", "span", "review", "opinion", "text"
"""Kinds of our own: cut from reviews, whole reviews, short opinions, and English that is about no film at all."""
COUNTS = {CRITICS: 1.0, NEUTRAL: 0.5, SUBJECTIVE: 1.0, SENTENCE: 0.2, SPAN: 0.3, REVIEW: 1.0, OPINION: 3.0}
COUNTS |= {"chat": 2.0, "question": 1.0, topic_texts.PLOT: 1.0, "restaurant": 4.0, "product": 4.0, TEXT: 0.3}
"""What one text of each kind counts in fitting. Of sentences cut from reviews many say what chat says."""
_PIECES = 6_000
_BANDS = (50, 150, 400, 1_000, 2_500, 6_000, 14_000)
_SHORT_WORDS = 3
_VECTOR_SCALE = 0.1


@dataclass(frozen=True, slots=True)
class Examples:
    """n texts that the topic model judges: kinds, folds (int8 [n]), tokens, and logits of their verdicts [n].

    reviews: how many whole reviews there were, long ones counted.
    """

    kinds: NDArray[np.str_]
    folds: NDArray[np.int8]
    tokens: list[list[str]]
    logits: Floats
    reviews: int

    @property
    def other(self) -> NDArray[np.bool_]:
        """Which of them are no film review."""
        return np.isin(self.kinds, [*OTHERS, TEXT])


@dataclass(frozen=True, slots=True)
class Fitted:
    """words: float16 [rows of the vocabulary]; pairs: float16 [2**`BITS`]; rule: with the bound in its bias."""

    words: NDArray[np.float16]
    pairs: NDArray[np.float16]
    rule: TopicRule


def examples(topics: TopicTexts, reviews: Sequence[str], scorer: Scorer) -> Examples:
    """The topic texts with pieces of training `reviews`, short ones of those, and English about no film."""
    cut, spans = pieces.singles(reviews[:_PIECES], _PIECES), pieces.spans(reviews[:_PIECES], each=1)
    made_up, _ = out_of_domain_texts.halves(out_of_domain_texts.OTHER)
    own = {SENTENCE: cut.texts, SPAN: spans.texts, REVIEW: list(reviews)}
    own |= {OPINION: list(short_opinions.TEXTS), TEXT: [*fit_flags.docstrings(), *made_up]}
    texts = [*topics.texts, *(text for found in own.values() for text in found)]
    kinds = [*topics.kinds, *(kind for kind, found in own.items() for _ in found)]
    tokens = [tokenize(text) for text in texts]
    kept = [row for row, words in enumerate(tokens) if len(words) <= TOKENS and _is_judged(words)]
    chosen = [tokens[row] for row in kept]
    return Examples(
        np.asarray([kinds[row] for row in kept]),
        topic_texts.folds([texts[row] for row in kept]),
        chosen,
        scorer.piece_logits(chosen),
        len(reviews),
    )


def _is_judged(tokens: Sequence[str]) -> bool:
    """Whether a text has words enough for the flag: fewer are `too_short`."""
    return sum(token[0].isalnum() for token in tokens) >= _SHORT_WORDS


def word_features(vocabulary: Vocabulary, vectors: NDArray[np.floating], scores: NDArray[np.floating]) -> Floats:
    """What is known of each word, float64 [rows, k]: unknown, no word, band of frequency, review score, vector.

    Few numbers a word, so that words which no example has are judged by their like.
    """
    words = vocabulary.words
    letters = np.asarray([word[:1].isalpha() for word in words])
    band = np.digitize(np.arange(len(words)), _BANDS)
    found = np.zeros((len(words) + UNKNOWN + 1, len(_BANDS) + 4))
    found[UNKNOWN, 0] = 1.0
    found[UNKNOWN + 1 :, 1] = ~letters
    rows = np.flatnonzero(letters)
    found[rows + UNKNOWN + 1, 2 + band[rows]] = 1.0
    wide = np.asarray(scores, dtype=np.float64)  # whose spread float16 does not hold
    found[:, -1] = wide / max(float(np.std(wide)), 1e-6)
    known = np.array(vectors, dtype=np.float64)
    known[: UNKNOWN + 1] = 0.0
    return np.concatenate([found, known], axis=1)


def _grams(tokens: Sequence[Sequence[str]]) -> "csr_matrix":
    """1 for each distinct word and pair of words of each text, by bucket."""
    from scipy.sparse import csr_matrix

    owners, values = ngrams.hashes([topic_model.marked(words) for words in tokens], topic_model.LONGEST)
    keys = ngrams.distinct(owners, ngrams.buckets(values, BITS), BITS)
    shape = (len(tokens), 1 << BITS)
    return csr_matrix((np.ones(len(keys)), (keys >> BITS, keys & ((1 << BITS) - 1))), shape=shape)


def _inputs(found: Examples, vocabulary: Vocabulary, table: Floats) -> "csr_matrix":
    """One row a text: buckets, sums of `table` over its words, both scaled by its length, and the rest."""
    from scipy.sparse import csr_matrix, diags, hstack

    rows = [vocabulary.ids(words) for words in found.tokens]
    lengths = np.asarray([len(row) for row in rows])
    ids = np.concatenate(rows)
    counted = csr_matrix((np.ones(len(ids)), (np.repeat(np.arange(len(rows)), lengths), ids)), (len(rows), len(table)))
    of_words, of_grams = map(diags, zip(*(topic_model.scales(int(n)) for n in lengths), strict=True))
    beside = [topic_model.features(int(n), float(z)) for n, z in zip(lengths, found.logits, strict=True)]
    return hstack(
        [of_grams @ _grams(found.tokens), csr_matrix(of_words @ (counted @ table)), csr_matrix(beside)]
    ).tocsr()


def _coefficients(inputs: "csr_matrix", other: NDArray[np.bool_], weights: Floats) -> Floats:
    """Weights of the columns, then the bias. Needs scikit-learn."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=PENALTY, max_iter=300, tol=2e-4).fit(inputs, other, sample_weight=weights)
    return np.append(model.coef_.ravel(), model.intercept_[0])


def fit(found: Examples, vocabulary: Vocabulary, vectors: NDArray[np.floating], scores: NDArray[np.floating]) -> Fitted:
    """Fits weights, and bounds at which the stated shares hold on texts that were not fitted on."""
    table = word_features(vocabulary, vectors, scores)
    spread = float(np.std(table[:, len(_BANDS) + 4 :], axis=0).mean()) or 1.0
    table[:, len(_BANDS) + 4 :] *= _VECTOR_SCALE / spread
    inputs, other = _inputs(found, vocabulary, table), found.other
    weights = np.asarray([COUNTS[kind] for kind in found.kinds.tolist()])
    usable = found.folds != HELD_BACK
    crossed = np.full(len(other), -np.inf)
    for fold in range(FOLDS):
        part = usable & (found.folds == fold)
        if part.any():
            rest = usable & ~part
            crossed[part] = _logits(inputs[part], _coefficients(inputs[rest], other[rest], weights[rest]))
    critics, reviews = (crossed[usable & (found.kinds == kind)] for kind in (CRITICS, REVIEW))
    whole = int(found.reviews * usable.mean())
    bound = max(_bound(critics, LOST_CRITICS, len(critics)), _bound(reviews, LOST_REVIEWS, whole))
    doubted = max(_bound(critics, DOUBTED_CRITICS, len(critics)), _bound(reviews, DOUBTED_REVIEWS, whole))
    coefficients = _coefficients(inputs[usable], other[usable], weights[usable])
    hashed, known, beside = np.split(coefficients[:-1], [1 << BITS, (1 << BITS) + table.shape[1]])
    rule = TopicRule(
        TOKENS,
        round(float(coefficients[-1]) - bound, 6),
        (round(float(beside[0]), 6), round(float(beside[1]), 6)),
        (round(float(beside[2]), 6), round(float(beside[3]), 6)),
        round(bound - min(bound, doubted), 6),
        SETTLED,
    )
    return Fitted((table @ known).astype(np.float16), hashed.astype(np.float16), rule)


def _logits(inputs: "csr_matrix", coefficients: Floats) -> Floats:
    return np.asarray(inputs @ coefficients[:-1] + coefficients[-1], dtype=np.float64)


def _bound(logits: Floats, share: float, number: int) -> float:
    """The least logit beyond which at most that share of `number` texts lies, of which `logits` are some; -inf for none
    of them."""
    beyond = int(share * number)
    return float(np.sort(logits)[-1 - beyond]) if beyond < len(logits) else -np.inf


def measured(before: Scorer, after: Scorer, topics: TopicTexts, reviews: Sequence[str]) -> dict[str, Any]:
    """For each kind of held-back texts, and for validation `reviews`: how many there are, the shares of sure verdicts
    without and with the topic model, and of those called no review."""
    kinds = {kind: topics.of(kind, held_back=True) for kind in (*OTHERS, CRITICS, NEUTRAL, SUBJECTIVE)}
    opinions = [text for text in short_opinions.TEXTS if topic_texts.fold(text) == HELD_BACK]
    found = {}
    for kind, texts in {**kinds, OPINION: opinions, REVIEW: list(reviews)}.items():
        old, new = before.score(texts), after.score(texts)
        count = max(1, len(texts))
        found[kind] = {
            "texts": len(texts),
            "sure_without": round(sum(verdict.label != "uncertain" for verdict in old) / count, 4),
            "sure": round(sum(verdict.label != "uncertain" for verdict in new) / count, 4),
            "flagged_without": round(sum("not_a_review" in verdict.flags for verdict in old) / count, 4),
            "flagged": round(sum("not_a_review" in verdict.flags for verdict in new) / count, 4),
        }
    return found


def measured_in(folder: Path, data: Path, task: Task, *, threads: int = 1) -> dict[str, Any]:
    """What `measured` says of the model folder as it is, on the texts in the folder `data`. Raises `DataError`."""
    topics = topic_texts.read(data)
    month = model_folder.verify(folder).split("-")[1]
    with tempfile.TemporaryDirectory() as place:
        copy = Path(shutil.copytree(folder, Path(place) / "model"))
        _without(copy)
        plain = replace(model_folder.read_serving(copy), **topic_model.fields(TopicRule()))
        before = assemble.sealed_as(copy, plain, month, threads)
        reviews = [task.reviews.texts[row] for row in task.split.validation]
        return measured(before, Scorer(folder, threads=threads), topics, reviews)


def _without(folder: Path) -> None:
    """Takes the topic model out of an unsealed folder."""
    for name in (topic_model.WORDS, topic_model.PAIRS):
        (folder / name).unlink(missing_ok=True)


def run(source: Path, data: Path, output: Path, *, labelled: Path | None = None, threads: int = 1) -> Path:
    """Writes OUTPUT/model: the model folder `source` with a topic model fitted on the texts in `data`; returns OUTPUT.

    What `source` had of one is replaced. The figures of its card are measured anew, and none of its other rules is
    fitted. labelled: where the labelled reviews are, if not where the folder's config says. Needs SciPy and
    scikit-learn. Raises `ModelFolderError` and `DataError`.
    """
    month = model_folder.verify(source).split("-")[1]
    target = output / "model"
    model_folder.check_apart(source, target)
    topics, task = topic_texts.read(data), assemble.task_of(source, labelled)
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    plain = replace(model_folder.read_serving(source), **topic_model.fields(TopicRule()))
    _without(target)
    before = assemble.sealed_as(target, plain, month, threads)
    order = np.random.default_rng(1).permutation(task.split.train)
    vocabulary = Vocabulary.read(target / "vocabulary.txt")
    scores = np.load(target / "word_scores.npy") if plain.review_bounds else np.zeros(len(vocabulary))
    found = examples(topics, [task.reviews.texts[row] for row in order], before)
    fitted = fit(found, vocabulary, np.load(target / "embedding.npy"), scores)
    np.save(target / topic_model.WORDS, fitted.words)
    np.save(target / topic_model.PAIRS, fitted.pairs)
    serving = replace(plain, **topic_model.fields(fitted.rule))
    after = assemble.sealed_as(target, serving, month, threads)
    reviews = [task.reviews.texts[row] for row in task.split.validation]
    assemble.measured_again(target, task, month, measured(before, after, topics, reviews), threads=threads)
    return output
