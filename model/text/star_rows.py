"""Rows of stars as signs in a raw text ("★★★★☆"): where they stand, what they say, and the text without them.

Numbers with a star ("4.5★") and ratings in words are no rows: nobody writes them as an ornament.
"""

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from common.stars import NEGATIVE_TO, POSITIVE_FROM
from model.text import scars, signs
from model.text.cleaning import STEPS, placed, stepped

# The steps before the one that reads rows.
_BEFORE = tuple(takewhile(lambda step: step.pattern is not signs.STARS, STEPS))
_ENTITY = re.compile(r"&(?:#|[a-zA-Z]{2,31};)")
_ESCAPE = re.compile(r"\\[ux]")
"""What may become a star, or a part of one in the wrong encoding."""


class StarRow(NamedTuple):
    """Half-open character range of the raw text, and what the row says out of ten.

    full: it has neither an empty star nor a half one, so that it may be an ornament.
    """

    start: int
    end: int
    out_of_ten: int
    full: bool = True


def may_hold_rows(text: str) -> bool:
    """Whether a raw text may hold a row of stars: a cheap test that misses none."""
    if not text.isascii() and (signs.starry(text) or any(sign in text for sign in scars.MOJIBAKE_SIGNS)):
        return True
    return ("&" in text and bool(_ENTITY.search(text))) or ("\\" in text and bool(_ESCAPE.search(text)))


def star_rows(text: str) -> list[StarRow]:
    """The rows of stars in a raw text, in order, as `clean` reads them: ornaments and quoted ones do not count."""
    if not may_hold_rows(text):
        return []
    if not signs.starry(stepped(text, _BEFORE)):  # so most texts with an entity: places take ten times as long
        return []
    cleaned, places = placed(text, _BEFORE)
    return [
        StarRow(places[found.start()][0], places[found.end() - 1][1], signs.out_of_ten(found), signs.is_full(found))
        for found in signs.STARS.finditer(cleaned)
    ]


def without(text: str, rows: Sequence[StarRow]) -> str:
    """The text with a blank for each sign of these rows: whatever else stands in it keeps its place."""
    pieces: list[str] = []
    at = 0
    for start, end, *_ in rows:
        pieces += (text[at:start], " " * (end - start))
        at = end
    return "".join([*pieces, text[at:]])


def contradict(rows: Sequence[StarRow], positive: bool) -> bool:
    """Whether all rows, one at least, speak against words that say positive, or negative."""
    if positive:
        return bool(rows) and all(row.out_of_ten <= NEGATIVE_TO for row in rows)
    return bool(rows) and all(row.out_of_ten >= POSITIVE_FROM for row in rows)
