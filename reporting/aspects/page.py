"""The part of a report's page that says what reviews praise and blame. English, as the whole page is."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from common.i18n import ENGLISH, percent_range, use_locale
from db.types import AspectCount, Quote
from reporting.aspects.figures import LEAST, from_others, share, share_interval
from reporting.aspects.words import WORDS, aspect_differences

_QUOTE_CHARS: Final = 200
NOTE: Final = (
    "Reviews are counted: each once for an aspect, by what most of its clauses say. Many aspects are looked at, "
    "so that one interval in twenty misses by chance alone. The sentences are the surest of the newest reviews."
)


def aspects_section(counts: Sequence[AspectCount], level: str) -> list[str]:
    """The table of aspects with two quotes each; nothing where no review judges any."""
    told = [one for one in counts if one.judged]
    if not told:
        return []
    others = any(one.others_for + one.others_against for one in told)
    names = ["Aspect", "For", "Against", "Share for", *(["Beside other films"] if others else [])]
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    rows = "".join(_row(one, others=others) for one in told)
    table = f'<table class="buckets"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    title = f"<{level}>What is praised and blamed</{level}>"
    quotes = "".join(_quotes(one) for one in told)
    return [f'{title}<div class="wide">{table}</div><div class="quotes">{quotes}</div>', f'<p class="muted">{NOTE}</p>']


def aspects_compared(one: Sequence[AspectCount], other: Sequence[AspectCount]) -> list[str]:
    """How far two reports differ in each aspect."""
    with use_locale(ENGLISH):
        items = "".join(f"<li>{escape(line)}</li>" for line in aspect_differences(one, other))
    return [f"<h3>Share of praise, by aspect</h3><ul>{items}</ul>"] if items else []


def _row(one: AspectCount, *, others: bool) -> str:
    cells = [escape(WORDS[one.name].capitalize()), f"{one.n_for:,}", f"{one.n_against:,}", _share(one)]
    cells += [_beside(one)] if others else []
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _share(one: AspectCount) -> str:
    if one.judged < LEAST:
        return ""
    sure = share_interval(one)
    return f"{share(one) * 100:.1f}%<small>{percent_range(sure.low, sure.high)}</small>"


def _beside(one: AspectCount) -> str:
    found = from_others(one)
    if found is None:
        return ""
    points, sure = found
    return f"{100 * points:+.1f}<small>{100 * sure.low:+.1f} to {100 * sure.high:+.1f}</small>"


def _quotes(one: AspectCount) -> str:
    said = "".join(map(_quote, one.quotes, ("positive", "negative")))
    return f"<div><h3>{escape(WORDS[one.name].capitalize())}</h3>{said}</div>" if said else ""


def _quote(one: Quote | None, kind: str) -> str:
    if one is None:
        return ""
    words = one.words if len(one.words) <= _QUOTE_CHARS else one.words[: _QUOTE_CHARS - 1] + "…"
    return f'<blockquote class="{kind}">{escape(words)} <span class="muted">#{one.review_id}</span></blockquote>'
