"""Workbooks, odd and hostile ones too."""

from __future__ import annotations

import pytest

from tests.worker.files.helpers import (
    LONG,
    read,
    texts,
    xlsx_bytes,
)
from tests.worker.files.workbooks import BILLION_LAUGHS, NS, SHEET, STRINGS, inline, sheet, strings, workbook
from worker.files import errors
from worker.files.errors import FileError
from worker.files.limits import Limits


@pytest.mark.parametrize(
    "parts",
    [
        {SHEET: sheet(inline("&g;"), BILLION_LAUGHS)},
        {STRINGS: strings("<si><t>&g;</t></si>", BILLION_LAUGHS)},
        {STRINGS: "<sst"},
        {STRINGS: strings("")},
        {SHEET: sheet("<row r='9999999999'><c r='A9999999999' t='inlineStr'><is><t>x</t></is></c></row>")},
        {SHEET: sheet(inline("x", "ZZZ1"))},
        {SHEET: sheet("<row><c t='s'><v>77</v></c></row>")},
        {SHEET: ""},
        {"xl/workbook.xml": "<nothing/>"},
        {"xl/styles.xml": "x" * (33 << 20)},
    ],
)
def test_hostile_workbooks(parts: dict[str, str]) -> None:
    with pytest.raises(FileError):
        read(workbook(parts), "a.xlsx", limits=Limits(10_000, 1 << 30, 5_000))


@pytest.mark.parametrize("part", [SHEET, STRINGS])
def test_an_endless_cell_of_a_workbook_stops_early(part: str) -> None:
    start = f"<worksheet {NS}><sheetData><row><c t='inlineStr'><is><t>" if part == SHEET else f"<sst {NS}><si><t>"
    with pytest.raises(errors.BrokenFile, match="never ends"):
        read(workbook({part: start + "x" * (20 << 20)}), "a.xlsx", limits=Limits(10, 1 << 30, 100))


def test_the_first_sheet_with_reviews_is_read() -> None:
    data = xlsx_bytes([["n", "review"], [1, LONG]], before=[["a", "b"], [1, 2]])
    assert texts(data, "a.xlsx") == [LONG]
    data = xlsx_bytes([["n", "Bemerkungen"], [1, "x"]], before=[["review"], [LONG]])
    assert texts(data, "a.xlsx") == [LONG]
    assert texts(data, "a.xlsx", text_column="Bemerkungen") == ["x"]
    with pytest.raises(FileError, match="'nope'"):
        texts(data, "a.xlsx", text_column="nope")
