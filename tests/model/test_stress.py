"""`reelfeel stress`: what distortions do, which sentences are turned, and figures of a scorer with one word."""

import json
import random
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import cli
from model.data import reversals
from model.data.readers import DataError
from model.evaluation import distortions, stress
from model.serving.verdict import Verdict
from model.text.tokens import tokenize

TEXT = "I didn't like it at first.<br /><br />Then, at last, the music began! It was wonderful & new... Go see it?"
NUMBERS = ("one", "two", "three", "four", "five", "six")
LONG = " ".join(f"Sentence number {word} talks about the weather." for word in NUMBERS)
GOOD = "A wonderful film. I loved every minute of it, and the acting is superb."
BAD = "A terrible waste of time. The plot is awful and the acting is even worse."


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
    assert re.match(r"<@\d{18}> > ", marked)
    assert marked.count("**") == 2
    assert "https://example.org" in marked


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


@pytest.mark.parametrize(
    ("sentence", "label", "after"),
    [
        ("What a great movie!", 1, "What an awful movie!"),
        ("The acting was AWFUL.", 0, "The acting was GREAT."),
        ("Awful acting and music.", 0, "Great acting and music."),
        ("An excellent script.", 1, "A terrible script."),
        ("I really loved this film.", 1, "I really hated this film."),
        ("This is a masterpiece of a film.", 1, "This is a disaster of a film."),
    ],
)
def test_clear_sentences_are_turned(sentence: str, label: int, after: str) -> None:
    found = reversals.reversal(sentence, label)
    assert found is not None
    assert (found.before, found.after, found.label) == (sentence, after, label)


@pytest.mark.parametrize(
    ("sentence", "label"),
    [
        ("What a great movie!", 0),  # the word's side is not the review's
        ("The film is not great.", 1),
        ("It isn't a great film.", 1),
        ("The acting is great, the script is bad.", 1),
        ("A great film, but long.", 1),
        ("The film would be great with another cast.", 1),
        ("Is this a great film?", 1),
        ("The film cost a great deal.", 1),
        ("In this film the good guys win.", 1),
        ("She loved him all through the film.", 1),
        ("What a great day!", 1),  # names no part of a film
        ("Great film.", 1),  # two words
        ("A great film that I recommend.", 1),
        ("A great film, 9 points.", 1),
        ("This film about two brothers and their long way home from the sea is great.", 1),
    ],
)
def test_unclear_sentences_are_left_out(sentence: str, label: int) -> None:
    assert reversals.reversal(sentence, label) is None


def test_one_sentence_a_review_and_antonyms_both_ways() -> None:
    text = "We saw it on Monday. What a great movie! The acting is superb."
    found = list(reversals.reversals([text, "Nothing of note.", text], np.asarray([1, 1, 0], dtype=np.int8)))
    assert [one.before for one in found] == ["What a great movie!"]
    for word, other in reversals.ANTONYMS.items():
        assert reversals.ANTONYMS[other] == word
        assert (word in reversals.POSITIVE) != (other in reversals.POSITIVE)


def test_the_short_texts_are_sound() -> None:
    given = stress.read()
    assert 300 <= len(given.texts) <= 400
    assert len(set(given.texts)) == len(given.texts)
    for kind in set(given.kinds):
        labels = [label for label, name in zip(given.labels.tolist(), given.kinds, strict=True) if name == kind]
        assert sum(labels) * 2 == len(labels), kind
    kinds = set(given.kinds)
    assert {"negation", "stars", "emoji", "capitals", "typos", "book", "restaurant", "game", "product"} <= kinds


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["kind\tlabel\ttext", "a\t1\tx"], "columns"),
        (["kind\tlabel\tpair\ttext", "a\tgood\t\tx"], "columns"),
        (["kind\tlabel\tpair\ttext", "a\t1\t7\tx", "a\t1\t7\ty"], "pair"),
        (["kind\tlabel\tpair\ttext", "a\t1\t7\tx"], "pair"),
        ([], "cannot be read"),
    ],
)
def test_wrong_stress_tables_are_named(tmp_path: Path, lines: list[str], words: str) -> None:
    path = tmp_path / "s.tsv"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError, match=words):
        stress.read(path)


def _by_word(texts: list[str], _: str) -> list[Verdict]:
    """A scorer that knows one word and is blind to capitals, so that every figure can be counted by hand."""
    p = [0.9 if "good" in text else 0.2 for text in texts]
    return [Verdict("positive" if value > 0.5 else "negative", value, (), "by word") for value in p]


