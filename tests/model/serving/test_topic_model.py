"""The topic model's two ways give the same bits, and its rule is the sum that it says."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from model.serving.ngram_model import NgramModel
from model.serving.topic_model import END, LONGEST, START, TopicModel, TopicRule, marked
from model.text import ngrams
from model.text.tokens import tokenize

DOCUMENTS = [[], ["hi"], ["what", "is", "it", "?"], ["the", "film"] * 3, ["long"] * 9, ["é", "…", "8/10"], []]


@pytest.fixture(scope="module")
def table() -> NDArray[np.float16]:
    return np.random.default_rng(3).normal(0, 1, 1 << 10).astype(np.float16)


def test_compiled_code_gives_the_same_bits(table: NDArray[np.float16]) -> None:
    model = TopicModel(NgramModel(table, 0.0, LONGEST), 6)
    plain = model.of_tokens(DOCUMENTS)
    # In another order, and with tokens between them that belong to no text.
    order = [3, 0, 5, 1, 4, 2, 6]
    checksums, starts = [ngrams.checksums(["between"])], []
    for number in order:
        starts.append(sum(map(len, checksums)))
        checksums += [ngrams.checksums(DOCUMENTS[number]), ngrams.checksums(["between", "texts"])]
    lengths = np.asarray([len(DOCUMENTS[number]) for number in order])
    found = model.of_checksums(np.concatenate(checksums), np.asarray(starts), lengths)
    assert found.tolist() == plain[order].tolist()
    assert plain[[0, 4, 6]].tolist() == [0, 0, 0]
    assert np.count_nonzero(plain) == 4
    assert model.of_tokens([DOCUMENTS[2]]).tolist() == [plain[2]]


def test_weights_are_of_words_pairs_and_ends(table: NDArray[np.float16]) -> None:
    grams = [[START], ["so"], ["what"], [END], [START, "so"], ["so", "what"], ["what", END]]
    buckets = set()
    for gram in grams:
        _, values = ngrams.hashes([gram], len(gram))
        buckets.add(int(ngrams.buckets(values[-1:], 10)[0]))
    expected = float(table[sorted(buckets)].astype(np.float64).sum())
    assert TopicModel(NgramModel(table, 0.0, LONGEST), 6).of_tokens([["so", "what"]])[0] == pytest.approx(expected)


def test_without_a_model_nothing_is_said() -> None:
    silent = TopicModel(None, 0)
    assert silent.of_tokens(DOCUMENTS).tolist() == [0.0] * len(DOCUMENTS)
    nothing = np.zeros(0, dtype=np.int64)
    assert silent.of_checksums(np.zeros(0, dtype=np.uint32), nothing, nothing).tolist() == []
    assert not TopicRule().judges(5)


def test_the_rule_by_hand() -> None:
    rule = TopicRule(80, -0.5, (2.0, 3.0), (5.0, 7.0))
    expected = 12 / 3 + 6 / 3 - 0.5 + 2 * 1.5 + 3 * 1.0 + 5 * math.log(10) + 7 / 9
    assert rule.logit(12.0, 6.0, 9, -1.5) == pytest.approx(expected)
    assert rule.logit(12.0, 6.0, 9, 99.0) == pytest.approx(expected + 2 * 6.5)
    # Words and pairs of a long text do not fade further.
    longer = 12 / 8 + 6 * 0.3 - 0.5 + 2 * 1.5 + 3 * 1.0 + 5 * math.log(65) + 7 / 64
    assert rule.logit(12.0, 6.0, 64, -1.5) == pytest.approx(longer)
    assert [rule.judges(tokens) for tokens in (0, 1, 80, 81)] == [False, True, True, False]


def test_doubt_ends_at_its_width_and_at_a_clear_opinion() -> None:
    rule = TopicRule(80, 0.0, doubt=1.0, settled=2.0)
    assert [rule.is_in_doubt(topic, 1.9) for topic in (-1.1, -0.9, 3.0)] == [False, True, True]
    assert not rule.is_in_doubt(3.0, -2.0)


def test_no_token_is_like_a_mark() -> None:
    assert not {START, END} & set(tokenize(f"a {START} b {END}"))
    assert marked(["a"]) == [START, "a", END]
