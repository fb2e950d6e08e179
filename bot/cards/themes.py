"""Themes on the card of a report: phrases, how many reviews hold them, and a quote."""

from __future__ import annotations

from typing import Final

from bot.cards.base import EMBED_CHARS, FIELD_CHARS, fitting, one_line
from bot.cards.wording import reviews
from common.i18n import in_brackets, listing, pair, percent, quote, tr
from reporting.themes.of_report import SHOWN, ReportThemes
from reporting.themes.theme import Theme

_PHRASE: Final = 50
_QUOTE: Final = 90


def theme_fields(themes: ReportThemes | None, room: int = EMBED_CHARS) -> list[tuple[str, str]]:
    """Title and lines of each field, of at most `room` characters together; none without themes."""
    if not themes:
        return []
    names = [in_brackets(one_line(one.phrase, _PHRASE), str(one.reviews)) for one in themes.names[:SHOWN]]
    fields = (
        (tr("Themes of the good reviews"), [_theme(one) for one in themes.praised[:SHOWN]]),
        (tr("Themes of the bad reviews"), [_theme(one) for one in themes.blamed[:SHOWN]]),
        (tr("Names"), [listing(names)] if names else []),
    )
    each = room // len(fields)
    told = [(title, fitting(parts, min(FIELD_CHARS, each - len(title)))) for title, parts in fields]
    return [(title, lines) for title, lines in told if lines]


def _theme(one: Theme) -> str:
    said = in_brackets(reviews(one.reviews), tr("{share}, elsewhere {other}", share=percent(one.share),
                                                other=percent(one.rest_share)))  # fmt: skip
    line = pair(f"**{one_line(one.phrase, _PHRASE)}**", said)
    return f"{line}\n{quote(one_line(one.quotes[0].text, _QUOTE))}" if one.quotes else line
