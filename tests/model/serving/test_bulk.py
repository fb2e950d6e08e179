"""Bulk scoring is the plain scoring, and falls back to ONNX Runtime."""

import logging
import sys

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from hypothesis import given, settings
from hypothesis import strategies as st

from model import SHIPPED, Scorer, serving
from model.serving import lstm_kernel
from model.serving.scorer import BULK
from tests.model.made_up import frame

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
    assert logits.tolist() == expected_logits.tolist()


def test_of_a_text_that_is_too_long_only_what_is_read_is_kept(warm: Scorer) -> None:
    bulk, limit = warm._bulk, warm.max_tokens
    assert bulk is not None
    texts = ["a good film", "!?" * limit, "\u00e9t\u00e9 " * (limit + 1), "", "it was " * limit, "not bad"]
    held = bulk.encoded(texts)
    assert held.found.tolist() == [3, 2 * limit, limit + 1, 0, 2 * limit, 2]
    assert held.lengths.tolist() == [3, limit, limit, 0, limit, 2]
    assert len(held.ids) == held.lengths.sum()
    assert warm._by(bulk, texts)[1].tolist() == warm._plainly(texts)[1].tolist()


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
    assert warm.logits(documents).tolist() == cold.logits(documents).tolist()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(warm, "recurrent_logits", None)  # so that nothing but compiled code can answer
        warm.logits(documents)
    assert warm.explain(text) == cold.explain(text)
    assert len(cold.explain(text).sentences) == 9


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
    assert found == _plain(texts)


def test_without_numba_bulk_runs_on_onnx_runtime(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("bulk", "compiled_lstm", "text_kernel", "lstm_kernel"):
        monkeypatch.delitem(sys.modules, f"model.serving.{name}", raising=False)
        monkeypatch.delattr(serving, name, raising=False)
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
