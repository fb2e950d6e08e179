"""Formulas in spreadsheets: what would be run is defused, in the files of the worker and in those of the bot."""

from __future__ import annotations

import pytest

from common.formulas import defused


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+x", "-x", "- not good", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋x", "－x", "＠SUM(A1)", "-"],
)
def test_what_a_spreadsheet_would_run(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "fine", "-3.5", "+1e5", "-1,234.5", "-5 %", "'=x", "a=1", " =1", "七人の侍"]
)
def test_what_it_would_not(text: str) -> None:
    assert defused(text) == text
