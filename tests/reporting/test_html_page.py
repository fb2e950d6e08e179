"""The page of a report opens without a network and escapes what users wrote."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

from common.i18n import use_locale
from db.types import Bucket, Score, StarSums
from reporting.html_page import page
from reporting.request import ReportRequest
from reporting.tables import ReportPart
from tests.bot.samples import report, result
from tests.reporting.parts import parts


class Links(HTMLParser):
    """Everything on a page that a browser would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.outside: list[str] = []
        self.pictures = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href", "srcset", "action"):
                self.pictures += (value or "").startswith("data:image/png;base64,")
                if not (value or "").startswith("data:image/png;base64,"):
                    self.outside.append(value or "")
            if name.startswith("on"):
                self.outside.append(name)
        if tag in ("script", "iframe", "link"):
            self.outside.append(tag)


def test_the_page_opens_without_a_network_and_escapes() -> None:
    text = page(parts("<img src=x onerror=alert(1)>"), made=datetime(2026, 3, 1, tzinfo=UTC))
    links = Links()
    links.feed(text)
    assert links.outside == []
    assert links.pictures == 4, "two charts, each for light and dark"
    assert "<mark>A fine film.</mark>" in text
    assert "2026-03-01" in text
    assert "60.0%" in text
    assert "31–83%" in text
    assert not re.search(r"(?:http|//)[\w.]", re.sub(r"data:image/png;base64,[\w+/=]+", "", text))


def test_a_page_of_two_says_what_differs() -> None:
    other = ReportPart(ReportRequest(film="Up"), report(deviation=0.3))
    text = page([*parts("Heat"), other])
    assert "Difference" in text
    assert "which could be chance" in text


LOOK = {
    "copies": {"count": 12, "rows": [3, 4, 5, 6, 7, 8]},
    "adverts": {"count": 1, "rows": [9]},
    "bursts": [{"day": "2026-03-01", "count": 40, "first": 100, "last": 1200}],
}


def test_stars_and_what_deserves_a_second_look_are_told_where_there_is_something_to_tell() -> None:
    sums = StarSums.of_scores(Score(n, "positive", 0.9, stars=8.0, rating=1000 if n else 100) for n in range(10))
    bucket = Bucket("2026-03-09", 10, 6, 3, 1, 0.6, stars=sums)
    against = [result(text="Fine, just fine <b>.", rating=100)]
    one = report(buckets=[bucket], stars=sums, mismatches=against, hygiene=LOOK)
    with use_locale("de"):
        text = page([ReportPart(ReportRequest(job=4), one)])
    for told in (
        "Stars of 10, estimated", "8.0", "90.0%", "Words against stars", "given 1 of 10 stars", "just fine &lt;b&gt;.",
        "12 near-copies of earlier rows: 3, 4, 5, 6, 7 and 7 more", "1 row that reads like an advert: 9",
        "40 reviews on 2026-03-01 alone, from row 100 to 1,200", '<th scope="col">Stars of 10</th>',
    ):  # fmt: skip
        assert told in text, told
    plain = page([ReportPart(ReportRequest(job=4), report())])
    assert "Stars" not in plain
    assert "second look" not in plain
