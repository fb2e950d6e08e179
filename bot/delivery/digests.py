"""Posts the digests and alerts of servers; what was told stands in SQL, so that a restart tells nothing twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Concatenate, Final, ParamSpec, TypeVar

import aiohttp
import discord
from discord.ext import tasks

from bot.cards.base import Card
from bot.cards.digest import alert_card, digest_card, not_counted_card, switched_off_card
from bot.core import BotCore
from bot.delivery.nonces import of_digest
from bot.delivery.outbox import GONE, passes
from bot.errors.table import note
from bot.pools.children import ChildFailed
from bot.pools.heavy_work import MAKING
from bot.visible_channels import shared_in
from common.i18n import use_locale
from db.delivery.message_deletions import About, remember_sent
from db.delivery.server_digests import Turn, begin_posting, end_posting, running_digests, switch_off
from db.engine import Database
from db.operations.blocks import block_set
from db.queries.films import sole_owners
from db.queries.reports import summary
from db.types import Digest, Every, Viewer
from reporting.digest import (
    DigestFigures,
    Period,
    alert_due,
    alert_figures,
    alerting,
    digest_figures,
    is_ahead,
    is_due,
    last_period,
)

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)

EVERYBODY: Final = -1
"""The viewer who is no member: to them is shown what was shared in the channel, and nothing else."""
EARLIER: Final = timedelta(minutes=10)
"""So long before somebody's turn began their message is looked for: the database's clock and Discord's differ."""
HISTORY: Final = 100
FIRST_PAUSE_S: Final = 300.0
LONGEST_PAUSE_S: Final = 6 * 3600.0
"""A digest that could not be counted is tried again after the first pause, then after twice as long, up to this one."""
TOLD_AFTER: Final = 3
"""So many tries in a row fail before whoever set it up is told: one may have met a busy moment."""


class _NotCounted(Exception):
    """The child that counts ran out of time, or died."""


@dataclass(frozen=True, slots=True)
class _Pause:
    """How often a digest of these settings could not be counted, and until when it is left, by the loop's clock."""

    settings: tuple[object, ...]
    tries: int
    until: float


