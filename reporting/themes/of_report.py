"""The themes of a report: what its good and its bad reviews speak of, and the names apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from db.types import ThemeText, ThemeTexts
from reporting.themes.finder import find_themes
from reporting.themes.theme import MINIMUMS, Contrast, Document, Theme

BITS: Final = 21
"""Of the tables for what a report reads: 24 MiB."""
SHOWN: Final = 5
"""Themes of each kind on card and page; tables have all."""
FOR, AGAINST = "for", "against"


@dataclass(frozen=True, slots=True)
class ReportThemes:
    """`praised` set the good reviews apart, `blamed` the bad ones, both without `names`.

    They are compared with the reviews of the same verdict outside the report; where there are too few of those
    (`beside_rest` False), with the reviews of the other verdict inside. `reviews`: read of the subject; `whole`: no
    more than these were there. `quoted`: the reviews of the quotes, without their texts.
    """

    praised: tuple[Theme, ...]
    blamed: tuple[Theme, ...]
    names: tuple[Theme, ...]
    beside_rest: bool
    reviews: int
    whole: bool
    quoted: tuple[ThemeText, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.praised or self.blamed or self.names)

    def kinds(self) -> tuple[tuple[str, tuple[Theme, ...]], ...]:
        """The three kinds under their names in tables."""
        return (FOR, self.praised), (AGAINST, self.blamed), ("name", self.names)


def themes_of(texts: ThemeTexts) -> ReportThemes | None:
    """The themes of what a report reads; None when it has too few reviews of either verdict."""
    sides = [[one for one in side if one.positive is positive] for side in (texts.subject, texts.rest)
             for positive in (True, False)]  # fmt: skip
    sizes = [len(side) for side in sides]
    beside_rest = min(sizes[2:]) >= MINIMUMS.group
    if max(sizes[:2]) < MINIMUMS.group or (not beside_rest and min(sizes[:2]) < MINIMUMS.group):
        return None
    good, bad = (Contrast(FOR, 0, (2,)), Contrast(AGAINST, 1, (3,))) if beside_rest else (
        Contrast(FOR, 0, (1,)), Contrast(AGAINST, 1, (0,))
    )  # fmt: skip
    documents = [
        Document(one.text, group, one.id, one.author)
        for group, side in enumerate(sides)
        if beside_rest or group < 2
        for one in side
    ]
    found = find_themes(lambda: documents, [good, bad], bits=BITS).themes
    praised, blamed = _apart(found[FOR], found[AGAINST])
    names = _strongest((*found[FOR], *found[AGAINST]))
    shown = {quote.key for theme in (*praised, *blamed, *names) for quote in theme.quotes}
    quoted = tuple(replace(one, text="") for one in texts.subject if one.id in shown)
    return ReportThemes(praised, blamed, names, beside_rest, len(texts.subject), texts.whole, quoted)


def _apart(one: Iterable[Theme], other: Iterable[Theme]) -> tuple[tuple[Theme, ...], tuple[Theme, ...]]:
    """Without names, and each phrase on the side where more of the reviews hold it."""
    mine, theirs = ({theme.phrase: theme for theme in side if not theme.is_name} for side in (one, other))
    first = tuple(theme for theme in mine.values() if _more(theme, theirs.get(theme.phrase)))
    kept = {theme.phrase for theme in first}
    return first, tuple(theme for theme in theirs.values() if theme.phrase not in kept)


def _more(theme: Theme, other: Theme | None) -> bool:
    return other is None or theme.share >= other.share


def _strongest(themes: Iterable[Theme]) -> tuple[Theme, ...]:
    best: dict[str, Theme] = {}
    for theme in sorted(themes, key=lambda one: -one.z):
        if theme.is_name:
            best.setdefault(theme.phrase, theme)
    return tuple(best.values())
