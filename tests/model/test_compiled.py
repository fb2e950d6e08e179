"""Compiled code says what the plain code says: the cell, the tokens, the n-grams, and the way back to ONNX Runtime."""

import logging
import sys
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from hypothesis import given, settings
from hypothesis import strategies as st

from model import SHIPPED, Scorer
from model.serving import lstm_kernel, text_kernel
from model.serving.bulk import Index
from model.serving.compiled_lstm import CompiledLSTM
from model.serving.ngram_model import NgramModel
from model.serving.scorer import BULK
from model.text import ngrams
from model.text.tokens import clean, tokenize
from model.text.vocabulary import Vocabulary
from tests.model.conftest import folder_of, frame

WORDS = 50


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 + 0.5 * np.tanh(0.5 * x)


def _exact(folder: Path, ids: np.ndarray) -> float:
    """The logit of one review in float64, by the textbook."""
    weights = {name: value.astype(np.float64) for name, value in np.load(folder / "keras_weights.npz").items()}
    vectors = np.load(folder / "embedding.npy").astype(np.float64)[ids]
    highest, means = [], []
    for direction, inputs in (("forward", vectors), ("backward", vectors[::-1])):
        recurrent = weights[f"{direction}_recurrent"]
        state, memory, states = np.zeros(len(recurrent)), np.zeros(len(recurrent)), []
        for value in inputs @ weights[f"{direction}_kernel"] + weights[f"{direction}_bias"]:
            i, f, c, o = np.split(value + state @ recurrent, 4)
            memory = _sigmoid(f) * memory + _sigmoid(i) * np.tanh(c)
            state = _sigmoid(o) * np.tanh(memory)
            states.append(state)
        highest.append(np.max(states, axis=0))
        means.append(np.mean(states, axis=0))
    pooled = np.concatenate(highest + means)
    logit = float(pooled @ weights["logit_kernel"][:, 0] + weights["logit_bias"][0])
    if "hidden_logit" in weights:
        hidden = np.maximum(pooled @ weights["hidden_kernel"] + weights["hidden_bias"], 0.0)
        logit += float(hidden @ weights["hidden_logit"][:, 0])
    return logit


