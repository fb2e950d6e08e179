"""Themes as rows of a table and as a part of the page."""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape
from typing import Final

from reporting.themes.of_report import SHOWN, ReportThemes
from reporting.themes.theme import QUOTES, Quote, Theme

HEADER: Final = (
    "about", "kind", "theme", "is_name", "reviews", "of_reviews", "share", "rest_reviews", "rest_of_reviews",
    "rest_share", "log_odds", "z", "false_discovery_rate",
    *(f"quote_{n}{what}" for n in range(1, QUOTES + 1) for what in ("", "_id")),
)  # fmt: skip
"""kind: for, against or name in reports, else the group; ids: of the stored review, or the number of the row."""


def rows(about: str, kinds: Iterable[tuple[str, Iterable[Theme]]]) -> Iterable[tuple[object, ...]]:
    """A row of `HEADER` for each theme."""
    for kind, themes in kinds:
        for one in themes:
            quotes = [*one.quotes, *[None] * (QUOTES - len(one.quotes))]
            yield (
                about, kind, one.phrase, one.is_name, one.reviews, one.of, round(one.share, 6), one.rest_reviews,
                one.rest_of, round(one.rest_share, 6), round(one.log_odds, 4), round(one.z, 3), one.false_rate,
                *(cell for quote in quotes for cell in ((None, None) if quote is None else (quote.text, quote.key))),
            )  # fmt: skip


def page_section(themes: ReportThemes | None, level: str) -> list[str]:
    """The part of a report's page; all texts are escaped. Empty without themes."""
    if not themes:
        return []
    lists = [
        f"<div><h3>{title}</h3><ul>{''.join(_item(one) for one in found[:SHOWN])}</ul></div>"
        for title, found in (
            ("What its good reviews speak of", themes.praised),
            ("What its bad reviews speak of", themes.blamed),
        )
        if found
    ]
    names = ", ".join(
        f"{escape(one.phrase)} <span class='muted'>({one.reviews:,})</span>" for one in themes.names[: 2 * SHOWN]
    )
    lines = [f"<{level}>Themes</{level}>", f'<div class="quotes">{"".join(lists)}</div>']
    if names:
        lines.append(f"<p>Names: {names}</p>")
    return [*lines, f'<p class="muted small">{escape(method(themes))}</p>']


def method(themes: ReportThemes) -> str:
    """How they were found, in a sentence for the page."""
    beside = (
        "other reviews of the same verdict that you may see"
        if themes.beside_rest
        else "its own reviews of the other verdict"
    )
    some = "" if themes.whole else ", a part of all"
    return (
        f"Phrases that clearly more of these reviews hold than {beside}; {themes.reviews:,} reviews were read{some}. "
        "Counts are of reviews; of all that is listed about 5% may be chance."
    )


def times(one: Theme) -> str:
    """How many times as high the share is: "6 times", or "only here"."""
    if not one.rest_reviews:
        return "only here"
    ratio = one.share / one.rest_share
    return f"{ratio:.0f} times as often" if ratio >= 10 else f"{math.floor(ratio * 10) / 10:.1f} times as often"


def _item(one: Theme) -> str:
    quotes = "".join(f"<blockquote>{_quote(quote)}</blockquote>" for quote in one.quotes)
    return (
        f"<li><b>{escape(one.phrase)}</b> <span class='muted'>{one.reviews:,} of {one.of:,} reviews, "
        f"{times(one)}</span>{quotes}</li>"
    )


def _quote(quote: Quote) -> str:
    return f"{escape(quote.text)} <span class='muted small'>#{quote.key}</span>"
