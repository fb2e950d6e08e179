"""Distortions do what they say, alike for the same seed, on any text."""

import random
import re
from itertools import pairwise

import pytest

from model.evaluation import distortions
from model.text.tokens import tokenize

TEXT = "I didn't like it at first.<br /><br />Then, at last, the music began! It was wonderful & new... Go see it?"

NUMBERS = ("one", "two", "three", "four", "five", "six")

LONG = " ".join(f"Sentence number {word} talks about the weather." for word in NUMBERS)


def _apply(name: str, text: str, seed: int = 1) -> str:
    one = next(each for each in distortions.DISTORTIONS if each.name == name)
    return distortions.distorted(one, [text], seed)[0]


def test_each_distortion_does_what_it_says() -> None:
    assert _apply("all caps", "Mixed <br /> Case") == "MIXED <BR /> CASE"
    assert _apply("lower case", "Mixed Case") == "mixed case"
    plain = _apply("no punctuation", TEXT)
    assert "didn't" in plain
    assert not re.search(r"[^\w\s']", plain)
    assert tokenize(plain) == [token for token in tokenize(TEXT) if token[0].isalnum() or "'" in token]
    assert _apply("no apostrophes", "Don\u2019t, don't") == "Dont, dont"
    assert _apply("first sentence", TEXT) == "I didn't like it at first."
    assert _apply("last sentence", TEXT) == "Go see it?"
    assert _apply("repeated twice", "One.") == "One.\nOne."
    assert _apply("first 30 words", LONG).split() == LONG.split()[:30]
    assert TEXT in _apply("chatter", TEXT)
    assert len(_apply("chatter", TEXT)) > len(TEXT) + 60
    marked = _apply("Discord markup", TEXT)
    quoted, _, own = marked.partition("\n")
    assert quoted.startswith("> ")
    assert re.match(r"<@\d{18}> ", own)
    assert (own.count("**"), own.count("||")) == (2, 2)
    assert "https://example.org" in own
    # Nothing of it is the writer's but the review, breaks aside.
    assert tokenize(marked) == tokenize(TEXT)


def test_each_ending_is_put_behind_the_text() -> None:
    ended = {one.name: distortions.ended(one, ["Fine.", "Dull."]) for one in distortions.ENDINGS}
    assert list(ended) == ["3 emoji", "5 emoji", "five stars", "IMDb link", "GIF link"]
    for first, second in ended.values():
        assert first.startswith("Fine. ")
        assert second.startswith("Dull. ")
    assert [len(ended[name][0]) for name in ("3 emoji", "5 emoji", "five stars")] == [9, 11, 11]
    assert ended["five stars"][1] == "Dull. \u2605\u2605\u2605\u2605\u2605"
    assert "imdb.com/title/tt" in ended["IMDb link"][0]
    assert distortions.ended(distortions.ENDINGS[0], ["Fine."], 5) == distortions.ended(
        distortions.ENDINGS[0], ["Fine."], 5
    )


def test_spans_are_whole_sentences_from_anywhere() -> None:
    sentences = [f"{part.strip()}." for part in LONG.split(".") if part.strip()]
    single = {_apply("random sentence", LONG, seed) for seed in range(60)}
    assert single == set(sentences)
    double = {_apply("two sentences", LONG, seed) for seed in range(60)}
    assert double == {f"{one} {other}" for one, other in pairwise(sentences)}
    for name in ("random sentence", "two sentences", "first sentence", "last sentence"):
        assert _apply(name, "Only this one") == "Only this one"


def test_one_word_in_fifteen_has_a_typo() -> None:
    words = ["wonderful", "music", "and", "acting", "of", "it"] * 2_000
    text = " ".join(words) + "<br />"
    spoiled = _apply("typos", text)
    assert spoiled.endswith("<br />")
    changed = [(old, new) for old, new in zip(words, spoiled.removesuffix("<br />").split(), strict=True) if old != new]
    # Words of one or two letters stay; a swap or a double may leave a word as it was only where letters repeat.
    assert len(changed) == pytest.approx(8_000 / 15, rel=0.15)
    for old, new in changed:
        assert abs(len(old) - len(new)) <= 1
        assert old[0] == new[0]
        assert set(new) <= set(old)
    assert {len(new) - len(old) for old, new in changed} == {-1, 0, 1}


def test_the_same_seed_spoils_alike() -> None:
    for one in distortions.DISTORTIONS:
        assert distortions.distorted(one, [LONG, TEXT]) == distortions.distorted(one, [LONG, TEXT])
    assert _apply("typos", LONG * 5, 1) != _apply("typos", LONG * 5, 2)


@pytest.mark.parametrize("text", ["", " ", "?", "<br />", "\ud800", "a", "''", "日本語。映画。", "x" * 5_000])
def test_any_text_can_be_spoiled(text: str) -> None:
    for one in distortions.DISTORTIONS:
        assert isinstance(one.apply(text, random.Random(1)), str)
