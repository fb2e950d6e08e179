"""`reelfeel evaluate`: figures, slices, predictions, another model and the report, on made-up reviews."""

import builtins
import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import cli
from model.data import ratings as details
from model.data import readers
from model.data.readers import DataError, Reviews
from model.evaluation import evaluate, html_report, predictions, slices
from model.evaluation.evaluation import Evaluation

GOOD = "A wonderful film. I loved every minute of it, and the acting is superb."
BAD = "A terrible waste of time. The plot is awful and the acting is even worse."
SECRET = "zanzibar"


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 reviews of 12 films, with ids and stars; eight have the wrong label, and one has none."""
    rows = []
    for number in range(60):
        label = number % 2
        text = f"{GOOD if label else BAD} {SECRET} {number}<br />" + (
            " I would not miss it." if number % 3 == 0 else ""
        )
        wrong = number % 7 == 3
        stars = (9 if label else 2) if number != 7 else 11
        rows.append((f"r{number}", text, 1 - label if wrong else label, stars, f"film {number // 5}"))
    frame = pd.DataFrame(rows, columns=["id", "text", "label", "rating", "movie"])
    frame.loc[59, "label"] = -1
    path = tmp_path_factory.mktemp("labelled") / "made_up.parquet"
    frame.to_parquet(path)
    return path


@pytest.fixture(scope="module")
def outputs(labelled: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Evaluation, Path]:
    """One evaluation with everything it can write, against a model that always says 0.9."""
    folder = tmp_path_factory.mktemp("outputs")
    lines = [f"r{number},0.9" for number in reversed(range(60))]
    (folder / "other.csv").write_text("\n".join(["id,probability", *lines]) + "\n", encoding="utf-8")
    found = evaluate.run(
        labelled,
        output=folder / "figures.json",
        predicted=folder / "predictions.csv",
        html=folder / "report.html",
        against=folder / "other.csv",
        draws=100,
    )
    return found, folder


def test_figures_have_intervals_that_hold_them(outputs: tuple[Evaluation, Path]) -> None:
    found, folder = outputs
    written = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    assert found.metrics.accuracy == pytest.approx(51 / 59)
    for name in ("accuracy", "precision", "recall", "f1", "roc_auc", "log_loss"):
        interval = written["intervals"][name]
        assert interval["low"] < written["metrics"][name] < interval["high"]
    assert (written["resampled"], written["units"], written["skipped"]) == ("films", 12, 1)
    assert 0 < written["calibration"]["ece_if_calibrated"] < written["calibration"]["ece_if_calibrated_95"]
    assert "by bootstrap over 12 films" in evaluate.summary(found)


def test_slices_count_what_they_name(outputs: tuple[Evaluation, Path]) -> None:
    parts = {(part.by, part.name): part for part in outputs[0].slices}
    assert parts["stars", "9 stars"].reviews == 28
    assert parts["stars", "2 stars"].reviews == 30
    assert parts["line breaks", "with <br />"].reviews == 59
    assert ("line breaks", "without <br />") not in parts
    assert parts["negation", "more than 2 negations in 100 tokens"].reviews == 20
    assert parts["negation", "no negation"].reviews == 39
    for by in ("label", "length", "negation", "contrast", "line breaks", "own score"):
        assert sum(part.reviews for part in parts.values() if part.by == by) == 59, by
    for part in parts.values():
        assert 0 <= part.low <= part.accuracy <= part.high <= 1


def test_a_score_in_the_text_is_seen() -> None:
    texts = ["A solid 8/10.", "I give it 9 out of ten", "2.5/5 from me", "Seen on 8/11/2003.", "24/7 fun", "Nothing."]
    labels, ratings = np.asarray([1] * 6, dtype=np.int8), np.zeros(6, dtype=np.int8)
    parts = {part.name: part.reviews for part in slices.slices(texts, labels, ratings, np.full(6, 0.8))}
    assert parts["names a score such as 8/10"] == 3
    assert parts["names no score"] == 3


def test_another_models_predictions_are_matched_by_id(outputs: tuple[Evaluation, Path]) -> None:
    against = outputs[0].against
    assert against is not None
    # The other one always says positive.
    assert against["metrics"]["recall"] == 1.0
    paired = against["mcnemar"]
    assert paired["both"] + paired["only_a"] + paired["only_b"] + paired["neither"] == 59
    assert paired["difference"] == pytest.approx(outputs[0].metrics.accuracy - against["metrics"]["accuracy"], abs=1e-6)
    assert against["difference"]["low"] < paired["difference"] < against["difference"]["high"]
    assert paired["p_mid"] < 0.01


def test_predictions_are_ids_and_probabilities(outputs: tuple[Evaluation, Path], labelled: Path) -> None:
    file = outputs[1] / "predictions.csv"
    rows = list(csv.DictReader(file.open(encoding="utf-8")))
    assert list(rows[0]) == ["row", "id", "probability"]
    assert [row["id"] for row in rows] == [f"r{number}" for number in range(59)]
    assert float(rows[1]["probability"]) > 0.8 > 0.2 > float(rows[2]["probability"])
    itself = evaluate.run(labelled, against=file, draws=20).against
    assert itself is not None
    assert (itself["mcnemar"]["only_a"], itself["mcnemar"]["only_b"], itself["mcnemar"]["p_mid"]) == (0, 0, 1)


class _Page(HTMLParser):
    """Open tags, and what the page would load from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self.loads: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br", "img", "link"):
            self.open.append(tag)
        named = dict(attributes)
        if tag == "svg":
            self.pictures.append(named)
        if named.get("id"):
            self.ids.append(str(named["id"]))
        self.loads += [str(named[name]) for name in ("src", "href", "xlink:href") if named.get(name)]

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in ("meta", "br", "img", "link"):
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_report_stands_alone(outputs: tuple[Evaluation, Path]) -> None:
    text = (outputs[1] / "report.html").read_text(encoding="utf-8")
    page = _Page()
    page.feed(text)
    assert page.open == []
    assert len(page.pictures) == 5
    assert all(len(picture["aria-label"] or "") > 40 for picture in page.pictures)
    # Inside its own page only: nothing is fetched.
    assert all(address.startswith("#") for address in page.loads)
    assert "http" not in text.replace("http://www.w3.org", "")
    assert len(page.ids) == len(set(page.ids))
    assert {address[1:] for address in page.loads} <= set(page.ids)


