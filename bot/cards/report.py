"""The card of `/report`: counts beside averages and how sure they are, extremes and why, the chart in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import discord

from bot.cards.base import NEUTRAL, bar, flag_words, one_line, percent
from bot.cards.links import jump_to
from bot.cards.results import excerpt, sureness
from bot.cards.wording import reviews
from common.i18n import mark, number, tr, trn
from db.types import Report, ResultView
from reporting.intervals import mean_interval, wilson
from reporting.request import BY_WORDS, NO_FILM
from reporting.tables import ReportPart, deciding, named
from reporting.wording import differences, share_range

EXTREMES: Final = 3
CODES: Final = 3
"""Most reasons of rejected rows, and most flags, that a card names."""


def report_embed(parts: Sequence[ReportPart]) -> discord.Embed:
    """One report, or two side by side with what differs between them."""
    if len(parts) == 1:
        return _one(parts[0])
    by = one_line(tr(BY_WORDS[parts[0].about.by]), 40)
    embed = discord.Embed(title=tr("Comparison"), description=by, colour=NEUTRAL)
    for part in parts:
        embed.add_field(name=one_line(part.about.subject(film_chars=40), 120), value=_figures(part.report))
    told = "\n".join(one_line(sentence, 200) for sentence in differences(*parts))
    embed.add_field(name=tr("Difference"), value=told, inline=False)
    embed.set_footer(text=tr(_INTERVALS))
    return embed


_INTERVALS: Final = mark("In brackets: 95 % intervals, of shares by Wilson, of averages by Student's t")


def _one(part: ReportPart) -> discord.Embed:
    report, average = part.report, part.report.mean_probability
    lines = [one_line(part.about.words(), 200), f"**{reviews(report.total)}**"]
    if average is not None:
        told = tr("{average} average probability of positive", average=_average(report))
        lines.append(f"{bar(average)} {told}")
    embed = discord.Embed(title=tr("Report"), description="\n".join(lines), colour=NEUTRAL)
    for name, count in _counts(report):
        embed.add_field(name=name, value=f"{number(count)}\n{_share(count, report.total)}")
    if report.n_flagged:
        flags = "\n".join(f"{number(n)} · {words}" for (_, n), words in _frequent(report.flags))
        flagged = f"{reviews(report.n_flagged)}, {percent(report.n_flagged / report.total)}"
        embed.add_field(name=tr("Flagged"), value=f"{flagged}\n{flags}"[:1024], inline=False)
    if report.rejected:
        codes = ", ".join(f"{number(n)} {_code_words(code)}" for code, n in report.rejected_codes[:CODES])
        said = trn("{count} row of these files", "{count} rows of these files", report.rejected)
        said += f": {one_line(codes, 200)}" if codes else ""
        embed.add_field(name=tr("Not scored"), value=said, inline=False)
    if report.corrections:
        said = trn(
            "{count} correction; {agreed} agree with the verdict. People correct what looks wrong: no sample of all.",
            "{count} corrections; {agreed} agree with the verdict. People correct what looks wrong: no sample of all.",
            report.corrections,
            agreed=number(report.agreed),
        )
        embed.add_field(name=tr("Corrections"), value=said, inline=False)
    for name, results in ((tr("Most positive"), report.most_positive), (tr("Most negative"), report.most_negative)):
        if results:
            embed.add_field(name=name, value="\n".join(map(_extreme, results[:EXTREMES])), inline=False)
    embed.set_footer(text=tr(_INTERVALS))
    return embed


_CODES: Final = {
    "empty": mark("empty"),
    "too_long": mark("too long"),
    "ragged": mark("ragged"),
    "bad_json": mark("bad json"),
    "not_object": mark("not object"),
    "not_text": mark("not text"),
    "too_deep": mark("too deep"),
    "bad_text": mark("bad text"),
    "unclosed_quote": mark("unclosed quote"),
    "could_not_be_scored": mark("not scored"),
}
"""Why rows were not scored, in words (worker/files/row_problems.py has the sentences of the result files)."""


def _code_words(code: str) -> str:
    return tr(_CODES.get(code, code.replace("_", " ")))


def _frequent(flags: Sequence[tuple[str, int]]) -> list[tuple[tuple[str, int], str]]:
    shown = list(flags[:CODES])
    return list(zip(shown, flag_words(tuple(flag for flag, _ in shown)), strict=True))


def _figures(report: Report) -> str:
    """The short form, one of two columns."""
    if not report.total or report.mean_probability is None:
        return tr("no review")
    counts = (f"{name} {number(count)} · {_share(count, report.total)}" for name, count in _counts(report))
    average = tr("average {average}", average=_average(report))
    return "\n".join([f"**{reviews(report.total)}**", average, *counts])


def _share(count: int, total: int) -> str:
    """A share with its interval."""
    return f"{percent(count / total)} ({share_range(wilson(count, total))})"


def _average(report: Report) -> str:
    mean = report.mean_probability or 0.0
    sure = mean_interval(mean, report.deviation, report.total)
    return f"{mean:.2f}" if sure is None else f"{mean:.2f} ({sure.low:.2f}–{sure.high:.2f})"


def alt_text(parts: Sequence[ReportPart]) -> str:
    """The chart in words, for who does not see it; at most Discord's 1,024 characters."""
    if len(parts) == 2:
        return _cut(" ".join([tr("Comparison of two distributions."), *differences(*parts)]), 1024)
    about, report = parts[0].about, parts[0].report
    text = trn(
        "Chart of {count} review, {about}: {positive} positive, {negative} negative, {uncertain} uncertain.",
        "Chart of {count} reviews, {about}: {positive} positive, {negative} negative, {uncertain} uncertain.",
        report.total,
        about=about.words(),
        positive=number(report.n_positive),
        negative=number(report.n_negative),
        uncertain=number(report.n_uncertain),
    )
    if report.mean_probability is not None:
        text += " " + tr("Average probability of positive {average}.", average=f"{report.mean_probability:.2f}")
    buckets = named(report.buckets)
    if about.by != "film" and len(buckets) > 1:
        first, last = buckets[0], buckets[-1]
        text += " " + tr(
            "From {from_average} in {first} to {to_average} in {last}.",
            from_average=f"{first.mean_probability:.2f}",
            first=first.key,
            to_average=f"{last.mean_probability:.2f}",
            last=last.key,
        )
    elif about.by == "film":
        films = (f"{_cut(_film(bucket.key), 40)} {bucket.mean_probability:.2f}" for bucket in report.buckets[:8])
        text += " " + tr("Averages: {films}.", films="; ".join(films))
    return _cut(text, 1024)


def _film(name: str) -> str:
    return name or tr(NO_FILM)


def distribution_alt(part: ReportPart) -> str:
    """The histogram in words."""
    bins = part.report.histogram
    fifths = [sum(bins[i * 4 : i * 4 + 4]) / max(1, part.report.total) for i in range(5)]
    shares = ", ".join(percent(share) for share in fifths)
    told = tr(
        "How sure the model is: reviews by probability of positive, in fifths from 0 to 1: {shares}.", shares=shares
    )
    return _cut(told, 1024)


def _counts(report: Report) -> tuple[tuple[str, int], ...]:
    return (
        (tr("Positive"), report.n_positive),
        (tr("Negative"), report.n_negative),
        (tr("Uncertain"), report.n_uncertain),
    )


def _extreme(result: ResultView) -> str:
    """A review's verdict and the sentence that decided it, or its beginning while that is not known."""
    url = jump_to(result)
    word = tr("message")
    where = f" [{word}]({url})" if url else ""
    film = f"{one_line(result.film, 30)}: " if result.film else ""
    sentence = deciding(result)
    said = excerpt(result, 80) if sentence is None else f"“{one_line(sentence, 80)}”"
    return f"`#{result.id}` {sureness(result)}{where} · {film}{said}"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
