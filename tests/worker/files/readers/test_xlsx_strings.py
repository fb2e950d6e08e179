"""Shared strings of a workbook."""

from __future__ import annotations

from tests.worker.files.helpers import (
    texts,
)
from tests.worker.files.workbooks import workbook


def test_shared_strings_are_read() -> None:
    assert texts(workbook({}), "a.xlsx") == ["a good film\r"]