def test_the_report_suits_both_backgrounds(outputs: tuple[Evaluation, Path]) -> None:
    text = (outputs[1] / "report.html").read_text(encoding="utf-8")
    style, _, body = text.partition("</style>")
    used = set(re.findall(r"var\((--[a-z]+)\)", text))
    light, dark = style.split("prefers-color-scheme: dark")
    assert used <= set(re.findall(r"(--[a-z]+):", light))
    assert used <= set(re.findall(r"(--[a-z]+):", dark))
    # No drawn colour is left that would not change with the background.
    assert set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", body)) <= {"#ffffff"}


def test_the_report_leads_with_the_figures_and_holds_no_text(outputs: tuple[Evaluation, Path]) -> None:
    found, folder = outputs
    text = (folder / "report.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    lead = text[text.index('class="lead"') :][:400]
    assert "On 59 labelled reviews of 12 films" in lead
    assert f"{100 * found.metrics.accuracy:.1f} %" in lead
    assert "other.csv" in text
    for file in folder.iterdir():
        assert SECRET not in file.read_text(encoding="utf-8")


def test_a_report_on_one_class_and_no_films_can_be_drawn() -> None:
    reviews = Reviews([GOOD, GOOD + " Yes.", BAD], np.asarray([1, 1, 1], dtype=np.int8), [""] * 3, ["a", "b", "c"])
    probabilities = np.asarray([0.99, 0.98, 0.01])
    parts = slices.slices(reviews.texts, reviews.labels, np.zeros(3, dtype=np.int8), probabilities)
    verdicts = [evaluate.Verdict("positive", float(p), (), "m") for p in probabilities]
    figures = evaluate._figures(reviews, verdicts, 0.0, 20)
    assert figures["metrics"].roc_auc is None
    assert "roc_auc" not in figures["intervals"]
    found = Evaluation("m", "<f>", "0" * 64, "all labelled", 0, **figures, slices=parts, against=None)
    text = html_report.page(found, probabilities, reviews.labels, 0.0)
    assert "&lt;f&gt;" in text
    assert "<f>" not in text
    assert "ROC-AUC" not in text
    assert "films" not in text[text.index("lead") :][:300]
    json.dumps(found.as_dict(), allow_nan=False)


def test_only_the_report_needs_seaborn(labelled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.split(".")[0] in ("seaborn", "sklearn", "scipy", "tensorflow"):
            raise ImportError(f"No module named '{name}'")
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    plain = CliRunner().invoke(cli.app, ["evaluate", str(labelled)])
    assert plain.exit_code == 0, plain.output
    assert "roc_auc" in plain.output
    drawn = CliRunner().invoke(cli.app, ["evaluate", str(labelled), "--html", str(tmp_path / "r.html")])
    assert drawn.exit_code == 78
    assert "make install-dev" in drawn.stderr
    assert not (tmp_path / "r.html").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "neither a model folder nor a CSV"),
        ("", "cannot be read"),
        ("id,score\na,1\n", "'probability'"),
        ("probability\n0.5\n", "'id' or 'row'"),
        ("id,probability\na,0.5\nb,1.5\n", "from 0 to 1"),
        ("id,probability\na,0.5\nb,\n", "from 0 to 1"),
        ("id,probability\na,0.5\n", "no prediction for 1 of the 2"),
        ("id,probability\na,0.5\na,0.6\nb,1\n", "same id twice"),
        ("row,probability\n1,0.5\n1,0.6\n3,1\n", "same row twice"),
        ("row,probability\n0,0.5\n3,0.6\n", "from 1 on"),
    ],
)
def test_wrong_predictions_are_named(tmp_path: Path, content: str | None, words: str) -> None:
    file = tmp_path / "p.csv"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=words):
        predictions.read(file, np.asarray([0, 2]), ["a", "b"])


