"""The card of `/report`: counts beside averages and how sure they are, extremes and why, the chart in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import discord

from bot.cards.base import EMBED_CHARS, FIELD_CHARS, NEUTRAL, bar, fitting, flag_words, label_counts, one_line
from bot.cards.links import jump_to
from bot.cards.results import excerpt, sureness
from bot.cards.themes import theme_fields
from bot.cards.wording import agreement, average_stars, given_stars, reviews
from common.i18n import in_brackets, listing, mark, mark_plural, number, pair, percent, percents, quote, tr, trn
from db.types import AspectCount, Quote, Report, ResultView
from reporting.aspects.words import WORDS, aspect_differences, beside_others, praise_of, summed_up
from reporting.intervals import mean_interval, wilson
from reporting.request import BY_WORDS, NO_FILM, several_films
from reporting.second_look import second_look
from reporting.tables import ReportPart, deciding, named
from reporting.wording import differences, share_range

EXTREMES: Final = 3
FILMS: Final = 8
"""Most films that a card lists; all are in the file."""
FILM_CHARS: Final = 40
ASPECTS: Final = 6
"""Most aspects that a card shows with their quotes; all are in the file."""
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
    several = [several_films(part.report.other_films) for part in parts]
    told = [*differences(*parts), *filter(None, several)]
    lines = "\n".join(one_line(sentence, 400) for sentence in told)[:FIELD_CHARS]
    embed.add_field(name=tr("Difference"), value=lines, inline=False)
    if parts[0].about.by == "aspect":
        found = aspect_differences(parts[0].report.aspects, parts[1].report.aspects)
        value = fitting(found) if found else tr("Too few reviews of both judge the same aspects.")
        embed.add_field(name=tr("Share of praise, by aspect"), value=value, inline=False)
    embed.set_footer(text=tr(_INTERVALS))
    return embed


_INTERVALS: Final = mark("In brackets: 95% confidence intervals")


def _one(part: ReportPart) -> discord.Embed:
    report, average = part.report, part.report.mean_probability
    lines = [one_line(part.about.words(), 200), f"**{reviews(report.total)}**"]
    if several := several_films(report.other_films):
        lines.append(one_line(several, 500))
    if average is not None:
        lines.append(bar(average))
        lines.append(tr("Average probability of being positive: {average}", average=_average(report)))
        lines += [line for line in (average_stars(report.stars), *agreement(report.stars)) if line]
    embed = discord.Embed(title=tr("Report"), description="\n".join(lines), colour=NEUTRAL)
    for name, count, share in _counts(report):
        embed.add_field(name=name, value=f"{number(count)}\n{share}")
    if part.about.by == "aspect":
        _add_aspects(embed, report)
    elif said := summed_up(report.aspects):
        embed.add_field(name=tr("Praised and blamed"), value="\n".join(said)[:FIELD_CHARS], inline=False)
    if part.about.by == "film" and report.buckets:
        embed.add_field(name=tr("Films"), value=_films(report), inline=False)
    if report.n_flagged:
        flags = "\n".join(f"{number(n)} · {words}" for (_, n), words in _frequent(report.flags))
        flagged = in_brackets(reviews(report.n_flagged), percent(report.n_flagged / report.total))
        embed.add_field(name=tr("With flags"), value=f"{flagged}\n{flags}"[:FIELD_CHARS], inline=False)
    if report.rejected:
        rows = trn("{count} row of these files", "{count} rows of these files", report.rejected)
        reasons = listing(_code_words(code, count) for code, count in report.rejected_codes[:CODES])
        value = pair(rows, one_line(reasons, 200)) if reasons else rows
        embed.add_field(name=tr("Not scored"), value=value, inline=False)
    if looks := second_look(report.hygiene):
        embed.add_field(name=tr("Worth a second look"), value="\n".join(looks)[:FIELD_CHARS], inline=False)
    if report.corrections:
        corrections = (
            trn("{count} correction", "{count} corrections", report.corrections),
            trn("{count} agrees with the verdict", "{count} agree with the verdict", report.agreed),
            tr("People mostly correct verdicts that look wrong, so this does not show how often the bot is right."),
        )
        embed.add_field(name=tr("Corrections"), value="\n".join(corrections), inline=False)
    place = len(embed.fields)
    shown = (
        (tr("Most positive"), report.most_positive),
        (tr("Most negative"), report.most_negative),
        (tr("Words against stars"), report.mismatches),
    )
    for name, results in shown:
        if results:
            embed.add_field(name=name, value="\n".join(map(_extreme, results[:EXTREMES])), inline=False)
    embed.set_footer(text=tr(_INTERVALS))
    for title, themes in reversed(theme_fields(part.themes, EMBED_CHARS - len(embed))):  # in the room that is left
        embed.insert_field_at(place, name=title, value=themes, inline=False)
    while len(embed) > EMBED_CHARS:  # words of nothing but signs that are escaped
        embed.remove_field(-1)
    return embed


def _add_aspects(embed: discord.Embed, report: Report) -> None:
    """A field for each of the aspects that most reviews judge, with the surest clause for and against."""
    told = told_aspects(report)
    if not told:
        nothing = tr("No review here was read for aspects. Send files with `aspects: True`.")
        embed.add_field(name=tr("Praised and blamed"), value=nothing, inline=False)
    for one in told:
        lines = [praise_of(one), *([beside] if (beside := beside_others(one)) else [])]
        for sign, said in zip(("+", "−"), one.quotes, strict=True):
            if said is not None:
                lines.append(f"{sign} {quote(one_line(said.words, 80))} `#{said.review_id}`")
        embed.add_field(name=tr(WORDS[one.name]), value="\n".join(lines)[:FIELD_CHARS], inline=False)


def told_aspects(report: Report) -> list[AspectCount]:
    """The aspects that a card by aspect shows: those that most reviews judge, in their order."""
    most = sorted((one for one in report.aspects if one.judged), key=lambda one: -one.judged)[:ASPECTS]
    return [one for one in report.aspects if one in most]


def quotes(parts: Sequence[ReportPart]) -> list[Quote]:
    """The clauses that the card quotes."""
    if len(parts) != 1 or parts[0].about.by != "aspect":
        return []
    return [said for one in told_aspects(parts[0].report) for said in one.quotes if said is not None]


def _films(report: Report) -> str:
    """The most reviewed films, each with its reviews and the share of positive ones."""
    lines: list[str] = []
    for one in sorted(report.buckets, key=lambda bucket: -bucket.total)[:FILMS]:
        name = quote(one_line(one.key, FILM_CHARS)) if one.key else tr(NO_FILM)
        sure = share_range(wilson(one.n_positive, one.total))
        share = tr("{share} positive", share=in_brackets(percent(one.n_positive / one.total), sure))
        line = pair(name, listing((reviews(one.total), share)))
        if sum(map(len, lines)) + len(line) > FIELD_CHARS - 100:  # names of nothing but signs that are escaped
            break
        lines.append(line)
    more = report.n_buckets - len(lines)
    if more > 0:
        lines.append(trn("{count} more film", "{count} more films", more))
    return "\n".join(lines)


_CODES: Final = {
    "empty": mark_plural("{count} empty", "{count} empty"),
    "too_long": mark_plural("{count} too long", "{count} too long"),
    "ragged": mark_plural("{count} with the wrong number of cells", "{count} with the wrong number of cells"),
    "bad_json": mark_plural("{count} that is not valid JSON", "{count} that are not valid JSON"),
    "not_object": mark_plural("{count} that is not a JSON object", "{count} that are not JSON objects"),
    "not_text": mark_plural("{count} without a text", "{count} without a text"),
    "too_deep": mark_plural("{count} nested too deeply", "{count} nested too deeply"),
    "too_many_values": mark_plural("{count} with too many values", "{count} with too many values"),
    "bad_text": mark_plural("{count} with unreadable characters", "{count} with unreadable characters"),
    "unclosed_quote": mark_plural("{count} with a quote that is not closed", "{count} with a quote that is not closed"),
    "total": mark_plural("{count} that is a total", "{count} that are totals"),
    "could_not_be_scored": mark_plural("{count} that could not be scored", "{count} that could not be scored"),
}
"""So many rows, and why they were not scored (worker/files/row_problems.py has the sentences of the result files)."""


def _code_words(code: str, count: int) -> str:
    words = code.replace("_", " ")
    one, many = _CODES.get(code, (f"{{count}} {words}", f"{{count}} {words}"))
    return trn(one, many, count)


def _frequent(flags: Sequence[tuple[str, int]]) -> list[tuple[tuple[str, int], str]]:
    shown = list(flags[:CODES])
    return list(zip(shown, flag_words(tuple(flag for flag, _ in shown)), strict=True))


def _figures(report: Report) -> str:
    """The short form, one of two columns."""
    if not report.total or report.mean_probability is None:
        return tr("no review")
    counts = (pair(name, f"{number(count)} · {share}") for name, count, share in _counts(report))
    average = tr("average {average}", average=_average(report))
    stars = average_stars(report.stars)
    return "\n".join([f"**{reviews(report.total)}**", average, *([stars] if stars else []), *counts])


def _average(report: Report) -> str:
    mean = report.mean_probability or 0.0
    sure = mean_interval(mean, report.deviation, report.total)
    if sure is None:
        return number(mean, 2)
    return in_brackets(number(mean, 2), f"{number(sure.low, 2)}–{number(sure.high, 2)}")


def alt_text(parts: Sequence[ReportPart]) -> str:
    """The chart in words, for who does not see it; at most Discord's 1,024 characters."""
    if len(parts) == 2:
        return _cut(" ".join([tr("Comparison of two distributions."), *differences(*parts)]), 1024)
    about, report = parts[0].about, parts[0].report
    text = trn(
        "Chart of {count} review, {about}: {counts}.",
        "Chart of {count} reviews, {about}: {counts}.",
        report.total,
        about=about.words(),
        counts=listing(label_counts(report.n_positive, report.n_negative, report.n_uncertain)),
    )
    if report.mean_probability is not None:
        text += " " + tr(
            "Average probability of being positive: {average}.", average=number(report.mean_probability, 2)
        )
    buckets = named(report.buckets)
    if about.by != "film" and len(buckets) > 1:
        first, last = buckets[0], buckets[-1]
        text += " " + tr(
            "From {from_average} ({first}) to {to_average} ({last}).",
            from_average=number(first.mean_probability, 2),
            first=first.key,
            to_average=number(last.mean_probability, 2),
            last=last.key,
        )
    elif about.by == "film":
        films = (pair(_cut(_film(bucket.key), 40), number(bucket.mean_probability, 2)) for bucket in report.buckets[:8])
        text += " " + tr("Averages: {films}.", films=listing(films))
    return _cut(text, 1024)


