"""One text has one verdict, to the bit, whichever way it comes in: 2,000 made-up texts by every way."""

import json
import os
import random
import subprocess
import sys

import numpy as np
import pytest

from model import SHIPPED, Scorer, Verdict
from model.evaluation import aspect_checks
from model.serving.compiled_lstm import CompiledLSTM
from model.serving.exact_lstm import MARGIN, ExactLSTM
from model.serving.model_folder import CLAUSES
from model.serving.scorer import BULK
from model.text.tokens import tokenize
from model.training import keras_reference
from tests.model.made_up import BAD, FILLERS, GOOD, SUBJECTS

_ODD = ["", ".", "\u4e2d\u6587", "Caf\u00e9 \u2026 d\u00e9j\u00e0 vu", "zzqx vrrk", "<br />8/10 &amp; more", "don't"]
_SENT = ["\u2605\u2605\u2605\u2605\u00bd", "Film \U0001f44e\U0001f44e", "> So good.\nNo. So dull.", "hi", "n/a"]
_SENT += ["What is the capital of France?", "see you tomorrow at eight", "The waiter was rude and the soup cold."]
_SENT += [
    "It didn\u00e2\u20ac\u2122t **work** https://x.org/good",
    "\uff47\uff52\uff45\uff41\uff54 film",
    "\U0001f525 <Dull> &amp;#39;",
]
_STARS = "\u2605" * 5
# Rows of stars: words that are sure, that leave a doubt, and that stars agree with.
_SENT += [f"Boring and awful. {_STARS}", f"I have seen it. {_STARS}", f"Loved it! {_STARS}", f"hi {_STARS}"]
_SENT += [f"{_STARS} Dull.\nThe plot was awful. {_STARS} The music was superb. &#9733;&#9733;", f"n/a {_STARS}"]
_SAID = ["It is one of the {} films I have ever seen!", "I found it {}, to be honest.", "What a {} mess of a film?"]


def _texts() -> list[str]:
    rng = random.Random(11)
    found = [*_ODD, *_SENT, " ".join(["The plot was awful and dull."] * 40) + _STARS]
    while len(found) < 2_000:
        words = rng.choice((GOOD, BAD, [*GOOD, *BAD]))
        opinions = [rng.choice(_SAID).format(rng.choice(words)) for _ in range(rng.choice((0, 1, 2, 3, 3, 12)))]
        plain = [f"{rng.choice(SUBJECTS).capitalize()} was {rng.choice(words)}." for _ in range(rng.randint(0, 4))]
        found.append(" ".join([*opinions, *plain, rng.choice([*FILLERS, ""])]).strip() + f" {rng.randint(1, 10)}/10")
    return found


TEXTS = _texts()


@pytest.fixture(scope="module")
def expected() -> list[Verdict]:
    """One at a time, on ONNX Runtime."""
    scorer = Scorer(compiled=False)
    return [scorer.score([text])[0] for text in TEXTS]


def test_many_end_early_and_many_do_not(expected: list[Verdict]) -> None:
    scorer = Scorer()
    assert scorer.exit is not None
    documents = [tokenize(text) for text in TEXTS]
    lengths = np.asarray([len(tokens) for tokens in documents])
    ended = int(scorer.exit.ends(scorer.wide_logits(documents), lengths).sum())
    assert 200 < ended < 1_800
    assert {verdict.label for verdict in expected} == {"positive", "negative", "uncertain"}


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("compiled", [True, False])
def test_all_at_once(expected: list[Verdict], threads: int, compiled: bool) -> None:
    scorer = Scorer(threads=threads, compiled=compiled)
    assert scorer.score(TEXTS) == expected
    assert scorer.is_warm == compiled


def test_in_other_company(expected: list[Verdict]) -> None:
    order = random.Random(3).sample(range(len(TEXTS)), len(TEXTS))
    scorer = Scorer()
    found: list[Verdict] = []
    for first in range(0, len(order), BULK - 1):
        found += scorer.score([TEXTS[number] for number in order[first : first + BULK - 1]])
    assert not scorer.is_warm
    assert found == [expected[number] for number in order]
    # Warm, a few at a time go through compiled code, one alone does not.
    scorer.warm()
    warm = [verdict for number in order[:300] for verdict in scorer.score([TEXTS[number]])]
    tens = [
        v for first in range(0, 300, 10) for v in scorer.score([TEXTS[number] for number in order[first : first + 10]])
    ]
    assert warm == tens == found[:300]


def test_explained(expected: list[Verdict]) -> None:
    cold, warm = Scorer(compiled=False), Scorer()
    warm.warm()
    for number in [*range(len(_ODD) + len(_SENT)), *range(100, len(TEXTS), 100)]:
        explanation = cold.explain(TEXTS[number])
        assert explanation.verdict == expected[number]
        assert warm.explain(TEXTS[number]) == explanation


def test_by_keras(expected: list[Verdict]) -> None:
    scorer = keras_reference.KerasScorer(SHIPPED, keras_reference.load(SHIPPED))
    assert scorer.score(TEXTS) == expected


# Reads texts and prints what is compared; every logit is near enough a middle to be computed in float64, by BLAS.
_IN_DOUBT = """
import json, sys
from model import Scorer
from model.serving import exact_lstm
exact_lstm.MARGIN = 1.0
print(json.dumps([(one.probability.hex(), str(one)) for one in Scorer(exit=False).score(json.load(sys.stdin))]))
"""


def test_on_any_number_of_blas_threads() -> None:
    """A worker gives BLAS one thread; who uses `Scorer` in a program of their own gives it all."""
    texts = TEXTS[len(_ODD) + len(_SENT) :][:24]
    found = []
    for threads in ("1", "2"):
        env = os.environ | {"OPENBLAS_NUM_THREADS": threads}
        command = [sys.executable, "-c", _IN_DOUBT]
        done = subprocess.run(command, input=json.dumps(texts), env=env, capture_output=True, text=True, check=True)
        found.append(json.loads(done.stdout))
    assert found[0] == found[1]
    assert len({probability for probability, _ in found[0]}) > 15


def test_clauses_too() -> None:
    """By both of the small LSTM's runtimes, whose errors stay far below what is rounded."""
    compiled, plain = Scorer(threads=2), Scorer(compiled=False)
    clauses = list(dict.fromkeys(plain.clauses_of([*TEXTS, *(one.text for one in aspect_checks.read())])))
    assert len(clauses) > 600
    assert compiled._clause_logits(clauses).tolist() == plain._clause_logits(clauses).tolist()
    assert compiled.is_warm
    assert not plain.is_warm
    rows = [plain._vocabulary.ids(tokens) for clause in clauses[:600] if (tokens := tokenize(clause))]
    ids, lengths = np.concatenate(rows), np.asarray([len(row) for row in rows])
    exact = ExactLSTM(SHIPPED, CLAUSES).logits(rows)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ExactLSTM, "settled", lambda _exact, logits, _rows: logits)
        runtimes = [
            CompiledLSTM(SHIPPED, CLAUSES).logits(ids, np.cumsum(lengths) - lengths, lengths),
            plain._run(plain._clause_graph, ExactLSTM(SHIPPED, CLAUSES), rows),
        ]
    for logits in runtimes:
        assert 0 < np.abs(logits - exact).max() < MARGIN
