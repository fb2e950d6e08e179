"""What people really send: verdicts on the kinds of texts of the shared cases, and on cases of our own of each kind.

The shared cases lie outside the repository; where the folder is missing, ours stand alone.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from model import Scorer, Verdict

SHARED = Path(__file__).parents[4] / "shared" / "cases" / "cases.json"


def _shared() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(SHARED.read_text(encoding="utf-8"))["texts"] if SHARED.is_file() else []
    return found


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(compiled=False)


def _holds(expect: Any, verdict: Verdict, verdicts: dict[str, Verdict]) -> bool:
    if isinstance(expect, dict) and "or" in expect:
        return any(_holds(one, verdict, verdicts) for one in expect["or"])
    if isinstance(expect, dict):
        other = verdicts[expect["same_as"]]
        near = abs(other.probability - verdict.probability) <= expect["tolerance"]
        return near and other.label == verdict.label
    if expect in ("not_a_review", "no_label"):
        flagged = expect == "no_label" or "not_a_review" in verdict.flags
        return verdict.label == "uncertain" and verdict.stars is None and flagged
    return bool(verdict.label == expect)


@pytest.mark.skipif(not SHARED.is_file(), reason="the shared cases lie outside the repository")
def test_shared_cases(scorer: Scorer) -> None:
    cases = _shared()
    verdicts = dict(zip([case["id"] for case in cases], scorer.score([case["text"] for case in cases]), strict=True))
    failed = {case["id"] for case in cases if not _holds(case["expect"], verdicts[case["id"]], verdicts)}
    assert failed == set()


@pytest.mark.parametrize(
    "text", ["", ".", "\U0001f44e\U0001f44e", "n/a", "[deleted]", "https://boxd.it/1a2B3c", "> So good.", "1234"]
)
def test_texts_without_a_word_have_no_verdict(scorer: Scorer, text: str) -> None:
    (verdict,) = scorer.score([text])
    assert (verdict.label, verdict.stars) == ("uncertain", None)
    assert "not_a_review" in verdict.flags


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The story is about a baker. \u2605\u2605\u2605\u2605\u2605", "positive"),
        ("The story is about a baker. \u2605\u2606\u2606\u2606\u2606", "negative"),
        ("10/10", "positive"),
        ("one star", "negative"),
        ("This movie \U0001f44e\U0001f44e", "negative"),
        ("<Loved every minute of it, a wonderful film>", "positive"),
    ],
)
def test_signs_that_say_something_count(scorer: Scorer, text: str, label: str) -> None:
    assert scorer.score([text])[0].label == label
