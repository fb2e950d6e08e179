"""What a column holds, whatever its title says: sentences, labels, numbers, dates, links, titles of films, stars."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

from worker.files.cells import Cell
from worker.files.columns.dates import is_written_date

Kind = Literal["empty", "text", "number", "date", "label", "link", "id", "stars", "other"]
"""label: two or three words that come again and again; id: signs without a space; other: lists, objects, flags."""
_NUMBER: Final = re.compile(r"\s*+[+-]?\d++(?:[.,:/-]\d++)*+(?:[eE][+-]?\d++)?\s*+%?\s*+")
_LINK: Final = re.compile(r"\s*(https?://|www\.)\S+\s*", re.IGNORECASE)
_MAIL: Final = re.compile(r"\s*[^\s@]+@[^\s@]+\.[^\s@]+\s*")
_ID: Final = re.compile(r"(?=[^\s]*\d)[A-Za-z0-9_.:#-]{2,64}")
_STARS: Final = re.compile(
    r"\s*([★☆⭐✩✭*]{1,10}[½]?|½|\d{1,3}([.,]\d+)?\s*(/|out of|von|sur|de|su)\s*\d{1,3}|\d([.,]\d)?\s*(stars?"
    r"|sterne?|étoiles?"
    r"|estrellas?|★|⭐)|[A-F][+-]?|力荐|推荐|还行|较差|很差)\s*",
    re.IGNORECASE,
)
_SIZE: Final = 100
"""Characters of a cell that are looked at for its kind; a longer one is no number and no label."""
VERDICT_WORDS: Final = frozenset(
    " ".join(
        (
            "positive negative neutral pos neg neu true false yes no y n t f fresh rotten spoiler uncertain unclear",
            "0 1 -1 2 positiv negativ ja nein oui non sí si vrai faux wahr falsch verdadero falso positif négatif",
            "positivo negativo ポジティブ ネガティブ はい いいえ 正面 负面 是 否 label_0 label_1 recommended",
        )
    ).split()
) | {"not recommended", "very positive", "very negative"}
"""What a column of labels holds, and no column of reviews. `Good` and `bad` are short reviews."""
_OPINION: Final = re.compile(
    r"\b(i|my|me|we|is|was|are|were|it|this|very|not|so|too|but|loved|liked|hated|good|great|bad|best|worst|boring"
    r"|nice|fine|fun|funny|dull|okay|ok|meh|wow|super|toll|gut|schlecht|bien|mal|mauvais|bon|bueno|malo|genial"
    r"|amazing|awesome|terrible|excellent|movie|film|must|watch|recommend\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Look:
    """kind: of most filled cells. texts: they are words; prose: they read like sentences; length: mean characters.

    verdicts: nothing but words such as true, false, positive; titles: they read like names of films; filled: cells.
    """

    kind: Kind
    texts: bool
    prose: bool
    length: float
    verdicts: bool
    titles: bool
    filled: int
    ascending: bool = False

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> Look:
        filled = [cell for cell in cells if cell is not None and not (isinstance(cell, str) and not cell.strip())]
        kinds = [_kind(cell) for cell in filled]
        if not filled:
            return cls("empty", False, False, 0.0, False, False, 0)
        most = max(set(kinds), key=kinds.count)
        strings = [cell for cell in filled if isinstance(cell, str)]
        words = [cell for cell in strings if len(cell) > _SIZE or _NUMBER.fullmatch(cell) is None]
        short = [cell.strip().casefold() for cell in strings if len(cell) <= _SIZE]
        verdicts = len(short) == len(filled) and set(short) <= VERDICT_WORDS
        verdicts = verdicts or all(isinstance(cell, bool) for cell in filled)
        if len(words) * 2 < len(strings) or not words:
            ascending = _ascending(filled)
            return cls(most if most != "text" else "other", False, False, 0.0, verdicts, False, len(filled), ascending)
        length = sum(map(len, words)) / len(words)
        spaces = sum(len(cell.split()) for cell in words) / len(words)
        # Chinese, Japanese and Thai write no spaces
        dense = sum(cell.strip()[0] > "\u0e00" for cell in words) * 2 > len(words)
        share = kinds.count(most) / len(kinds)
        kind: Kind = most if share >= 0.9 or most == "text" else "text"
        if kind in ("text", "id", "stars") and (verdicts or _repeated(short, len(filled), spaces)):
            kind = "label"
        prose = kind in ("text", "label") and ((spaces >= 3 and length >= 12) or (dense and length >= 8))
        texts = kind in ("text", "label", "id", "stars")
        return cls(kind, texts, prose, length, verdicts, _are_titles(words, spaces), len(filled))

    @property
    def may_be_text(self) -> bool:
        """Whether somebody may have written these cells as an opinion."""
        return self.texts and self.kind == "text"


def _kind(cell: Cell) -> Kind:
    if isinstance(cell, bool):
        return "label"
    if isinstance(cell, int | float | Decimal):
        return "number"
    if not isinstance(cell, str):
        return "date" if is_written_date(cell) else "other"
    if len(cell) > _SIZE:
        return "link" if len(cell) < 1_000 and _LINK.fullmatch(cell) else "text"
    return _kind_of_short(cell)


@lru_cache(maxsize=4096)
def _kind_of_short(cell: str) -> Kind:
    """Remembered: a sample's cells are asked for their rows' grid, for the header, and for the choice of columns."""
    if _NUMBER.fullmatch(cell):
        return "date" if is_written_date(cell) else "stars" if _STARS.fullmatch(cell) else "number"
    if _STARS.fullmatch(cell):
        return "stars"
    if is_written_date(cell):
        return "date"
    if _LINK.fullmatch(cell) or _MAIL.fullmatch(cell):
        return "link"
    return "id" if _ID.fullmatch(cell.strip()) else "text"


def is_opinion(cell: str) -> bool:
    """Whether words of an opinion stand in it: `Good`, `I liked it`."""
    return _OPINION.search(cell) is not None


def is_value(cell: str) -> bool:
    """Whether a cell is surely a value of a table and no title: a number, a date, a link."""
    return _kind(cell.strip()) in ("number", "date", "link")


def kind_of(cell: Cell) -> Kind:
    """The kind of one filled cell."""
    return _kind(cell)


def _repeated(short: list[str], filled: int, spaces: float) -> bool:
    """Few different values in many rows, of a word or two each."""
    if len(short) < filled or spaces > 2.5 or filled < 6:
        return False
    different = len(set(short))
    return different <= 3 or (filled >= 20 and different * 5 <= filled)


def _are_titles(words: list[str], spaces: float) -> bool:
    """Whether cells are names of films: every larger word with a capital, no end of a sentence, no opinion."""
    if len(words) < 4 or not 1.2 <= spaces <= 6 or any(len(cell) > _SIZE for cell in words):
        return False
    return sum(map(_is_title, words)) >= 0.9 * len(words) and sum(
        _OPINION.search(w) is not None for w in words
    ) * 4 < len(words)


def _is_title(cell: str) -> bool:
    text = cell.strip()
    if text[-1:] in ".!,;…" or "..." in text or "!" in text:
        return False
    large = [word for word in re.findall(r"[^\W\d_][\w'’-]*", text) if len(word) > 3]
    return all(word[0].isupper() for word in large) and (text[0].isupper() or text[0].isdigit())


def _ascending(cells: Sequence[Cell]) -> bool:
    """Whether they are whole numbers that grow from row to row."""
    try:
        numbers = [int(cell) for cell in cells if isinstance(cell, str | int)]
    except ValueError:
        return False
    return len(numbers) >= 2 and all(a < b for a, b in pairwise(numbers))
