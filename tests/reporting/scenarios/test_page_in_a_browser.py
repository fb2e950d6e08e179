"""The page of a report as a browser lays it out, at the widths people have. Needs Debian's chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from db.types import Bucket
from reporting.html_page import page
from reporting.request import ReportRequest
from reporting.tables import ReportPart
from tests.bot.samples import report, result

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FILMS = (
    "Heat", "The Lord of the Rings: The Fellowship of the Ring", "Arrival", "Spirited Away", "Her", "Up", "Alien",
    "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb", "No Country for Old Men", "Parasite",
    "Mad Max: Fury Road", "Whiplash", "",
)  # fmt: skip
TEXT = "I went in expecting little, and the first hour kept me there. A few scenes drag on, but the ending is superb. "
MEASURE = """() => ({
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    height: document.documentElement.scrollHeight,
    names: [...document.querySelectorAll("table.buckets td:first-child")].map(cell => cell.clientWidth),
    cut: [...document.querySelectorAll("td, th, p, li, blockquote, h1, h2, h3")]
        .filter(one => one.scrollWidth > one.clientWidth + 1).length,
})"""

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    buckets = [Bucket(film, 90 - n, 50, 30 - n, 10, 0.6, 4, 0.3) for n, film in enumerate(FILMS)]
    shown = [result(text=TEXT * 2, film=film, explanation=((0, 62, 2.0),)) for film in FILMS[:3]]
    total = sum(one.total for one in buckets)
    made = report(
        total=total, n_positive=650, n_negative=total - 780, n_uncertain=130, n_flagged=52, deviation=0.3,
        buckets=buckets, n_buckets=len(buckets), most_positive=shown, most_negative=shown,
        flags=(("too_short", 40), ("not_english", 12)),
    )  # fmt: skip
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(page([ReportPart(ReportRequest(by="film"), made)]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("width", "name_px", "most_px"), [(400, 120, 5_500), (800, 150, 4_800), (1200, 250, 4_500)], ids=str
)
def test_names_have_room_and_nothing_hangs_over(
    browser: Any, file: Path, width: int, name_px: int, most_px: int
) -> None:
    view = browser.new_page(viewport={"width": width, "height": 900})
    view.goto(file.as_uri())
    seen = view.evaluate(MEASURE)
    view.close()
    assert seen["overflow"] <= 0, "the page moves sideways"
    assert len(seen["names"]) == len(FILMS)
    assert min(seen["names"]) >= name_px, "the column of names is narrow"
    assert seen["cut"] == 0, "a text is wider than its box"
    assert seen["height"] <= most_px


def test_printed_it_is_light_and_whole(browser: Any, file: Path) -> None:
    view = browser.new_page(viewport={"width": 700, "height": 900}, color_scheme="dark")
    view.goto(file.as_uri())
    view.emulate_media(media="print", color_scheme="dark")
    paper = view.evaluate("getComputedStyle(document.body).backgroundColor")
    seen = view.evaluate(MEASURE)
    view.close()
    assert paper == "rgb(255, 255, 255)"
    assert seen["overflow"] <= 0
