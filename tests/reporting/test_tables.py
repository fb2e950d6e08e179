"""A report as rows, CSV, workbook and Parquet: the numbers are in it, and nothing runs."""

from __future__ import annotations

import csv
import io

import openpyxl
import pyarrow.parquet as pq

from reporting.aspects.figures import HEADER as ASPECTS
from reporting.html_page import page
from reporting.request import ReportRequest
from reporting.tables import HEADER, ReportPart, rows, table_bytes
from tests.bot.samples import report
from tests.reporting.aspects.samples import COUNTS
from tests.reporting.parts import EVIL, parts


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
    assert extremes["L2"].value == "A fine film."


def test_corrections_are_told_with_the_caution() -> None:
    one = ReportPart(ReportRequest(), report(corrections=4, corrected=3, agreed=1))
    sheet = openpyxl.load_workbook(io.BytesIO(table_bytes([one], "xlsx")))["Corrections"]
    assert [cell.value for cell in sheet[2]][1:5] == [10, 4, 3, 1]
    told = page([one])
    assert "What users corrected" in told
    assert "30.0%" in told
    assert "25.0%" in told
    assert "no random sample" in told
    assert "What users corrected" not in page([ReportPart(ReportRequest(), report())])


def test_parquet_has_types() -> None:
    table = pq.read_table(io.BytesIO(table_bytes(parts(), "parquet")))
    assert table.column_names == list(HEADER)
    assert table.column("reviews").to_pylist() == [10, 6, 4]
    assert table.column("bucket").to_pylist()[1] == EVIL
    assert table.schema.field("average_low").type == "double"


def test_rows_of_nothing() -> None:
    assert list(rows([ReportPart(ReportRequest(), report(total=0, buckets=[], mean_probability=None))])) == []


def test_a_report_by_aspect_is_a_table_of_aspects() -> None:
    part = ReportPart(ReportRequest(film="Heat", by="aspect"), report(aspects=COUNTS))
    found = list(csv.DictReader(io.StringIO(table_bytes([part], "csv").decode("utf-8-sig"), newline="")))
    assert [(row["aspect"], row["for"]) for row in found][:2] == [("acting", "30"), ("pacing", "5")]
    assert found[0]["blame"].endswith("=cmd()")
    table = pq.read_table(io.BytesIO(table_bytes([part], "parquet")))
    assert table.column_names == list(ASPECTS)
    assert table.column("against").to_pylist() == [10, 15, 1, 1]
    sheet = openpyxl.load_workbook(io.BytesIO(table_bytes(parts(), "xlsx")))["Aspects"]
    assert [cell.value for cell in sheet[1]] == list(ASPECTS)
