"""`reelfeel stress`: tables by hand, the command, the shipped model."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import cli
from model.data.errors import DataError
from model.evaluation import distortions, stress
from model.serving.verdict import Verdict

GOOD = "A wonderful film. I loved every minute of it, and the acting is superb."

BAD = "A terrible waste of time. The plot is awful and the acting is even worse."


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


def _by_stars(texts: list[str], _: str) -> list[Verdict]:
    """A scorer that stars turn, that a link makes unsure, and that has no label for "Hm."."""
    found = []
    for text in texts:
        label = "positive" if "good" in text or "\u2605" in text else "negative"
        unsure = text == "Hm." or "imdb" in text
        found.append(Verdict("uncertain" if unsure else label, 0.5, (), "by stars"))  # type: ignore[arg-type]
    return found


def test_endings_by_hand() -> None:
    rows = {row["ending"]: row for row in stress.endings(["A good film.", "A film.", "Dull.", "Hm."], _by_stars)}
    assert rows["3 emoji"] == {
        "ending": "3 emoji", "texts": 4, "sure": 3, "lost": 0, "changed": 0, "gained": 1, "share": 0.0
    }  # fmt: skip
    assert [rows["five stars"][key] for key in ("lost", "changed", "share")] == [0, 2, 0.666667]
    assert [rows["IMDb link"][key] for key in ("lost", "changed", "gained", "share")] == [3, 0, 0, 1.0]


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
    assert [row["ending"] for row in found["endings"]] == [one.name for one in distortions.ENDINGS]
    assert all(row["share"] == 0.0 for row in found["endings"])
    assert "terrible waste" not in target.read_text(encoding="utf-8")
    for word in ("negation", "all caps", "two sentences *", "GIF link", "turned into their opposite"):
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
