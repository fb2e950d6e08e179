"""Files of a report: they open, hold the numbers, run nothing, need no network."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from db.types import Bucket
from reporting.html_page import page
from reporting.intervals import mean_difference, mean_interval, newcombe, t_quantile, wilson
from reporting.request import ReportRequest
from reporting.tables import HEADER, ReportPart, rows, table_bytes
from tests.bot.samples import report, result

EVIL = "=HYPERLINK(1)"
TEXT = "<script>alert(1)</script> A fine film. \x0b"


def parts(film: str = EVIL) -> list[ReportPart]:
    buckets = [Bucket(film, 6, 4, 1, 1, 0.7, 2, 0.2), Bucket("", 4, 2, 2, 0, 0.5)]
    shown = [result(text=TEXT, film=film, explanation=((0, 25, 0.1), (26, 38, 2.0)))]
    one = report(buckets=buckets, deviation=0.3, most_positive=shown, n_buckets=2, flags=(("too_short", 2),))
    return [ReportPart(ReportRequest(film=film, by="film"), one)]


def test_csv_holds_the_numbers_and_defuses_formulas() -> None:
    text = table_bytes(parts(), "csv").decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["bucket"] for row in found] == ["(all)", f"'{EVIL}", "(no film given)"]
    assert (found[1]["reviews"], found[1]["positive"], found[1]["flagged"]) == ("6", "4", "2")
    assert float(found[1]["average_low"]) < 0.7 < float(found[1]["average_high"])
    assert found[2]["average_low"] == ""


def test_a_workbook_opens_and_runs_nothing() -> None:
    book = openpyxl.load_workbook(io.BytesIO(table_bytes(parts(), "xlsx")))
    sheet, extremes = book["Report"], book["Most positive and negative"]
    assert [cell.value for cell in sheet[1]] == list(HEADER)
    assert sheet["B3"].value == f"'{EVIL}"
    assert not [cell for row in (*sheet, *extremes) for cell in row if cell.data_type == "f"]
    assert extremes["J2"].value == "A fine film."


def test_corrections_are_told_with_the_caution() -> None:
    one = ReportPart(ReportRequest(), report(corrections=4, corrected=3, agreed=1))
    sheet = openpyxl.load_workbook(io.BytesIO(table_bytes([one], "xlsx")))["Corrections"]
    assert [cell.value for cell in sheet[2]][1:5] == [10, 4, 3, 1]
    told = page([one])
    assert "What users corrected" in told
    assert "30.0 %" in told
    assert "25.0 %" in told
    assert "no random sample" in told
    assert "What users corrected" not in page([ReportPart(ReportRequest(), report())])


def test_parquet_has_types() -> None:
    table = pq.read_table(io.BytesIO(table_bytes(parts(), "parquet")))
    assert table.column_names == list(HEADER)
    assert table.column("reviews").to_pylist() == [10, 6, 4]
    assert table.column("bucket").to_pylist()[1] == EVIL
    assert table.schema.field("average_low").type == "double"


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
    assert "60.0 %" in text
    assert "31–83 %" in text
    assert not re.search(r"(?:http|//)[\w.]", re.sub(r"data:image/png;base64,[\w+/=]+", "", text))


def test_a_page_of_two_says_what_differs() -> None:
    other = ReportPart(ReportRequest(film="Up"), report(deviation=0.3))
    text = page([*parts("Heat"), other])
    assert "Difference" in text
    assert "which may be chance" in text


def test_rows_of_nothing() -> None:
    assert list(rows([ReportPart(ReportRequest(), report(total=0, buckets=[], mean_probability=None))])) == []


@given(total=st.integers(1, 10_000), data=st.data())
def test_wilson_is_scipys(total: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, total))
    expected = stats.binomtest(count, total).proportion_ci(method="wilson")
    assert wilson(count, total) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_students_t_is_scipys() -> None:
    assert [t_quantile(n) for n in (1, 2, 3)] == pytest.approx([stats.t.ppf(0.975, n) for n in (1, 2, 3)], abs=1e-3)
    many = [4, 5, 7.5, 10, 30, 100, 10_000]
    assert [t_quantile(n) for n in many] == pytest.approx([stats.t.ppf(0.975, n) for n in many], abs=3e-3)
    values = [0.2, 0.9, 0.4, 0.7, 0.65]
    mean, deviation = float(stats.tmean(values)), float(stats.tstd(values))
    low, high = stats.t.interval(0.95, 4, mean, stats.sem(values))
    assert mean_interval(mean, deviation, 5) == pytest.approx((low, high), abs=2e-3)


def test_differences_are_those_of_the_papers() -> None:
    """Newcombe 1998, table II, example (a), method 10; Welch from SciPy."""
    assert newcombe(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    found = stats.ttest_ind_from_stats(0.6, 0.2, 40, 0.5, 0.3, 25, equal_var=False)
    half = stats.t.ppf(0.975, found.df) * 0.1 / found.statistic if hasattr(found, "df") else None
    interval = mean_difference((0.6, 0.2, 40), (0.5, 0.3, 25))
    assert not interval.high < 0.1 < interval.low
    if half is not None:
        assert (interval.high - interval.low) / 2 == pytest.approx(half, abs=1e-3)


@pytest.mark.parametrize(("count", "total"), [(1, 0), (3, 2), (-1, 2)])
def test_no_share_of_nothing(count: int, total: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(count, total)
