"""Aspects on the page of a report: every word of a user escaped, nothing where nothing is judged."""

from __future__ import annotations

from db.types import AspectCount
from reporting.aspects.page import aspects_compared, aspects_section
from reporting.html_page import page
from reporting.request import ReportRequest
from reporting.tables import ReportPart
from tests.bot.samples import report
from tests.reporting.aspects.samples import COUNTS, OTHER


def test_the_table_has_shares_intervals_and_two_quotes() -> None:
    told = "".join(aspects_section(COUNTS, "h2"))
    assert "75.0%<small>60–86%</small>" in told
    assert "+25.0<small>" in told
    assert told.count("<blockquote") == 3
    assert "<script>" not in told
    assert "&lt;script&gt;" in told
    assert "Beside other films" not in "".join(aspects_section(OTHER, "h2"))
    assert aspects_section([AspectCount("look", 0, 0, 3)], "h2") == []
    assert "acting: " in "".join(aspects_compared(COUNTS, OTHER))
    assert aspects_compared(COUNTS, ()) == []


def test_the_page_by_aspect_begins_with_them() -> None:
    both = report(aspects=COUNTS)
    by_aspect = page([ReportPart(ReportRequest(by="aspect"), both)])
    assert by_aspect.index("What is praised and blamed") < by_aspect.index("Verdicts over time")
    by_day = page([ReportPart(ReportRequest(), both)])
    assert by_day.index("What is praised and blamed") > by_day.index("Verdicts over time")
    assert "praised" not in page([ReportPart(ReportRequest(), report())])
    assert "was read for aspects" in page([ReportPart(ReportRequest(by="aspect"), report())])
    two = page(
        [ReportPart(ReportRequest(film=name), report(aspects=own)) for name, own in (("A", COUNTS), ("B", OTHER))]
    )
    assert "Share of praise, by aspect" in two