def _reviews(lengths: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ids = np.random.default_rng(3).integers(1, WORDS, sum(lengths)).astype(np.int32)
    return ids, np.cumsum([0, *lengths[:-1]]), np.asarray(lengths)


@pytest.mark.parametrize(("units", "dimensions", "kernel"), [(3, 5, 0.3), (16, 7, 0.3), (24, 30, 0.3), (40, 9, 30)])
def test_the_cell_is_the_textbooks(units: int, dimensions: int, kernel: float, tmp_path: Path) -> None:
    # 30 saturates the gates: pre-activations beyond a hundred, where exp overflows float32.
    folder_of(tmp_path, units, dimensions, words=WORDS, kernel=kernel)
    ids, starts, lengths = _reviews([1, 2 * units, 2, units, 3, 90, 1, 2 * units + 1, 31])
    expected = [_exact(tmp_path, ids[start : start + length]) for start, length in zip(starts, lengths, strict=True)]
    found = CompiledLSTM(tmp_path).logits(ids, starts, lengths)
    np.testing.assert_allclose(found, expected, atol=2e-6 if kernel < 1 else 5e-5)
    assert np.ptp(expected) > 0.1


# The second group of some begins within a register, of one of them with it.
@pytest.mark.parametrize(
    ("groups", "hidden"),
    [((10,) * 4, 0), ((30, 19, 11), 5), ((lstm_kernel.LANES,) * 2, 0), ((17, 40, 3), 0), ((24,), 7)],
)
def test_groups_of_units_and_a_hidden_layer_are_the_textbooks(
    groups: tuple[int, ...], hidden: int, tmp_path: Path
) -> None:
    units = sum(groups)
    folder_of(tmp_path, units, 9, words=WORDS, groups=groups, hidden=hidden)
    ids, starts, lengths = _reviews([1, 2 * units, 2, 33, 1, 7])
    expected = [_exact(tmp_path, ids[start : start + length]) for start, length in zip(starts, lengths, strict=True)]
    lstm = CompiledLSTM(tmp_path)
    np.testing.assert_allclose(lstm.logits(ids, starts, lengths), expected, atol=4e-6)
    assert np.ptp(expected) > 0.1
    # What the zeros between groups would cost is not done.
    everything = 2 * 4 * units * -(-units // lstm_kernel.LANES) * lstm_kernel.LANES
    assert lstm.products == everything if len(groups) == 1 else lstm.products < 0.8 * everything


def test_what_a_block_of_units_hears() -> None:
    weights = np.zeros((4, 30, 4, lstm_kernel.LANES), dtype=np.float32)
    weights[0, :, 2, 1] = 1.0
    weights[1, 5, 0, 0] = weights[1, 9, 3, 2] = -0.5
    weights[2, 29, 1, lstm_kernel.LANES - 1] = np.nan
    assert lstm_kernel.heard(weights).tolist() == [[0, 30], [5, 5], [29, 1], [0, 1]]


@pytest.mark.parametrize(("groups", "hidden"), [((), 0), ((10, 10), 0), ((9, 6, 5), 9)])
def test_a_review_does_not_depend_on_its_neighbours_or_on_the_table(
    groups: tuple[int, ...], hidden: int, tmp_path: Path
) -> None:
    folder_of(tmp_path, 20, 11, words=WORDS, groups=groups, hidden=hidden)
    ids, starts, lengths = _reviews([*range(1, 40), 7, 7, 7, 200])
    lstm = CompiledLSTM(tmp_path)
    together = lstm.logits(ids, starts, lengths)
    alone = [lstm.logits(ids, starts[n : n + 1], lengths[n : n + 1])[0] for n in range(len(lengths))]
    assert together.tolist() == alone
    few_common_words = CompiledLSTM(tmp_path, table_bytes=10_000)
    assert few_common_words.common_words < WORDS / 2
    assert together.tolist() == few_common_words.logits(ids, starts, lengths).tolist()


@pytest.mark.parametrize(("lanes", "rows"), [(4, 3), (8, 3), (16, 6)])
def test_other_machines_tiles_say_the_same(lanes: int, rows: int) -> None:
    rng = np.random.default_rng(5)
    units, width, words = 16, 16, 9
    _, starts, lengths = _reviews([25, 24, 24, 9, 3, 3, 1, 1])
    ids = rng.integers(0, words, lengths.sum()).astype(np.int32)
    table = rng.normal(0, 1, (words, 4, width)).astype(np.float32)
    weights = rng.normal(0, 0.3, (units, 4, width)).astype(np.float32)

    def run(lanes: int, rows: int) -> np.ndarray:
        tiles = {
            "LANES": lanes,
            "ROWS": rows,
            "_many": lstm_kernel.tile(lanes, rows),
            "_single": lstm_kernel.tile(lanes, 1),
        }
        direction = lstm_kernel.inlined(FunctionType(lstm_kernel._direction.__code__, {**vars(lstm_kernel), **tiles}))
        blocks = np.ascontiguousarray(table.reshape(words, 4, width // lanes, lanes).swapaxes(1, 2))
        panels = np.ascontiguousarray(weights.reshape(units, 4, width // lanes, lanes).transpose(2, 0, 1, 3))
        highest, total = np.full((len(lengths), width), -2, np.float32), np.zeros((len(lengths), width), np.float32)
        folded = blocks.reshape(words, -1)
        heard = lstm_kernel.heard(panels)
        direction(folded[:4], folded[4:].copy(), ids, starts, lengths, True, panels, heard, highest, total)
        return np.concatenate([highest, total])

    np.testing.assert_allclose(run(lanes, rows), run(lstm_kernel.LANES, 2), atol=1e-5)


def test_every_machine_gets_a_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = []
    for features in ({"avx512f": True, "avx": True}, {"avx": True}, {"neon": True}, {}):
        monkeypatch.setattr(lstm_kernel.binding, "get_host_cpu_features", lambda found=features: found)
        shapes.append(lstm_kernel.shape_for_this_machine())
    assert shapes == [(16, 6), (8, 3), (4, 6), (4, 3)]


SPELLED = """n't can't ' 's 're 'll 'd 't n' s re _ 8/10 1,000.5 . .. ... - -- --- <br /> <i> < &amp; &#39; & ` Don the
    film X 7 ! " \u00e9 \u0130 \u212a \u0663 \u4e2d \u2019t \u2026"""
PIECES = st.sampled_from([*SPELLED.split(), *" \t\n\r\x0b\x1c\x85\x00\ud800", "<br />"])
RAW = st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=30).map("".join)


@pytest.fixture(scope="module")
def warm() -> Scorer:
    scorer = Scorer(SHIPPED)
    scorer.warm()
    assert scorer.is_warm
    return scorer


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


@given(raws=st.lists(RAW, min_size=1, max_size=6), limit=st.integers(1, 12))
@settings(max_examples=150, deadline=None)
def test_bulk_is_the_plain_way(warm: Scorer, raws: list[str], limit: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(warm, "max_tokens", limit)
        patched.setattr(warm._bulk, "_max_tokens", limit)
        found, logits, sums = warm._by(warm._bulk, raws)
        expected_found, expected_logits, expected_sums = warm._plainly(raws)
    assert found == expected_found
    assert sums.tolist() == expected_sums.tolist()
    np.testing.assert_allclose(logits, expected_logits, atol=1e-5)


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


def test_one_text_more_or_another_thread_changes_no_bit() -> None:
    texts = [*frame(BULK + 40, 9)["text"], "", "\u4e2d\u6587"]
    one, two = Scorer(SHIPPED), Scorer(SHIPPED, threads=2)
    verdicts = one.score(texts)
    assert verdicts == two.score(texts)
    assert verdicts[:BULK] == two.score(texts[:BULK])
    assert one.is_warm
    assert two.is_warm


def test_single_reviews_and_explanations_compile_nothing() -> None:
    scorer = Scorer(SHIPPED)
    scorer.score(["The plot was wonderful."] * (BULK - 1))
    scorer.explain("The plot was wonderful. " * 30)
    assert not scorer.is_warm


def test_a_warm_scorer_explains_the_same(warm: Scorer) -> None:
    cold = Scorer(SHIPPED, compiled=False)
    cold.warm()
    assert not cold.is_warm
    text = "The plot was wonderful, but I didn't like the music. " * 9
    documents = [[], ["the"], *(sentence.split() for sentence in text.split(".")), ["zzqx"] * 3]
    np.testing.assert_allclose(warm.logits(documents), cold.logits(documents), atol=1e-5)
    assert not np.array_equal(warm.logits(documents), cold.logits(documents)), "the same code ran twice"
    found, expected = warm.explain(text), cold.explain(text)
    moved = [[sentence.contribution for sentence in each.sentences] for each in (found, expected)]
    np.testing.assert_allclose(*moved, atol=2e-5)
    assert len(moved[0]) == 9


def _plain(texts: list[str]) -> list[float]:
    scorer = Scorer(SHIPPED)
    return [scorer.score([text])[0].probability for text in texts]


def _falls_back(caplog: pytest.LogCaptureFixture) -> None:
    texts = list(frame(BULK, 4)["text"])
    scorer = Scorer(SHIPPED)
    with caplog.at_level(logging.WARNING, logger="model.serving.scorer"):
        found = [verdict.probability for verdict in scorer.score(texts)]
        scorer.score(texts)
    assert not scorer.is_warm
    assert len(caplog.records) == 1
    np.testing.assert_allclose(found, _plain(texts), atol=1e-5)


def test_without_numba_bulk_runs_on_onnx_runtime(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("bulk", "compiled", "scan", "cell"):
        monkeypatch.delitem(sys.modules, f"model.{name}")
        monkeypatch.delattr(f"model.{name}")
    monkeypatch.setitem(sys.modules, "numba", None)
    _falls_back(caplog)
    assert "numba" in caplog.text


def test_a_compiler_that_fails_leaves_onnx_runtime(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("LLVM does not know this machine")

    monkeypatch.setattr(lstm_kernel, "direction", fails)
    _falls_back(caplog)
    assert "LLVM" in caplog.text


def test_a_time_limit_while_it_compiles_reaches_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Celery throws it into whatever runs; swallowed here, the attempt would run on past its lease, and be killed."""

    def slow(*_: object) -> None:
        raise SoftTimeLimitExceeded

    texts = ["A fine film."] * BULK
    scorer = Scorer(SHIPPED)
    with monkeypatch.context() as patched:
        patched.setattr(lstm_kernel, "direction", slow)
        with pytest.raises(SoftTimeLimitExceeded):
            scorer.score(texts)
    assert not scorer.is_warm
    scorer.score(texts)
    assert scorer.is_warm, "the next attempt compiles"


def test_where_nothing_can_be_written_code_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    real = lstm_kernel.numba.njit

    def njit(**options: Any) -> Any:
        if options.pop("cache", False):
            raise RuntimeError("cannot cache function: no locator available")
        return real(**options)

    monkeypatch.setattr(lstm_kernel.numba, "njit", njit)
    assert lstm_kernel.compiled(lambda x: x + 1)(2) == 3