def _film(name: str) -> str:
    return name or tr(NO_FILM)


def distribution_alt(part: ReportPart) -> str:
    """The histogram in words."""
    bins = part.report.histogram
    fifths = [sum(bins[i * 4 : i * 4 + 4]) for i in range(5)]
    alt = tr(
        "How sure the model is: share of reviews in each fifth from surely negative to surely positive: {shares}.",
        shares=listing(percents(fifths)),
    )
    return _cut(alt, 1024)


def _counts(report: Report) -> list[tuple[str, int, str]]:
    """Name, count and share of each label, the share with its interval."""
    names = (tr("Positive"), tr("Negative"), tr("Unclear"))
    counts = (report.n_positive, report.n_negative, report.n_uncertain)
    sure = (share_range(wilson(count, report.total)) for count in counts)
    return [
        (name, count, in_brackets(share, interval))
        for name, count, share, interval in zip(names, counts, percents(counts), sure, strict=True)
    ]


def _extreme(result: ResultView) -> str:
    """A review's verdict and the sentence that decided it, or its beginning while that is not known."""
    url = jump_to(result)
    word = tr("message")
    where = f" [{word}]({url})" if url else ""
    sentence = deciding(result)
    words = excerpt(result, 80) if sentence is None else quote(one_line(sentence, 80))
    if result.film:
        words = pair(one_line(result.film, 30), words)
    given = "" if result.rating is None else " · " + given_stars(result.rating)
    return f"`#{result.id}` {sureness(result)}{given}{where} · {words}"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
