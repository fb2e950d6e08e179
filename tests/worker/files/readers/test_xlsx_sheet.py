"""The rows of a sheet."""

from __future__ import annotations

import pytest

from tests.worker.files.helpers import read, texts
from tests.worker.files.workbooks import SHEET, STRINGS, sheet, strings, workbook
from worker.files import errors
from worker.files.limits import Limits


def test_one_long_shared_string_used_a_million_times_stops_at_the_limit() -> None:
    rows = "<row><c t='s'><v>0</v></c></row>" + "<row><c t='s'><v>1</v></c></row>" * 500
    data = workbook({STRINGS: strings(f"<si><t>review</t></si><si><t>{'x' * 200_000}</t></si>"), SHEET: sheet(rows)})
    with pytest.raises(errors.TooLarge):
        read(data, "a.xlsx", limits=Limits(10_000, 32 << 20, 100))


def test_a_size_that_a_sheet_states_wrongly_and_formulas_do_not_matter() -> None:
    rows = (
        "<row><c t='inlineStr'><is><t>review</t></is></c></row>"
        "<row><c t='str'><f>A1&amp;1</f><v>a good film</v></c></row><row r='5'><c t='str'><v>another</v></c></row>"
    )
    data = workbook({SHEET: sheet(rows).replace("<sheetData>", "<dimension ref='A1:XFD1048576'/><sheetData>")})
    assert texts(data, "a.xlsx") == ["a good film", None, None, "another"]
