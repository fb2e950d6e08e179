"""What the parts of a workbook say."""

from __future__ import annotations

import io

import pytest

from tests.worker.files.helpers import LIMITS, xlsx_bytes, zip_bytes
from worker.files.errors import BrokenFile
from worker.files.readers.xlsx_package import Package
from worker.files.readers.xlsx_parts import read_book


def test_sheets_texts_and_dates() -> None:
    book = read_book(Package(io.BytesIO(xlsx_bytes([["review"], ["x"]], before=[["cover"]])), LIMITS))
    assert [(sheet.name, sheet.hidden) for sheet in book.sheets] == [("Sheet", False), ("second", False)]
    assert book.styles.epoch.year == 1899


def test_a_zip_without_a_workbook_is_refused() -> None:
    with pytest.raises(BrokenFile):
        read_book(Package(io.BytesIO(zip_bytes({"xl/styles.xml": b"<styleSheet/>"})), LIMITS))
