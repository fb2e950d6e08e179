"""Single values: as text for SQL, as text for a CSV cell, as a JSON value, and made harmless for spreadsheets."""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
import re
from decimal import Decimal
from typing import Final

Cell = object
"""What a reader yields for one column: str, number, bool, date, None, or a list or dict where the format nests."""

_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class NotUtf8(bytes):
    """A string cell whose bytes are no UTF-8."""


def storable(text: str) -> str:
    """The text without NUL (PostgreSQL stores none) and without lone surrogates (UTF-8 has none)."""
    if "\0" in text:
        text = text.replace("\0", " ")
    return encodable(text)


def encodable(text: str) -> str:
    """The text with lone surrogates, which JSON escapes can smuggle in, replaced by U+FFFD."""
    if text.isascii():
        return text
    return _LONE_SURROGATE.sub("\ufffd", text)


def as_text(value: Cell) -> str:
    """The value as a CSV cell: "" for None, ISO 8601 for times, JSON for lists and dicts."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return _bytes_text(value)
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=as_text)
    return str(value)


def as_json(value: Cell) -> object:
    """The value as `json.dumps` takes it: numbers stay numbers, what JSON has no word for becomes text."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal) and value == value.to_integral_value() and abs(value) < 2**53:
        return int(value)
    return as_text(value)


def _bytes_text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return base64.b64encode(value).decode("ascii")
