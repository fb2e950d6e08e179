"""The report stands alone, suits both backgrounds, and holds no text."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np

from model.data.readers import Reviews
from model.evaluation import evaluate, html_report, slices
from model.evaluation.evaluation import Evaluation
from tests.model.made_up import SECRET

GOOD = "A wonderful film. I loved every minute of it, and the acting is superb."

BAD = "A terrible waste of time. The plot is awful and the acting is even worse."


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
