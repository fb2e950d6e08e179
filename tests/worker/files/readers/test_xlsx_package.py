"""The parts of a workbook."""

from __future__ import annotations

import pytest

from tests.worker.files.helpers import read, texts
from tests.worker.files.workbooks import BILLION_LAUGHS, SHEET, STRINGS, sheet, strings, workbook
from worker.files import errors


@pytest.mark.parametrize(
    "parts",
    [
        {SHEET: sheet("", BILLION_LAUGHS)},
        {STRINGS: strings("<si><t>x</t></si>", '<!DOCTYPE sst SYSTEM "file:///etc/passwd">')},
        {"xl/workbook.xml": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><workbook>&b;</workbook>'},
        {"xl/styles.xml": BILLION_LAUGHS + "<styleSheet/>"},
    ],
)
def test_a_workbook_with_a_document_type_is_refused(parts: dict[str, str]) -> None:
    with pytest.raises(errors.BrokenFile, match="document type"):
        read(workbook(parts), "a.xlsx")


def test_macros_are_never_read() -> None:
    assert texts(workbook({"xl/vbaProject.bin": "x" * (9 << 20)}), "a.xlsx") == ["a good film\r"]
