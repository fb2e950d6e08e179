"""Where a table begins: what stands above its header, which row is the header, and which rows below are headers too.

Told from the first rows, for delimited text and workbooks alike.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from worker.files.columns.choose import is_known_name, is_text_name, plain
from worker.files.columns.looks import Look, is_opinion, is_value
from worker.files.columns.questions import MAX_TITLE, addresses, role_of, speaks_to_whoever_answers

MOST_ABOVE: Final = 30
"""Rows above a header that are looked through."""
_MOST_HEADERS: Final = 2
"""Further header rows: what is asked, and what a survey tool notes for itself."""
_IMPORT_ID: Final = re.compile(r'\{"ImportId"')
_SURVEY: Final = frozenset(
    [
        "response",
        "openendedresponse",
        "otherpleasespecify",
        "comments",
        "selectedchoice",
        "freetext",
        "antwort",
        "offeneantwort",
        "réponse",
        "réponselibre",
        "respuesta",
        "respuestaabierta",
    ]
)
_SURVEY_MONKEY: Final = frozenset(["respondentid", "collectorid"])
"""Its second row is there whatever it asks: blank where no question has parts."""
_TYPES: Final = frozenset(
    [
        "string",
        "str",
        "text",
        "varchar",
        "char",
        "int",
        "integer",
        "bigint",
        "float",
        "double",
        "decimal",
        "number",
        "numeric",
        "date",
        "datetime",
        "timestamp",
        "bool",
        "boolean",
        "object",
        "int64",
        "float64",
        "id",
        "categorical",
        "category",
        "nominal",
        "ordinal",
        "url",
        "json",
        "uuid",
    ]
)
_RULE: Final = re.compile(r":?[-=─_]{2,}:?")
ABOVE: Final = "above"
COMMENT: Final = "comment"
BLANK: Final = "blank"
HEADER: Final = "header"
REPEATED: Final = "repeated"
"""Why a row is skipped."""
Why = str


@dataclass(frozen=True, slots=True)
class Layout:
    """header: place of the header row, None when there is none. skipped: (place, why) of rows that hold no data.

    questions: what the second header row says of each column, or nothing. first: place of the first data row.
    """

    header: int | None
    first: int
    skipped: tuple[tuple[int, Why], ...] = ()
    questions: tuple[str, ...] = ()


def layout_of(rows: Sequence[Sequence[str]], *, header: bool | None = None) -> Layout:
    """Looks through the first rows, blank ones included. `header` False: the user says that there is none."""
    if header is False:
        return Layout(None, 0)
    width = _width(rows)
    place = _header_place(rows, width)
    if place is None:
        first = 0
        while first < min(len(rows), MOST_ABOVE) and (_is_blank(rows[first]) or _is_rule(rows[first])):
            first += 1
        return Layout(None, first if first < len(rows) else 0)
    skipped = [(i, _why(rows[i])) for i in range(place)]
    more, questions = _further(rows, place)
    first = place + 1 + more
    skipped += [(i, HEADER) for i in range(place + 1, first)]
    return Layout(place, first, tuple(skipped), questions)


def _why(row: Sequence[str]) -> Why:
    return BLANK if _is_blank(row) else COMMENT if is_comment(row) else ABOVE


def extent(row: Sequence[str]) -> int:
    """Cells up to the last filled one."""
    size = len(row)
    while size and not row[size - 1].strip():
        size -= 1
    return size


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())


def _is_blank(row: Sequence[str]) -> bool:
    return not any(cell.strip() for cell in row)


def _is_rule(row: Sequence[str]) -> bool:
    """A line that only divides: `---|---`."""
    filled = [cell.strip() for cell in row if cell.strip()]
    return bool(filled) and all(_RULE.fullmatch(cell) for cell in filled)


def is_comment(row: Sequence[str]) -> bool:
    """A line that a program wrote for people: it begins with `#`, `//`, `--` or `%` and more than that."""
    first = row[0].strip() if row else ""
    return len(first) > 1 and first.startswith(("#", "//", "-- ", "%", ";"))


def _width(rows: Sequence[Sequence[str]]) -> int:
    counts = Counter(extent(row) for row in rows if not _is_blank(row))
    if not counts:
        return 0
    most = max(counts.values())
    return max(size for size, count in counts.items() if count * 2 >= most)


def _header_place(rows: Sequence[Sequence[str]], width: int) -> int | None:
    places = [i for i, row in enumerate(rows[:MOST_ABOVE]) if not _is_blank(row) and not _is_rule(row)]
    if not places:
        return None
    first = places[0]
    # The first row names columns of its own: whatever comes below, it is the header
    if _names_its_own(rows, first, width) and _is_header(rows, first, width):
        return first
    for place in places:
        row = rows[place]
        if is_comment(row) and (_filled(row) < max(2, width) or _header_follows(rows, place, width)):
            continue
        if (
            width >= 2
            and _filled(row) < max(2, width / 2)
            and not (place == first and _known(row) and not _header_follows(rows, place, width))
        ):
            continue
        if _is_header(rows, place, width):
            return place
        break
    # A row of known names further down: what stands above it was written for people
    for place in places[1:]:
        if _is_strong(rows, place, width):
            return place
    return first if _is_header(rows, first, width) else None


def _names_its_own(rows: Sequence[Sequence[str]], place: int, width: int) -> bool:
    row = rows[place]
    filled, known = _filled(row), _known(row)
    if is_comment(row) or known < min(2, max(1, filled)):
        return False
    # A title in a row of empty cells is no header of a table with more columns
    return filled > 1 or width < 3 or (len(row) == 1 and not _header_follows(rows, place, width))


def _header_follows(rows: Sequence[Sequence[str]], place: int, width: int) -> bool:
    """Whether one of the next rows names columns that we know."""
    later = range(place + 1, min(place + 6, len(rows)))
    return any(_known(rows[i]) and not is_comment(rows[i]) and _is_header(rows, i, width) for i in later)


def _known(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip() and is_known_name(cell))


def _is_strong(rows: Sequence[Sequence[str]], place: int, width: int) -> bool:
    row = rows[place]
    filled = [cell for cell in row if cell.strip()]
    if any(is_value(cell) for cell in filled) or len(filled) * 2 < width:
        return False
    if place + 1 >= len(rows):
        return False
    if len(filled) == 1:
        return width == 1 and place <= 10 and is_text_name(filled[0])
    return _known(row) >= 2 and any(is_text_name(cell) or role_of(cell) == "text" for cell in filled)


def _is_header(rows: Sequence[Sequence[str]], place: int, width: int) -> bool:
    """Whether a row names the columns: by names or questions we know, else because it differs in kind from the rest."""
    row = [cell.strip() for cell in rows[place]]
    rest = [one for one in rows[place + 1 :] if not _is_blank(one)]
    known = [cell for cell in row if cell and is_known_name(cell)]
    if known and not _occurs_below(row, rest):
        return True
    if not rest or not any(row) or any(len(cell) > MAX_TITLE or (cell and is_value(cell)) for cell in row):
        return False
    if len(row) != len(set(row)) and len(set(filter(None, row))) * 2 < len(row):
        return False
    columns = [[one[i] for one in rest if len(one) > i] for i in range(len(row))]
    if any(_asks(title) for title in row) and not _mostly_ask(columns):
        return True
    if len(row) > 1 and sum(role_of(title) is not None for title in row) >= 2 and not any("." in c[-1:] for c in row):
        return True
    if not any(row) or sum(1 for cell in row if not cell) > max(1, len(row) // 3):
        return False
    return any(_names(title, cells) for title, cells in zip(row, columns, strict=True) if title)


def _occurs_below(row: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Whether what would be names of columns are values, which come again below. A repeated header is none."""
    again = 0
    for i, cell in enumerate(row):
        if cell and is_known_name(cell):
            same = sum(
                1 for one in rest if len(one) > i and one[i].strip() == cell and list(one[: len(row)]) != list(row)
            )
            again += same * 5 >= len(rest) and same >= 2
    return again > 0 and again * 2 > sum(1 for cell in row if cell and is_known_name(cell))


