"""The cards of a server's digest: what it tells, an alert, and what `/server digest` says of it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import discord

from bot.cards.base import NEUTRAL, Card, bar, one_line
from bot.cards.wording import reviews
from common.i18n import in_brackets, listing, mark, pair, percent, quote, signed, tr, trn
from db.types import Digest
from reporting.digest import COOL_DOWN_DAYS, HOUR, Counts, DigestFigures, FilmCounts, named_films
from reporting.intervals import Interval, newcombe, wilson
from reporting.wording import SHARE_DIFFERS, SHARE_MAY_BE_CHANCE, share_range

FILM_CHARS: Final = 40
FILMS_CHARS: Final = 500
"""Of all films of a digest together: twice as long where every sign is escaped, which a field still holds."""
_REASONS: Final = {
    "closed": mark("The channel is gone or closed to me."),
    "refused": mark("Discord refused my message."),
}


def digest_card(figures: DigestFigures, one: Digest) -> Card:
    """A digest: counts, share of positive ones, what moved, the most reviewed films, the way to the report."""
    period = figures.period
    embed = discord.Embed(
        title=tr("Digest: {since} to {until}", since=period.since, until=period.until), colour=NEUTRAL
    )
    lines = [tr("Reviews that were shared in this channel.")]
    if one.films:
        lines.append(tr("Films: {films}.", films=one_line(named_films(one.films), 300)))
    lines += [f"**{reviews(figures.now.total)}**", bar(figures.now.positive / figures.now.total)]
    lines.append(_share(figures.now))
    embed.description = "\n".join(lines)
    counts = listing(
        (
            trn("{count} positive", "{count} positive", figures.now.positive),
            trn("{count} negative", "{count} negative", figures.now.negative),
            trn("{count} unclear", "{count} unclear", figures.now.uncertain),
        )
    )
    embed.add_field(name=tr("Verdicts"), value=counts, inline=False)
    embed.add_field(name=tr("What moved"), value=_moved(figures), inline=False)
    if figures.films:
        films = "\n".join(_film(film) for film in figures.films)
        more = figures.n_films - len(figures.films)
        if more > 0:
            films += "\n" + trn("{count} more film", "{count} more films", more)
        embed.add_field(name=tr("Films"), value=films, inline=False)
    embed.add_field(name=tr("The whole report"), value=_report(figures), inline=False)
    embed.set_footer(text=tr("In brackets: 95% confidence intervals"))
    return Card(embed=embed)


def alert_card(figures: DigestFigures, one: Digest, moved: Interval) -> Card:
    """A change that chance alone does not explain, with its figures and interval."""
    embed = discord.Embed(title=tr("Reviews have changed: {day}", day=figures.period.until), colour=NEUTRAL)
    lines = [tr("Reviews that were shared in this channel.")]
    if one.films:
        lines.append(tr("Films: {films}.", films=one_line(named_films(one.films), 300)))
    lines += [
        _side(figures.period.since, figures.period.until, figures.now),
        _side(figures.earlier.since, figures.earlier.until, figures.before),
        tr(
            "Share of positive reviews: {points} percentage points (99% interval {low} to {high}).",
            points=signed(_points(figures.now, figures.before), 1),
            low=signed(moved.low * 100, 1),
            high=signed(moved.high * 100, 1),
        ),
    ]
    embed.description = "\n".join(lines)
    embed.add_field(name=tr("The whole report"), value=_report(figures), inline=False)
    embed.set_footer(
        text=trn(
            "The next alert comes in {count} day at the earliest",
            "The next alert comes in {count} days at the earliest",
            COOL_DOWN_DAYS,
        )
    )
    return Card(embed=embed)


def state_card(one: Digest | None, due: datetime | None, *, changed: bool) -> Card:
    """What `/server digest` answers; `due`: when the next one comes."""
    if one is None:
        off = tr("The digest of this server is off.")
        how = tr("`/server digest every:week channel:#reviews` turns it on.")
        return Card(f"{off} {how}")
    embed = discord.Embed(
        title=tr("The digest is saved") if changed else tr("The digest of this server"), colour=NEUTRAL
    )
    embed.add_field(name=tr("Channel"), value=f"<#{one.channel_id}>")
    embed.add_field(name=tr("How often"), value=tr("every month") if one.every == "month" else tr("every week"))
    embed.add_field(name=tr("Alerts"), value=tr("on") if one.alerts else tr("off"))
    films = one_line(named_films(one.films), FILMS_CHARS) if one.films else tr("all films")
    embed.add_field(name=tr("Films"), value=films, inline=False)
    if one.off_reason is not None:
        reason = tr(_REASONS.get(one.off_reason, _REASONS["closed"]))
        again = tr("Set it up again to turn it on.")
        embed.add_field(name=tr("Switched off"), value=f"{reason} {again}", inline=False)
    elif due is not None:
        embed.add_field(name=tr("Next"), value=discord.utils.format_dt(due, "F"), inline=False)
    embed.set_footer(
        text=tr(
            "Only what was shared in that channel is counted. It comes at {hour}:00 UTC, pings nobody, and stays away "
            "when there was no review.",
            hour=HOUR,
        )
    )
    return Card(embed=embed)


def switched_off_card(one: Digest, guild: str) -> Card:
    """What the manager who set it up is told, once."""
    return Card(
        tr(
            "I could not post the digest of {server} in <#{channel}>, so I switched it off. {reason} "
            "`/server digest` there turns it on again.",
            server=quote(one_line(guild, 100)),
            channel=one.channel_id,
            reason=tr(_REASONS.get(one.off_reason or "closed", _REASONS["closed"])),
        )
    )


def not_counted_card(one: Digest, guild: str) -> Card:
    """What the manager who set it up is told when it fails again and again."""
    return Card(
        tr(
            "The digest of {server} for <#{channel}> is late: its reviews could not be counted in time. I try again, "
            "with pauses of up to six hours.",
            server=quote(one_line(guild, 100)),
            channel=one.channel_id,
        )
    )


def _share(counts: Counts) -> str:
    share = in_brackets(percent(counts.positive / counts.total), share_range(wilson(counts.positive, counts.total)))
    return tr("{share} positive", share=share)


def _side(since: object, until: object, counts: Counts) -> str:
    days = tr("{since} to {until}", since=since, until=until)
    return pair(days, listing((reviews(counts.total), _share(counts))))


def _points(now: Counts, before: Counts) -> float:
    return 100 * (now.positive / now.total - before.positive / before.total)


def _moved(figures: DigestFigures) -> str:
    now, before = figures.now, figures.before
    if not before.total:
        return tr("There were no reviews in the period before.")
    moved = newcombe(now.positive, now.total, before.positive, before.total)
    lines = [
        tr(
            SHARE_MAY_BE_CHANCE if moved.includes_zero else SHARE_DIFFERS,
            points=signed(_points(now, before), 1),
            low=signed(moved.low * 100, 1),
            high=signed(moved.high * 100, 1),
        ),
        tr("The period before: {figures}.", figures=listing((reviews(before.total), _share(before)))),
    ]
    for film in figures.moved:
        name = quote(one_line(film.name, FILM_CHARS))
        shares = (percent(one.positive / one.total) for one in (film.before, film.now))
        lines.append(pair(name, " → ".join(shares)))
    return "\n".join(lines)


def _film(film: FilmCounts) -> str:
    return pair(quote(one_line(film.name, FILM_CHARS)), listing((reviews(film.now.total), _share(film.now))))


def _report(figures: DigestFigures) -> str:
    return tr("`/report since:{since} until:{until} by:film`", since=figures.period.since, until=figures.period.until)
