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
    "text",
    [
        "What is the capital of France?",
        "I had pizza for dinner",
        "The battery died after a week.",
        "The waiter was rude and the soup cold.",
        "A young man moves to Paris and falls in love with a dancer.",
    ],
)
def test_texts_about_other_things_have_no_verdict(scorer: Scorer, text: str) -> None:
    (verdict,) = scorer.score([text])
    assert (verdict.label, verdict.stars) == ("uncertain", None)
    assert "not_a_review" in verdict.flags


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Terrible.", "negative"),
        ("Total waste of time", "negative"),
        ("It was boring.", "negative"),
        ("I want my money back.", "negative"),
        ("What a waste of time", "negative"),
        ("That was awesome!", "positive"),
        ("10/10 would watch again", "positive"),
        ("Don't watch it.", "negative"),
        ("I loved it so much", "positive"),
        ("Hilarious from start to finish", "positive"),
        ("Great fun for the whole family.", "positive"),
        ("Loved it, watched it with my mum.", "positive"),
    ],
)
def test_short_reviews_keep_their_verdict(scorer: Scorer, text: str, label: str) -> None:
    (verdict,) = scorer.score([text])
    assert verdict.label == label
    assert "not_a_review" not in verdict.flags


def test_the_card_keeps_what_was_promised(scorer: Scorer) -> None:
    """On texts that were never fitted on (`model.data.topic_texts`): sure verdicts, and what reviews lose."""
    found = scorer.card["metrics"]["topic"]
    most = {"chat": 0.15, "question": 0.05, "plot": 0.4, "restaurant": 0.4, "product": 0.4}
    assert {kind: found[kind]["sure"] for kind, share in most.items() if found[kind]["sure"] > share} == {}
    assert found["critic"]["flagged"] <= 0.01
    assert found["review"]["flagged"] <= 0.003
    assert found["opinion"]["flagged"] <= 0.1


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The story is about a baker. \u2605\u2605\u2605\u2605\u2605", "positive"),
        ("The story is about a baker. \u2605\u2606\u2606\u2606\u2606", "negative"),
        ("I have seen it. \u2605\u2605\u2605\u2605\u2605", "positive"),
        ("I have seen it. \u2605\u2606\u2606\u2606\u2606", "negative"),
        ("\u2605\u2605\u2605\u2605\u2606 would watch again", "positive"),
        ("We saw it on Tuesday. \u2605\u2605\u2605\u2605\u2605", "positive"),
        ("We saw it on Tuesday. \u2605", "negative"),
        ("10/10", "positive"),
        ("one star", "negative"),
        ("This movie \U0001f44e\U0001f44e", "negative"),
        ("<Loved every minute of it, a wonderful film>", "positive"),
    ],
)
def test_signs_that_say_something_count(scorer: Scorer, text: str, label: str) -> None:
    assert scorer.score([text])[0].label == label


def test_signs_turn_a_word_that_says_the_opposite_and_leave_a_doubt(scorer: Scorer) -> None:
    for verdict in scorer.score(["Boring. 10/10", "Boring. \u2605\u2605\u2605\u2605\u00bd"]):
        assert verdict.probability > 0.5
        assert verdict.label == "uncertain"  # of short texts those are sure that are right 95 % of the time


@pytest.mark.parametrize("text", ["Boring and awful.", "I want my money back.", "Loved it.", "A warm, funny film."])
def test_sure_words_keep_their_verdict_whatever_the_stars(scorer: Scorer, text: str) -> None:
    stars = ["\u2605" * 5, "\u2b50" * 3, "\u2605" * 2]
    alone, five, three, two = scorer.score([text, *(f"{text} {row}" for row in stars)])
    assert {verdict.label for verdict in (five, three, two)} == {alone.label}
    said = ["stars_disagree" in verdict.flags for verdict in (alone, five, three, two)]
    assert said == [False, alone.label == "negative", False, alone.label == "positive"]
    # Where the words decide, they do as if nothing stood beside them.
    against = five if alone.label == "negative" else two
    assert against.probability == alone.probability


def test_stars_that_nobody_adorns_with_count_and_what_they_contradict_is_said(scorer: Scorer) -> None:
    (verdict,) = scorer.score(["Loved it. \u2605\u2606\u2606\u2606\u2606"])
    assert verdict.probability < 0.5
    assert "stars_disagree" in verdict.flags
