"""How deep a JSON text nests and how many values it holds, told before it is parsed.

Parsers and writers recurse, and each gives up at a depth of its own; and three bytes of text (`{},`) make an object of
seventy in memory.
"""

from __future__ import annotations

import re
from typing import Final

from worker.files.limits import MAX_VALUES

MAX_DEPTH: Final = 200
_MARK: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{},:]', re.DOTALL)
"""A text, be it cut off, or a mark."""


def is_too_deep(raw: str) -> bool:
    """Whether valid JSON holds more than 200 lists or objects in one another. Most rows are told by counting."""
    if raw.count("[") + raw.count("{") <= MAX_DEPTH:
        return False
    depth = 0
    for match in _MARK.finditer(raw):
        mark = match[0]
        if mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif mark in "]}":
            depth -= 1
    return False


def has_too_many_values(raw: str) -> bool:
    """Whether a JSON text holds more than 100,000 values. Most rows are told by counting."""
    return _marks(raw) > MAX_VALUES and starts_too_large(raw, 0)


def starts_too_large(text: str, at: int) -> bool:
    """Whether the JSON value that begins at `at`, be it cut off, holds more than 100,000 values."""
    depth = values = 0
    for match in _TOKEN.finditer(text, at):
        mark = match[0][0]
        if mark in "[{":
            depth += 1
        elif mark in "]}":
            depth -= 1
        if mark in "[{,:":
            values += 1
            if values > MAX_VALUES:
                return True
        if depth <= 0:
            return False
    return False


def _marks(raw: str) -> int:
    """At least as many as there are values: each but the first follows one of these."""
    return raw.count(",") + raw.count(":") + raw.count("[") + raw.count("{")
