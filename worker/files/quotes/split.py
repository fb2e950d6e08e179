"""One line taken apart by itself, where its quotes mean nothing or are not doubled: what csv.reader loses or alters."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Final

from worker.files.quotes.signs import QUOTE

_MOST_WAYS: Final = 64
"""Places tried as the end of one quoted cell."""
_ESCAPED: Final = re.compile(r'(?<!\\)(\\++)"')


def plain_cells(line: str, separator: str) -> list[str]:
    """The line cut at every separator; quotes are signs like others, except around a whole cell."""
    return [_bare(cell) for cell in _without_end(line).split(separator)]


def _bare(cell: str) -> str:
    """The cell without the quotes around it, where the two belong together: `"A "fine" film"`, not `"A" and "B"`."""
    if len(cell) < 2 or cell[0] != '"' or cell[-1] != '"':
        return cell
    inner = cell[1:-1]
    loose = inner.replace('""', "").find('"')
    if loose == 0 or (loose > 0 and not inner.replace('""', "")[loose - 1].isspace()):
        return cell
    return inner.replace('""', '"')


def _without_end(line: str) -> str:
    return line.rstrip("\r\n")


def split(line: str, separator: str, width: int) -> list[str] | None:
    """The line as exactly `width` cells, read so that most quotes mean something; None where no reading gives them.

    A quoted cell ends where a quote stands before a separator or at the end; quotes inside it need not be doubled.
    """
    text = _without_end(line)
    if '\\"' in text and (cells := _escaped(text, separator, width)) is not None:
        return cells
    if text.count(separator) == width - 1:
        return plain_cells(text, separator)
    return next(_ways(text, separator, width), None)


def _escaped(text: str, separator: str, width: int) -> list[str] | None:
    try:
        rows = list(csv.reader([unescaped(text)], delimiter=separator, strict=True))
    except csv.Error:
        return None
    cells = [cell.replace(QUOTE, '"') for cell in rows[0]] if rows else []
    return cells if len(cells) == width else None


def unescaped(line: str) -> str:
    """The line with a stand-in for every quote that has a backslash before it; two backslashes are one."""
    return _ESCAPED.sub(lambda m: "\\" * (len(m[1]) // 2) + (QUOTE if len(m[1]) % 2 else '"'), line)


def _ways(text: str, separator: str, width: int) -> Iterator[list[str]]:
    """Readings of a line with `width` cells, those first whose quoted cells are short."""
    tries = 0

    def cut(rest: str, left: int) -> Iterator[list[str]]:
        nonlocal tries
        tries += 1
        if tries > _MOST_WAYS:
            return
        if left == 1:
            cell = _whole(rest, separator)
            if cell is not None:
                yield [cell]
            return
        if rest.startswith('"'):
            for match in islice(_ends(separator).finditer(rest, 1), _MOST_WAYS):
                if tries > _MOST_WAYS:
                    return
                for others in cut(rest[match.end() + len(separator) :], left - 1):
                    yield [rest[1 : match.start()].replace('""', '"'), *others]
        head, found, tail = rest.partition(separator)
        if found:
            for others in cut(tail, left - 1):
                yield [head, *others]

    yield from cut(text, width)


@lru_cache(maxsize=16)
def _ends(separator: str) -> re.Pattern[str]:
    return re.compile(f'"(?={re.escape(separator)})')


def _whole(rest: str, separator: str) -> str | None:
    """The rest of a line as its last cell; None where a separator stands outside quotes."""
    if len(rest) >= 2 and rest[0] == rest[-1] == '"':
        return rest[1:-1].replace('""', '"')
    if separator not in rest or (rest.startswith('"') and rest.count('"') > 1):
        return rest
    return None