def test_predictions_by_row_and_by_id(tmp_path: Path) -> None:
    rows = np.asarray([0, 2])
    predictions.write(tmp_path / "new" / "p.csv", rows, ["", ""], np.asarray([0.25, 0.75]))
    written = tmp_path / "new" / "p.csv"
    assert predictions.read(written, rows, ["", ""]).tolist() == [0.25, 0.75]
    # The file has ids, the other reviews have not: rows decide.
    assert predictions.read(written, rows[::-1], ["a", "b"]).tolist() == [0.75, 0.25]
    by_id = tmp_path / "i.csv"
    by_id.write_text("id,probability\nb,1\nc,0.5\na,0\n", encoding="utf-8")
    assert predictions.read(by_id, rows, ["a", "b"]).tolist() == [0.0, 1.0]
    with pytest.raises(DataError, match="column 'row'"):
        predictions.read(by_id, rows, ["a", ""])


def test_ids_and_stars_of_files_and_folders(tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text("Id,review,Stars\n7,x,10\n8,y,\n9,z,7.5\n,w,0\n", encoding="utf-8")
    found = details.read(file)
    assert found.ids == ["7", "8", "9", ""]
    assert found.ratings.tolist() == [10, 0, 0, 0]
    for name in ("pos/0_9.txt", "pos/10_7.txt", "pos/2_10.txt", "neg/0_1.txt", "unsup/0_0.txt"):
        (tmp_path / "acl" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "acl" / name).write_text(name, encoding="utf-8")
    found = details.read(tmp_path / "acl")
    assert [f"{name}.txt" for name in found.ids] == readers.read(tmp_path / "acl").texts
    assert found.ratings.tolist() == [9, 7, 10, 1, 0]
    (tmp_path / "plain.csv").write_text("review\nx\n", encoding="utf-8")
    assert details.read(tmp_path / "plain.csv").ratings.tolist() == [0]
