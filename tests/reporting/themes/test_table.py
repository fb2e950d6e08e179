"""Themes in a table, a workbook and a page."""

from __future__ import annotations

import csv
import io

from reporting.themes.of_report import ReportThemes
from reporting.themes.table import HEADER, page_section, rows, times
from reporting.themes.theme import Quote, Theme


def test_hostile_words_break_neither_table_nor_page() -> None:
    evil = Theme(
        "=1+1", 5, 50, 0, 50, 1.0, 3.0, 0.01, False, (Quote(4, '<img src=x onerror=alert(1)> | "a"\n, b'),)
    )  # fmt: skip
    themes = ReportThemes((evil,), (), (evil,), True, 50, False)
    shown = "".join(page_section(themes, "h2"))
    assert "<img" not in shown
    assert "a part of all" in shown
    from reporting.csv_table import csv_table

    line = next(csv.DictReader(io.StringIO(csv_table(HEADER, rows("x", themes.kinds())).decode("utf-8-sig"))))
    assert (line["theme"], line["quote_1_id"], line["quote_2"]) == ("'=1+1", "4", "")
    assert line["quote_1"].startswith("<img")
    assert times(evil) == "only here"
