"""Themes on the card of a report: phrases, how many reviews hold them, and a quote."""

from __future__ import annotations

from typing import Final

from bot.cards.base import one_line
from bot.cards.wording import reviews
from common.i18n import in_brackets, listing, pair, percent, quote, tr
from reporting.themes.of_report import SHOWN, ReportThemes
from reporting.themes.theme import Theme

_FIELD: Final = 1000
_PHRASE: Final = 50
_QUOTE: Final = 90


def theme_fields(themes: ReportThemes | None) -> list[tuple[str, str]]:
    """Title and lines of each field; none without themes."""
    if not themes:
        return []
    fields = [
        (title, _lines([_theme(one) for one in found[:SHOWN]]))
        for title, found in (
            (tr("Themes of the good reviews"), themes.praised),
            (tr("Themes of the bad reviews"), themes.blamed),
        )
        if found
    ]
    if themes.names:
        names = listing(in_brackets(one_line(one.phrase, _PHRASE), str(one.reviews)) for one in themes.names[:SHOWN])
        fields.append((tr("Names"), names))
    return fields


def _theme(one: Theme) -> str:
    said = in_brackets(reviews(one.reviews), tr("{share}, elsewhere {other}", share=percent(one.share),
                                                other=percent(one.rest_share)))  # fmt: skip
    line = pair(f"**{one_line(one.phrase, _PHRASE)}**", said)
    return f"{line}\n{quote(one_line(one.quotes[0].text, _QUOTE))}" if one.quotes else line


def _lines(parts: list[str]) -> str:
    """As many as fit a field of an embed."""
    kept: list[str] = []
    for part in parts:
        if sum(len(one) + 1 for one in kept) + len(part) > _FIELD:
            break
        kept.append(part)
    return "\n".join(kept)