class Digests:
    """Looks every minute for digests that are due."""

    def __init__(self, bot: BotCore, *, every_s: float = 60.0) -> None:
        self._bot = bot
        self._pauses: dict[int, _Pause] = {}
        """By server; forgotten when the bot ends."""
        self._loop = tasks.loop(seconds=every_s)(self._look_safely)

    def start(self) -> None:
        """Begins."""
        self._loop.start()

    def stop(self) -> None:
        """Ends; what is due stands in SQL."""
        self._loop.cancel()

    async def _look_safely(self) -> None:
        if self._bot.stopping or not self._bot.is_ready():
            return
        try:
            await self.look()
        except Exception as error:
            note(error, "digests")

    async def look(self) -> None:
        """Posts what is due now."""
        bot = self._bot
        now, digests = await bot.in_own_thread(running_digests, bot.db)
        if not digests:
            return
        shut_out = await bot.in_own_thread(block_set, bot.db)
        for one in digests:
            guild = bot.get_guild(one.guild_id)
            if bot.stopping or guild is None or guild.unavailable or ("server", one.guild_id) in shut_out:
                continue
            if self._pauses_still(one):
                continue
            try:
                with use_locale(one.language):
                    await self._post_due(one, now)
                self._pauses.pop(one.guild_id, None)
            except _NotCounted as failed:
                note(failed.__cause__ or failed, "a digest")
                with use_locale(one.language):
                    await self._try_later(one, guild)
            except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
                log.warning("a digest could not be posted (%s)", type(error).__name__)  # the next look tries again
            except Exception as error:  # another server's digest must not wait for it
                note(error, "a digest")

    async def _post_due(self, one: Digest, now: datetime) -> None:
        bot = self._bot
        if is_ahead(one, now):
            turn = await bot.in_own_thread(begin_posting, bot.db, one, "clock")
            if turn is not None:
                until = last_period(one.every, now).until
                await bot.in_own_thread(partial(end_posting, bot.db, one.guild_id, turn, told_until=until))
            return
        period, today = is_due(one, now), alert_due(one, now)
        if period is not None:
            turn = await bot.in_own_thread(begin_posting, bot.db, one, f"{one.every} {period.until}")
            if turn is not None and await self._tell_period(one, turn, period):
                await bot.in_own_thread(partial(end_posting, bot.db, one.guild_id, turn, told_until=period.until))
        elif today is not None:
            turn = await bot.in_own_thread(begin_posting, bot.db, one, f"alert {today}")
            if turn is None:
                return
            viewer = await self._viewer(one)
            if viewer is None:
                return
            figures = await self._counted(alert_of, viewer, one.films, today)
            moved = alerting(figures)
            if moved is None:
                await bot.in_own_thread(partial(end_posting, bot.db, one.guild_id, turn, looked_on=today))
            elif await self._post(one, turn, alert_card(figures, one, moved), f"a{today:%y%m%d}"):
                told = partial(end_posting, bot.db, one.guild_id, turn, looked_on=today, alerted_on=today)
                await bot.in_own_thread(told)

    async def _tell_period(self, one: Digest, turn: Turn, period: Period) -> bool:
        """Posts the digest of a period; whether that is done with. One without a review is not posted."""
        viewer = await self._viewer(one)
        if viewer is None:
            return False
        figures, owners = await self._counted(digest_of_period, viewer, one.every, one.films, period)
        if not figures.now.total:
            return True
        return await self._post(one, turn, digest_card(figures, one), f"{one.every[0]}{period.until:%y%m%d}", owners)

    async def _counted(self, fn: Callable[Concatenate[Database, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        async with self._bot.heavy.turn(MAKING, None):
            try:
                return await self._bot.heavy.in_child(fn, *args, **kwargs)
            except (TimeoutError, ChildFailed) as error:
                raise _NotCounted from error

    def _pauses_still(self, one: Digest) -> bool:
        """Whether it failed lately as it is set now; a manager who changes it has it tried at once."""
        pause = self._pauses.get(one.guild_id)
        same = pause is not None and pause.settings == _counts(one)
        return same and pause is not None and asyncio.get_running_loop().time() < pause.until

    async def _try_later(self, one: Digest, guild: discord.Guild) -> None:
        before = self._pauses.get(one.guild_id)
        tries = 1 if before is None or before.settings != _counts(one) else before.tries + 1
        until = asyncio.get_running_loop().time() + pause_s(tries)
        self._pauses[one.guild_id] = _Pause(_counts(one), tries, until)
        if tries == TOLD_AFTER and one.set_by is not None:
            await self._tell(one.set_by, not_counted_card(one, guild.name), of_digest(one.guild_id, "slow"))

    async def _tell(self, user_id: int, card: Card, nonce: str) -> None:
        """A direct message to whoever set a digest up; that it cannot be sent is logged."""
        try:
            await self._bot.outbox.send(await self._bot.outbox.dm_channel(user_id), card, nonce=nonce)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.info("the manager of a digest was not told (%s)", type(error).__name__)

    async def _viewer(self, one: Digest) -> Viewer | None:
        """Who sees what everybody in the channel sees; None when the channel is gone, which is said."""
        try:
            channel = await self._bot.outbox.reach(one.channel_id)
        except GONE:
            await self._switch_off(one, "closed")
            return None
        if getattr(getattr(channel, "guild", None), "id", None) != one.guild_id:
            await self._switch_off(one, "closed")
            return None
        return Viewer(EVERYBODY, one.guild_id, frozenset({shared_in(channel, one.channel_id)}))

    async def _post(self, one: Digest, turn: Turn, card: Card, what: str, owners: Iterable[int] = ()) -> bool:
        """Sends it; whether it stands there. A channel that takes nothing is said to the manager, once.

        owners: members whose deletion takes the message along, for it names a film that nobody else has reviewed.
        """
        try:
            if turn.maybe_sent is not None and await self._stands(one, card, turn.maybe_sent):
                return True
            nonce = of_digest(one.guild_id, what)
            sent = await self._bot.outbox.send(one.channel_id, card, nonce=nonce, silent=True)
            await self._bot.in_own_thread(remember_sent, self._bot.db, one.channel_id, sent.id, *map(About, owners))
        except GONE:
            await self._switch_off(one, "closed")
            return False
        except discord.HTTPException as error:
            if passes(error):
                raise
            await self._switch_off(one, "refused")
            return False
        return True

    async def _stands(self, one: Digest, card: Card, since: datetime) -> bool:
        """Whether a bot that died had sent it. Where the history is closed to the bot, that is taken for true."""
        try:
            sent = await self._bot.outbox.history(one.channel_id, since - EARLIER, HISTORY)
        except discord.Forbidden:
            return True
        me = self._bot.user
        title = card.embed.title if card.embed is not None else None
        return any(me is not None and m.author.id == me.id and [e.title for e in m.embeds] == [title] for m in sent)

    async def _switch_off(self, one: Digest, reason: str) -> None:
        bot = self._bot
        if not await bot.in_own_thread(switch_off, bot.db, one, reason) or one.set_by is None:
            return
        guild = bot.get_guild(one.guild_id)
        told = replace(one, off_reason=reason)
        card = switched_off_card(told, guild.name if guild is not None else str(one.guild_id))
        await self._tell(one.set_by, card, of_digest(one.guild_id, f"o{one.channel_id % 10**10}"))


def pause_s(tries: int) -> float:
    """Seconds until a digest is tried again that could not be counted so often in a row."""
    return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(tries - 1, 10))


def _counts(one: Digest) -> tuple[object, ...]:
    """What decides how much is counted."""
    return one.channel_id, one.every, one.films, one.alerts


def digest_of_period(
    db: Database, viewer: Viewer, every: Every, films: tuple[str, ...], period: Period
) -> tuple[DigestFigures, list[int]]:
    """The figures, and who alone reviewed a film that they name. Blocking."""
    figures = digest_figures(partial(summary, db, viewer), every, films, period)
    names = [film.name for film in (*figures.films, *figures.moved)]
    return figures, sole_owners(db, viewer, names, period.since, period.until)


def alert_of(db: Database, viewer: Viewer, films: tuple[str, ...], today: date) -> DigestFigures:
    """Blocking."""
    return alert_figures(partial(summary, db, viewer), films, today)
