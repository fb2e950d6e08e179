"""The card of `/report`: counts, averages, extremes, the table as CSV, and the chart in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import discord

from bot.cards.base import NEUTRAL, bar, one_line, percent
from bot.cards.job import plural
from bot.cards.results import excerpt, jump_to, sureness
from bot.charts import films_png, trend_png

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from db.types import Bucket, Report, ResultView

By = Literal["day", "week", "month", "film"]
FEWEST: Final = 5
"""Under so many reviews averages and charts say nothing."""
EXTREMES: Final = 3
NO_FILM: Final = "(no film given)"
CSV_HEADER: Final = (
    "bucket", "reviews", "positive", "negative", "uncertain", "uncertain_share", "average_probability",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class About:
    """What a report is about, as the user asked; days are inclusive."""

    film: str | None = None
    job: int | None = None
    since: date | None = None
    until: date | None = None
    by: By = "day"

    def words(self, *, film_chars: int = 60) -> str:
        """In a phrase, unescaped: `“Heat”, job 4, since 2026-01-01, by week`."""
        parts = []
        if self.film is not None:
            film = " ".join(self.film.split())
            parts.append(f"“{film if len(film) <= film_chars else film[: film_chars - 1] + '…'}”")
        if self.job is not None:
            parts.append(f"job {self.job}")
        if self.since is not None:
            parts.append(f"since {self.since}")
        if self.until is not None:
            parts.append(f"until {self.until}")
        return ", ".join([*(parts or ["All reviews"]), f"by {self.by}"])


def too_few(report: Report, about: About) -> str:
    """The sentence in the place of a report on fewer than `FEWEST` reviews."""
    have = "no review" if report.total == 0 else "1 review" if report.total == 1 else f"{report.total} reviews"
    return (
        f"There is {have} for {one_line(about.words(), 200)}; a report needs at least {FEWEST}: "
        "take a longer time or leave a filter out."
    )


def report_embed(report: Report, about: About) -> discord.Embed:
    """Counts beside the average, the share of uncertain, the most positive and the most negative."""
    average = report.mean_probability
    lines = [one_line(about.words(), 200), f"**{plural(report.total, 'review')}**"]
    if average is not None:
        lines.append(f"{bar(average)} {average:.2f} average probability of positive")
    embed = discord.Embed(title="Report", description="\n".join(lines), colour=NEUTRAL)
    for name, count in _counts(report):
        embed.add_field(name=name, value=f"{count:,}\n{percent(count / report.total)}")
    if report.rejected:
        embed.add_field(name="Not scored", value=f"{plural(report.rejected, 'row')} of these files", inline=False)
    for name, results in (("Most positive", report.most_positive), ("Most negative", report.most_negative)):
        if results:
            embed.add_field(name=name, value="\n".join(map(_extreme, results[:EXTREMES])), inline=False)
    return embed


def chart_png(report: Report, about: About) -> bytes:
    """The chart of a report: along time, or one row a film."""
    draw = films_png if about.by == "film" else trend_png
    return draw(named(report.buckets), title=about.words(film_chars=40))


def alt_text(report: Report, about: About) -> str:
    """The chart in words, for who does not see it; at most Discord's 1,024 characters."""
    counts = ", ".join(f"{count:,} {name.lower()}" for name, count in _counts(report))
    text = f"Chart of {report.total:,} reviews, {about.words()}: {counts}."
    if report.mean_probability is not None:
        text += f" Average probability of positive {report.mean_probability:.2f}."
    buckets = named(report.buckets)
    if about.by != "film" and len(buckets) > 1:
        first, last = buckets[0], buckets[-1]
        text += f" From {first.mean_probability:.2f} in {first.key} to {last.mean_probability:.2f} in {last.key}."
    elif about.by == "film":
        films = (f"{_cut(bucket.key, 40)} {bucket.mean_probability:.2f}" for bucket in buckets[:8])
        text += f" Averages: {'; '.join(films)}."
    return _cut(text, 1024)


def csv_rows(report: Report) -> Iterable[Sequence[object]]:
    """A row of `CSV_HEADER` for each bucket."""
    for bucket in named(report.buckets):
        share = bucket.n_uncertain / bucket.total if bucket.total else 0.0
        counts = (bucket.total, bucket.n_positive, bucket.n_negative, bucket.n_uncertain)
        yield (bucket.key, *counts, round(share, 6), round(bucket.mean_probability, 6))


def named(buckets: Sequence[Bucket]) -> list[Bucket]:
    """The buckets, with words for the one of reviews without a film."""
    return [bucket if bucket.key else replace(bucket, key=NO_FILM) for bucket in buckets]


def _counts(report: Report) -> tuple[tuple[str, int], ...]:
    return ("Positive", report.n_positive), ("Negative", report.n_negative), ("Uncertain", report.n_uncertain)


def _extreme(result: ResultView) -> str:
    url = jump_to(result)
    where = f" [message]({url})" if url else ""
    film = f"{one_line(result.film, 30)}: " if result.film else ""
    return f"`#{result.id}` {sureness(result)}{where} · {film}{excerpt(result, 80)}"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
