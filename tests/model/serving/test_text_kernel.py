"""Compiled tokens and n-gram sums are those of the plain code."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.serving import text_kernel
from model.serving.bulk import Index
from model.serving.ngram_model import NgramModel
from model.text import ngrams
from model.text.cleaning import clean
from model.text.tokens import tokenize
from model.text.vocabulary import Vocabulary

SPELLED = """n't can't ' 's 're 'll 'd 't n' s re _ 8/10 1,000.5 . .. ... - -- --- <br /> <i> < &amp; &#39; & ` Don the
    film X 7 ! " \u00e9 \u0130 \u212a \u0663 \u4e2d \u2019t \u2026"""

PIECES = st.sampled_from([*SPELLED.split(), *" \t\n\r\x0b\x1c\x85\x00\ud800", "<br />"])

RAW = st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=30).map("".join)


@given(raw=RAW)
@settings(max_examples=600, deadline=None)
def test_compiled_tokens_are_the_tokens(raw: str) -> None:
    text = clean(raw).lower()
    tokens = tokenize(raw)
    index = _index()
    if text.isascii():
        ids, checksums, lengths = index.scanned(["a b", text, ""])
        assert lengths.tolist() == [2, len(tokens), 0]
        assert ids[2:].tolist() == _vocabulary().ids(tokens).tolist()
        assert checksums[2:].tolist() == ngrams.checksums(tokens).tolist()


_kept: list[Any] = []


def _vocabulary() -> Vocabulary:
    return Vocabulary(["the", "film", "n't", "'s", "8/10", "do", "ca", "...", "x"])


def _index() -> Index:
    if not _kept:
        _kept.append(Index(_vocabulary()))
    found: Index = _kept[0]
    return found


@pytest.mark.parametrize("kind", [np.float16, np.float32])
@pytest.mark.parametrize("longest", [1, 2, 3, 5])
def test_ngram_sums_are_those_of_the_plain_way(kind: type, longest: int) -> None:
    rng = np.random.default_rng(longest)
    # 2**8 buckets: n-grams share them all the time; 1e-6 is below the least normal float16.
    table = (rng.normal(0, 1, 1 << 8) * rng.choice([1.0, 1e-3, 1e-6, 0.0], 1 << 8)).astype(kind)
    documents = [[f"w{rng.integers(30)}" for _ in range(length)] for length in (0, 1, 2, 3, 60, 0, 500)]
    plain = NgramModel(table, 0.25, longest)
    lengths = np.asarray(list(map(len, documents)))
    sums = np.zeros(len(documents))
    checksums = ngrams.checksums([token for tokens in documents for token in tokens])
    weights = table.view(np.uint16) if kind is np.float16 else table
    text_kernel.wide(
        checksums, np.cumsum(lengths) - lengths, lengths, longest, plain.bits, weights, kind is np.float16, sums
    )
    if kind is np.float16:
        # Sums of float16 are exact in float64, so their order does not matter.
        assert (sums + 0.25).tolist() == plain.logits(documents).tolist()
    np.testing.assert_allclose(sums + 0.25, plain.logits(documents), rtol=1e-9)
