"""How deep a JSON text nests: parsers and writers recurse, and each gives up at a depth of its own."""

from __future__ import annotations

import re
from typing import Final

MAX_DEPTH: Final = 200
_MARK: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


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
