"""The cards of `/results`: a page of verdicts, the sentence when there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Final

import discord

from bot.cards.base import NEUTRAL, around, label_word, one_line, plain_line
from bot.cards.links import jump_to
from bot.cards.search_request import SearchRequest
from bot.cards.wording import about_stars
from common.i18n import mark, percent, tr, trn
from db.types import HitCount, JobView, ResultView
from reporting.request import several_films

NOON: Final = time(12, tzinfo=UTC)
"""Of a day without a time: it is the same day nearly everywhere."""
EXCERPT: Final = 120
"""Characters of a review that a page shows; eight of them, escaped, fit an embed's 6,000."""
OPTION: Final = 100
"""Characters of a menu's line that Discord takes."""
STOPPED: Final = mark(
    "The search stopped here because it ran out of time. Press **Next** to keep looking, or add `film` or "
    "`job` to narrow it down."
)


def nothing_found(asked: SearchRequest, others: Sequence[str] = ()) -> str:
    """What a search without a hit says: which filters were on, and the way out. `others`: films of the name."""
    words = asked.words()
    if not words:
        return tr("You have no results yet: send me a review, or use `/score`.")
    nothing = tr(
        "Nothing found for {filters}: leave one of them out, or see what there is with `/results search` alone.",
        filters=words,
    )
    return "\n".join(filter(None, (nothing, one_line(several_films(others), 500))))


def results_embed(
    results: Sequence[ResultView],
    asked: SearchRequest,
    *,
    page: int,
    jobs: Mapping[int, JobView],
    partial: bool = False,
    count: HitCount | None = None,
    others: Sequence[str] = (),
) -> discord.Embed:
    """One page of verdicts; `page` counts from 1, `jobs` are those of the results by number, `count` of all that fit.
    `others`: films of the name that is searched for.

    `partial`: the search ended before it had looked through everything, and the next page goes on from there.
    """
    hits = "" if count is None else hit_words(count)
    several = one_line(several_films(others), 500)
    heading = "\n".join(filter(None, (asked.words(), hits, tr(STOPPED) if partial else "", several)))
    embed = discord.Embed(title=tr("Results"), description=heading or None, colour=NEUTRAL)
    for result in results:
        name, value = _entry(result, jobs.get(result.job_id), asked.query)
        embed.add_field(name=name, value=value, inline=False)
    embed.set_footer(text=tr("Page {page} · /results show with a number shows the whole verdict", page=page))
    return embed


def hit_words(count: HitCount) -> str:
    """How many results there are, as far as they were counted."""
    if count.whole:
        return trn("{count} result", "{count} results", count.found)
    return trn("more than {count} result", "more than {count} results", count.found)


def result_options(results: Iterable[ResultView]) -> list[discord.SelectOption]:
    """The results of a page as the lines of a menu, where nothing is escaped: they show signs as they are."""
    return [
        discord.SelectOption(
            label=f"#{result.id} · {label_word(result.label)} · {sureness(result)}"[:OPTION],
            description=plain_line(result.text or tr("*(text deleted)*").strip("*"), OPTION) or None,
            value=str(result.id),
        )
        for result in results
    ]


def excerpt(result: ResultView, limit: int = EXCERPT, *, words: str | None = None) -> str:
    """The start of the review on one line, escaped, or the part with the searched words; in words when it is gone."""
    return tr("*(text deleted)*") if result.text is None else one_line(around(result.text, words, limit), limit)


def sureness(result: ResultView) -> str:
    """How sure the model is of its label, in the words of the verdict card."""
    if result.label == "uncertain":
        return tr("{share} positive", share=percent(result.probability))
    share = result.probability if result.label == "positive" else 1 - result.probability
    return tr("{share} sure", share=percent(share))


def _entry(result: ResultView, job: JobView | None, words: str | None) -> tuple[str, str]:
    """Heading and text of one result: the verdict, then where it is from, the day of the review, and an excerpt."""
    parts = []
    if result.film:
        parts.append(one_line(result.film, 40))
    if job is not None and job.kind == "file":
        parts.append(tr("job {job}, row {row}", job=job.id, row=result.row_number))
    day = result.created_at if result.day is None else datetime.combine(result.day, NOON)
    parts.append(discord.utils.format_dt(day, "d"))
    if result.stars is not None:
        parts.append(about_stars(result.stars))
    url = jump_to(result, job)
    if url is not None:
        parts.append("[" + tr("message") + f"]({url})")
    text = excerpt(result, words=words)
    return f"#{result.id} · {label_word(result.label)} · {sureness(result)}", f"{' · '.join(parts)}\n{text}"
