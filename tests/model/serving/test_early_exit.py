"""What ends early is decided by the n-gram part alone, and explained by it; clauses by the small LSTM."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model import SHIPPED, Scorer
from model.evaluation import aspect_checks
from model.numeric import sigmoid
from model.serving import model_folder
from model.serving.calibration import Blend, Curve
from model.serving.early_exit import Clauses, Exit
from model.serving.explain import Logits
from model.text.tokens import tokenize

CLEAR = (
    "This is one of the worst films I have ever seen. The acting is terrible, the plot makes no sense and the "
    "dialogue is awful. A complete waste of time: avoid it at all costs! My cat was asleep."
)
UNCLEAR = "The first half is lovely and the second half is not. I did like the music."


def test_beyond_the_bound_and_never_without_words() -> None:
    early = Exit(2.0, Blend((0.5,), 1.0), Curve(10.0, -0.5))
    wide, tokens = np.asarray([2.0, 2.1, -2.1, 9.0]), np.asarray([5, 5, 40, 0])
    assert early.ends(wide, tokens).tolist() == [False, True, True, False]
    expected = [2.0, 2.05, -0.05 * np.exp(-0.5 * np.log(4)), 0.0]
    np.testing.assert_allclose(early.logits(wide, tokens), expected)


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer()


def _unread(monkeypatch: pytest.MonkeyPatch, scorer: Scorer) -> list[int]:
    """Counts the texts that the LSTM reads."""
    read: list[int] = []
    real = scorer.recurrent_logits
    monkeypatch.setattr(scorer, "recurrent_logits", lambda rows: read.append(len(rows)) or real(rows))
    return read


def test_the_lstm_reads_only_what_is_not_settled(scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    read = _unread(monkeypatch, scorer)
    clear, unclear = scorer.score([CLEAR, UNCLEAR])
    assert sum(read) == 1
    assert scorer.exit is not None
    tokens = tokenize(CLEAR)
    logits = scorer.said(scorer.exit.logits(scorer.wide_logits([tokens]), np.asarray([len(tokens)])), [tokens])
    assert clear.probability == float(sigmoid(logits)[0])
    everything = Scorer(exit=False)
    whole = everything.score([CLEAR, UNCLEAR])
    assert whole[1] == unclear
    assert whole[0].label == clear.label == "negative"
    assert whole[0].probability != clear.probability
    read = _unread(monkeypatch, everything)
    everything.score([CLEAR, UNCLEAR])
    assert sum(read) == 2


def _moved(scorer: Scorer, decided: Logits, tokens: list[str], rest: list[str]) -> float:
    """How far the logit that a verdict says moves from the rest of a text to all of it."""
    whole, left = scorer.said(decided([tokens, rest]), [tokens, rest]).tolist()
    return float(whole - left)


def test_an_explanation_leaves_out_of_what_decided(scorer: Scorer) -> None:
    assert scorer.exit is not None
    for text, early in ((CLEAR, True), (UNCLEAR, False)):
        explained = scorer.explain(text)
        assert explained.verdict == scorer.score([text])[0]
        tokens = tokenize(text)
        assert bool(scorer.exit.ends(scorer.wide_logits([tokens]), np.asarray([len(tokens)]))[0]) == early
        decided = scorer._decider(tokens)
        for part in explained.sentences:
            rest = tokenize(text[: part.start] + " " + text[part.end :])
            assert part.contribution == pytest.approx(_moved(scorer, decided, tokens, rest), abs=1e-12)
            assert part.probability == scorer.score([text[part.start : part.end]])[0].probability
        for word in explained.words:
            rest = tokenize(text[: word.start] + " " + text[word.end :])
            assert word.contribution == pytest.approx(_moved(scorer, decided, tokens, rest), abs=1e-12)
        assert explained.words


def test_the_parts_that_decide_are_what_they_are_said_to_be(scorer: Scorer) -> None:
    assert scorer.exit is not None
    clear, rest = tokenize(CLEAR), ["fine"]
    wide = scorer.wide_logits([rest])
    assert scorer._decider(clear)([rest]).tolist() == scorer.exit.logits(wide, np.asarray([1])).tolist()
    assert scorer._decider(tokenize(UNCLEAR))([clear]).tolist() == Scorer(exit=False).piece_logits([clear]).tolist()


def test_a_folder_without_a_bound_reads_everything(scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    older = replace(model_folder.read_serving(scorer.folder), exit_logit=None)
    monkeypatch.setattr(model_folder, "read_serving", lambda _: older)
    found = Scorer()
    assert found.exit is None
    assert found.score([CLEAR]) == Scorer(exit=False).score([CLEAR])


def test_near_nothing_a_clause_is_in_doubt() -> None:
    rule = Clauses(Blend((1.0, 0.5), 0.1), Curve(), 0.3)
    small, wide = np.asarray([0.1, 0.1, -0.1, -0.5, 0.0]), np.asarray([0.0, 0.4, -0.8, 0.0, 0.0])
    assert rule.in_doubt(small, wide, np.asarray([5, 5, 5, 5, 0])).tolist() == [True, False, False, False, False]
    no_number = np.asarray([np.nan, np.nan])
    assert rule.in_doubt(no_number, np.zeros(2), np.asarray([5, 0])).tolist() == [True, False]


def test_the_small_lstm_says_what_the_large_one_says_of_clauses(scorer: Scorer) -> None:
    """Else it must be fitted anew (`reelfeel fit-clauses`): another model has other logits."""
    pieces = scorer.clauses_of([one.text for one in aspect_checks.read()])
    whole, told = Scorer(exit=False)._clause_logits(pieces), scorer._clause_logits(pieces)
    assert ((whole > 0) == (told > 0)).mean() > 0.985
    assert np.abs(whole - told).mean() < 0.15
    assert np.corrcoef(whole, told)[0, 1] > 0.99


def test_the_large_lstm_reads_clauses_that_are_in_doubt(scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = scorer.clauses_of([one.text for one in aspect_checks.read()])
    read = _unread(monkeypatch, scorer)
    told = scorer._clauses_plainly([tokenize(piece) for piece in pieces])
    assert 0 < sum(read) < 0.2 * len(pieces)
    whole = Scorer(exit=False)._clause_logits(pieces)
    assert (told == whole).sum() >= sum(read)


def test_a_folder_without_a_small_lstm_reads_clauses_with_the_large_one(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "model"))
    for name in (model_folder.CLAUSES, model_folder.CLAUSE_GRAPH):
        (folder / name).unlink()
    model_folder.seal(folder, model_folder.verify(SHIPPED))
    texts = ["The acting is the worst and awful. I like the music, though not the end."] * 70
    found = Scorer(folder).aspects_of(texts)
    assert found == Scorer(exit=False).aspects_of(texts)
    assert found[0] == Scorer(folder).aspects(texts[0])
    assert found != Scorer().aspects_of(texts)
