"""`reelfeel evaluate --aspects`: the labelled sentences, figures by hand, the command, the shipped model."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import cli
from common.aspects import NAMES
from model.aspects.finder import Aspect
from model.data.errors import DataError
from model.evaluation import aspect_checks
from model.evaluation.aspect_checks import PARTS, figures, pairs, read, silent
from model.serving.scorer import Scorer


def _aspect(name: str, start: int, end: int, polarity: str = "positive") -> Aspect:
    return Aspect(name, start, end, polarity, 0.5)  # type: ignore[arg-type]


def test_the_labelled_sentences_are_sound() -> None:
    given = read()
    assert len(given) >= 600
    assert len({one.text for one in given}) == len(given)
    assert {one.part for one in given} == set(PARTS)
    for part in ("dev", "test"):
        named = [aspect.name for one in given if one.part == part for aspect in one.aspects]
        assert set(named) == set(NAMES)
    assert sum(not one.aspects for one in given) > 60  # plot and facts
    assert sum(len(one.aspects) > 1 for one in given) > 100


def test_bars_cut_texts_and_labels(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("kind\tlabels\ttext\nx\tacting+ story+|-|music0\tGood, |he said, |by Bo.\n")
    (one,) = read(path)
    assert one.text == "Good, he said, by Bo."
    assert [(a.name, one.text[a.start : a.end], a.polarity) for a in one.aspects] == [
        ("acting", "Good,", "positive"),
        ("story", "Good,", "positive"),
        ("music", "by Bo.", "neutral"),
    ]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("kind\ttext\nx\ty", "columns"),
        ("kind\tlabels\ttext\nx\tacting+|story-\tone clause", "line 2"),
        ("kind\tlabels\ttext\nx\tplot+\ta", "line 2"),
        ("kind\tlabels\ttext\nx\tacting?\ta", "line 2"),
        ("kind\tlabels\ttext\nx\tacting+", "line 2"),
    ],
)
def test_wrong_tables_are_named(tmp_path: Path, lines: str, words: str) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(lines)
    with pytest.raises(DataError, match=words):
        read(path)


def test_an_aspect_is_found_once_and_in_its_place() -> None:
    gold = [_aspect("acting", 0, 10), _aspect("acting", 20, 30), _aspect("story", 20, 30)]
    found = [_aspect("acting", 2, 9), _aspect("story", 0, 10), _aspect("acting", 0, 10)]
    assert pairs(gold, found) == [(gold[0], found[0])]


def test_figures_by_hand() -> None:
    gold = [[_aspect("acting", 0, 10), _aspect("music", 12, 20, "negative")], [_aspect("look", 0, 9, "neutral")], []]
    found = [[_aspect("acting", 0, 10, "negative"), _aspect("music", 12, 20, "negative")], [], [_aspect("film", 0, 5)]]
    given = figures(gold, found)
    assert (given["sentences"], given["labelled"], given["found"]) == (3, 3, 3)
    assert (
        given["precision"]["share"]
        == given["recall"]["share"]
        == given["f1"]["share"]
        == pytest.approx(2 / 3, abs=1e-4)
    )
    assert given["f1"]["low"] <= given["f1"]["share"] <= given["f1"]["high"]
    # Of the two that were found and judge, one is judged rightly.
    assert (given["polarity"]["share"], given["polarity"]["of"]) == (0.5, 2)


def test_what_judges_nothing_should_get_no_judgement() -> None:
    rows = read()
    plots = [one for one in rows if one.kind == "plot"][:2]
    judged = [[_aspect("film", 0, 5)], [_aspect("music", 0, 5, "neutral")]]
    assert silent(plots, judged)["share"] == 0.5


def test_no_sentences_no_figures() -> None:
    assert figures([], [])["f1"]["share"] == 0.0


def test_the_shipped_model_holds_its_figures() -> None:
    """Somewhat below what docs/aspects.md states, so that a change that costs points is seen."""
    scorer = Scorer()
    given = aspect_checks.labelled(scorer, read())
    for part, least in (("dev", 0.87), ("test", 0.79)):
        ours, listed, whole = (given["parts"][part][way] for way in ("aspects", "word list", "whole sentence"))
        assert ours["f1"]["share"] > least > listed["f1"]["share"]
        assert ours["polarity"]["share"] > 0.89 > whole["polarity"]["share"]
    reviews = ["The acting is superb and I loved the music."] * 3 + ["The plot is awful."]
    weak = aspect_checks.weak(scorer, reviews, np.asarray([1, 1, 0, 0], dtype=np.int8))["aspects"]
    assert (weak["music"]["of"], weak["music"]["share"]) == (3, pytest.approx(0.6667))
    assert (weak["story"]["of"], weak["story"]["share"]) == (1, 1.0)


def test_the_command_prints_and_writes_figures_without_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = read()[:5]
    monkeypatch.setattr(aspect_checks, "read", lambda: few)
    frame = pd.DataFrame({"text": ["The acting is superb.", "The plot is awful."], "label": [1, 0]})
    frame.to_csv(tmp_path / "r.csv", index=False)
    out = tmp_path / "figures.json"
    result = CliRunner().invoke(cli.app, ["evaluate", "--aspects", str(tmp_path / "r.csv"), "--output", str(out)])
    assert result.exit_code == 0, result.output
    assert "word list" in result.output
    written = out.read_text()
    assert json.loads(written)["reviews"]["aspects"]["acting"]["of"] == 1
    assert "superb" not in written


def test_evaluate_needs_a_file_or_aspects() -> None:
    assert CliRunner().invoke(cli.app, ["evaluate"]).exit_code == 2
    result = CliRunner().invoke(cli.app, ["evaluate", "--aspects", "--html", "x.html"])
    assert result.exit_code == 2
