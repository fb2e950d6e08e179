"""The page of a report opens without a network and escapes what users wrote."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

from reporting.html_page import page
from reporting.request import ReportRequest
from reporting.tables import ReportPart
from tests.bot.samples import report
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
