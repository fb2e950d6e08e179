"""Formulas in spreadsheets: which texts a program would run, and how they are made harmless (OWASP, CSV injection)."""

from __future__ import annotations

import re
from typing import Final

SIGNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A text that begins with one may be run. Also full-width, which Japanese and Chinese Excel take for the plain ones."""
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)*(?:[eE][+-]?\d+)?\s?%?")


def defused(text: str) -> str:
    """The text, with a leading apostrophe where a spreadsheet would run it as a formula.

    Plain numbers such as -3.5 keep their sign: they are data, and no spreadsheet runs them. Nor does it run blanks.
    """
    if text.startswith(SIGNS) and _NUMBER.fullmatch(text) is None and not text.isspace():
        return "'" + text
    return text