def _asks(cell: str) -> bool:
    if speaks_to_whoever_answers(cell):
        return True
    asks = role_of(cell) in ("text", "film", "stars")
    return asks and (cell[-1:] in "?？:：" or (addresses(cell) and not cell.isascii() and "。" not in cell))


def _mostly_ask(columns: Sequence[Sequence[str]]) -> bool:
    """Whether the rows below ask as well: then the first is one of them."""
    cells = [cell for column in columns for cell in column if cell.strip()]
    return bool(cells) and sum(cell.rstrip()[-1:] in "?？" for cell in cells) * 2 > len(cells)


def _names(title: str, cells: Sequence[str]) -> bool:
    """A title above numbers, dates, links, stars, or a short one above long texts."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return False
    look = Look.of(filled)
    if look.kind in ("number", "date", "link") or (look.kind == "stars" and Look.of([title]).kind != "stars"):
        return True
    if title[-1:] in ".!?…" or (not is_known_name(title) and is_opinion(title)):
        return False
    return len(title) <= 40 and look.length >= 3 * len(title) and look.length >= 30


def _further(rows: Sequence[Sequence[str]], place: int) -> tuple[int, tuple[str, ...]]:
    """(how many header rows follow the header, what they ask of each column)."""
    size = max(extent(rows[place]), 1)
    more = 0
    questions: tuple[str, ...] = ()
    below = list(rows[place + 1 : place + 2 + _MOST_HEADERS])
    for i, row in enumerate(below[:_MOST_HEADERS]):
        if any(_IMPORT_ID.match(cell.strip()) for cell in row):  # Qualtrics: what is asked, then its own notes
            more = i + 1
            if i == 1 or (i == 0 and not questions):
                questions = tuple(rows[place + 1]) if i == 1 else questions
            return more, questions
    for row in below[:_MOST_HEADERS]:
        if not _is_header_too(row, rows[place], rows[place + 2 + more :], size):
            break
        if not questions and not _is_rule(row):
            questions = _together(rows[place], row)
        more += 1
    return more, questions


def _together(titles: Sequence[str], row: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{title} {row[i] if i < len(row) else ''}".strip() for i, title in enumerate(titles))


def _is_header_too(row: Sequence[str], titles: Sequence[str], body: Sequence[Sequence[str]], size: int) -> bool:
    """Whether the row below the header goes with it: words of survey tools, types, or nothing where values stand."""
    filled = [cell.strip() for cell in row if cell.strip()]
    if not filled and row and {plain(title) for title in titles} >= _SURVEY_MONKEY:
        return True
    if not filled or len(row) > 2 * size + 2 or any(len(cell) > MAX_TITLE for cell in filled):
        return False
    if _is_rule(row) or same_titles(row, titles):
        return True
    words = [plain(cell) for cell in filled]
    blank = len(row) - len(filled)
    if any(word in _SURVEY for word in words) and (blank or all(word in _SURVEY for word in words)):
        return True
    if len(filled) >= 2 and all(word in _TYPES for word in words):
        return True
    rest = [one for one in body if not _is_blank(one)]
    if not rest or any(is_value(cell) for cell in filled) or len(row) < 2:
        return False
    typed = 0
    for i in range(min(size, len(row))):
        look = Look.of([one[i] for one in rest if len(one) > i])
        if look.kind in ("number", "date") and look.filled * 10 >= 9 * len(rest):
            typed += 1
    if not typed:
        return False
    asks = sum(_asks(cell) or is_known_name(cell) or role_of(cell) is not None for cell in filled)
    return asks * 2 >= len(filled) and asks >= 1 and all(len(cell.split()) <= 25 for cell in filled)


def same_titles(row: Sequence[str], titles: Sequence[str]) -> bool:
    """Whether a row is the header once more, as in files that were joined."""
    if len(row) < len(titles) or not any(cell.strip() for cell in titles):
        return False
    return all(
        a.strip().lstrip("\ufeff") == b.strip().lstrip("\ufeff") for a, b in zip(row, titles, strict=False)
    ) and not any(cell.strip() for cell in row[len(titles) :])