def test_kinds_and_pairs_by_hand() -> None:
    texts = ["good", "good!", "bad", "not good", "fine", "awful"]
    labels = np.asarray([1, 1, 0, 0, 1, 0], dtype=np.int8)
    given = stress.Texts(
        texts, labels, ["plain", "pair", "pair", "pair", "pair", "plain"], ["", "1", "1", "2", "2", ""]
    )
    plain, pair, everything = stress.kinds(given, _by_word)
    assert (plain["kind"], plain["texts"], plain["right"]) == ("plain", 2, 2)
    assert "pairs" not in plain
    # Pair 1 is right on both sides; pair 2 is wrong on both and moves the wrong way.
    assert (pair["pairs"], pair["flipped"], pair["moved"], pair["accuracy"]) == (2, 0.5, 0.5, 0.5)
    assert pair["probability_positive"] == pytest.approx((0.9 + 0.2) / 2)
    assert (everything["kind"], everything["texts"], everything["right"]) == ("all", 6, 4)


def test_distortions_by_hand() -> None:
    labels = np.asarray([1] * 6 + [0] * 4, dtype=np.int8)
    rows = {
        row["distortion"]: row for row in stress.distortions(["A good film."] * 6 + ["A film."] * 4, labels, _by_word)
    }
    assert rows["untouched"]["accuracy"] == 1.0
    assert rows["lower case"]["difference"] == 0.0
    # Every "good" is lost in capitals: six verdicts change sides.
    assert (rows["all caps"]["accuracy"], rows["all caps"]["kept"]) == (0.4, 0.4)
    assert rows["all caps"]["difference"] == -0.6
    assert rows["all caps"]["p"] == pytest.approx(0.5**6)
    assert rows["first sentence"]["part"]
    assert not rows["typos"]["part"]


def test_reversals_by_hand() -> None:
    texts = ["A good little film.", "A great little film.", "A bad little film.", "Nothing."]
    found = stress.reversals(texts, np.asarray([1, 1, 0, 1], dtype=np.int8), _by_word)
    # good -> bad flips, bad -> good flips; "great" is unknown to this scorer: wrong before, right after.
    assert (found["pairs"], found["positive_before"]) == (3, 2)
    assert (found["before"]["right"], found["after"]["right"]) == (2, 3)
    assert found["flipped"] == pytest.approx(2 / 3, abs=1e-6)
    assert found["of_right"] == 1.0
    assert found["moved"] == pytest.approx(2 / 3, abs=1e-6)
    assert stress.reversals(["Nothing."], np.asarray([1], dtype=np.int8), _by_word) == {"pairs": 0}


def test_the_command_prints_and_writes_figures_without_texts(tmp_path: Path) -> None:
    source, target = tmp_path / "f.csv", tmp_path / "new" / "s.json"
    rows = [(GOOD if number % 2 else BAD) + f" Seen {number} times." for number in range(30)]
    pd.DataFrame({"review": rows, "sentiment": [number % 2 for number in range(30)]}).to_csv(source, index=False)
    result = CliRunner().invoke(cli.app, ["stress", str(source), "--all-rows", "-o", str(target)])
    assert result.exit_code == 0, result.output
    found = json.loads(target.read_text(encoding="utf-8"))
    assert found["rows"] == "all labelled"
    assert [row["distortion"] for row in found["distortions"]] == [
        "untouched",
        *(d.name for d in distortions.DISTORTIONS),
    ]
    assert all(row["texts"] == 30 for row in found["distortions"])
    assert "terrible waste" not in target.read_text(encoding="utf-8")
    for word in ("negation", "all caps", "two sentences *", "turned into their opposite"):
        assert word in result.stdout


def test_without_a_file_only_the_short_texts_are_judged() -> None:
    result = CliRunner().invoke(cli.app, ["stress"])
    assert result.exit_code == 0, result.output
    assert "pair: negated" in result.stdout
    assert "all caps" not in result.stdout


def test_the_shipped_model_does_not_collapse() -> None:
    # Floors far below what any good model reads: they tell a broken one.
    found = {row["kind"]: row for row in stress.run()["kinds"]}
    others = [found[kind]["right"] for kind in ("book", "restaurant", "game", "product")]
    assert sum(others) >= 45
    assert min(others) >= 9
    for kind in ("plain", "capitals", "typos"):
        assert found[kind]["accuracy"] > 0.65, kind
    assert found["pair: swapped word"]["flipped"] > 0.5
    assert found["all"]["moved"] > 0.7


def test_a_wrong_file_or_model_ends_with_one_sentence(tmp_path: Path) -> None:
    missing = CliRunner().invoke(cli.app, ["stress", str(tmp_path / "none.csv")])
    assert (missing.exit_code, "does not exist" in missing.stderr) == (65, True)
    folder = CliRunner().invoke(cli.app, ["stress", "--model", str(tmp_path)])
    assert (folder.exit_code, "incomplete" in folder.stderr) == (78, True)
