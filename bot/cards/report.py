"""The card of `/report`: counts beside averages and how sure they are, extremes and why, the chart in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import discord

from bot.cards.base import NEUTRAL, bar, flag_words, one_line, percent
from bot.cards.job import plural
from bot.cards.results import excerpt, jump_to, sureness
from bot.reporting.statistics import mean_interval, wilson
from bot.reporting.tables import Part, deciding, named
from bot.reporting.words import differences, share_range

if TYPE_CHECKING:
    from db.types import Report, ResultView

EXTREMES: Final = 3
CODES: Final = 3
"""Most reasons of rejected rows, and most flags, that a card names."""


def report_embed(parts: Sequence[Part]) -> discord.Embed:
    """One report, or two side by side with what differs between them."""
    if len(parts) == 1:
        return _one(parts[0])
    embed = discord.Embed(title="Comparison", description=one_line(f"by {parts[0].about.by}", 40), colour=NEUTRAL)
    for part in parts:
        embed.add_field(name=one_line(part.about.subject(film_chars=40), 120), value=_figures(part.report))
    told = "\n".join(one_line(sentence, 200) for sentence in differences(*parts))
    embed.add_field(name="Difference", value=told, inline=False)
    embed.set_footer(text=_INTERVALS)
    return embed


_INTERVALS: Final = "In brackets: 95 % intervals, of shares by Wilson, of averages by Student's t"


def _one(part: Part) -> discord.Embed:
    report, average = part.report, part.report.mean_probability
    lines = [one_line(part.about.words(), 200), f"**{plural(report.total, 'review')}**"]
    if average is not None:
        lines.append(f"{bar(average)} {_average(report)} average probability of positive")
    embed = discord.Embed(title="Report", description="\n".join(lines), colour=NEUTRAL)
    for name, count in _counts(report):
        embed.add_field(name=name, value=f"{count:,}\n{_share(count, report.total)}")
    if report.n_flagged:
        flags = "\n".join(f"{n:,} · {words}" for (_, n), words in _frequent(report.flags))
        flagged = f"{plural(report.n_flagged, 'review')}, {percent(report.n_flagged / report.total)}"
        embed.add_field(name="Flagged", value=f"{flagged}\n{flags}"[:1024], inline=False)
    if report.rejected:
        codes = ", ".join(f"{n:,} {code.replace('_', ' ')}" for code, n in report.rejected_codes[:CODES])
        said = f"{plural(report.rejected, 'row')} of these files" + (f": {one_line(codes, 200)}" if codes else "")
        embed.add_field(name="Not scored", value=said, inline=False)
    for name, results in (("Most positive", report.most_positive), ("Most negative", report.most_negative)):
        if results:
            embed.add_field(name=name, value="\n".join(map(_extreme, results[:EXTREMES])), inline=False)
    embed.set_footer(text=_INTERVALS)
    return embed


def _frequent(flags: Sequence[tuple[str, int]]) -> list[tuple[tuple[str, int], str]]:
    shown = list(flags[:CODES])
    return list(zip(shown, flag_words(tuple(flag for flag, _ in shown)), strict=True))


def _figures(report: Report) -> str:
    """The short form, one of two columns."""
    if not report.total or report.mean_probability is None:
        return "no review"
    counts = (f"{name} {count:,} · {_share(count, report.total)}" for name, count in _counts(report))
    return "\n".join([f"**{plural(report.total, 'review')}**", f"average {_average(report)}", *counts])


def _share(count: int, total: int) -> str:
    """A share with its interval."""
    return f"{percent(count / total)} ({share_range(wilson(count, total))})"


def _average(report: Report) -> str:
    mean = report.mean_probability or 0.0
    sure = mean_interval(mean, report.deviation, report.total)
    return f"{mean:.2f}" if sure is None else f"{mean:.2f} ({sure.low:.2f}–{sure.high:.2f})"


def alt_text(parts: Sequence[Part]) -> str:
    """The chart in words, for who does not see it; at most Discord's 1,024 characters."""
    if len(parts) == 2:
        return _cut(" ".join(["Comparison of two distributions.", *differences(*parts)]), 1024)
    about, report = parts[0].about, parts[0].report
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


def distribution_alt(part: Part) -> str:
    """The histogram in words."""
    bins = part.report.histogram
    fifths = [sum(bins[i * 4 : i * 4 + 4]) / max(1, part.report.total) for i in range(5)]
    shares = ", ".join(percent(share) for share in fifths)
    return _cut(f"How sure the model is: reviews by probability of positive, in fifths from 0 to 1: {shares}.", 1024)


def _counts(report: Report) -> tuple[tuple[str, int], ...]:
    return ("Positive", report.n_positive), ("Negative", report.n_negative), ("Uncertain", report.n_uncertain)


def _extreme(result: ResultView) -> str:
    """A review's verdict and the sentence that decided it, or its beginning while that is not known."""
    url = jump_to(result)
    where = f" [message]({url})" if url else ""
    film = f"{one_line(result.film, 30)}: " if result.film else ""
    sentence = deciding(result)
    said = excerpt(result, 80) if sentence is None else f"“{one_line(sentence, 80)}”"
    return f"`#{result.id}` {sureness(result)}{where} · {film}{said}"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
