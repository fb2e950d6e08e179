"""`/server`: what the managers of a server decide. Discord shows it to those with Manage Server; we ask again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.autocomplete import Number
from bot.cards.base import Card
from bot.cards.digest import state_card
from bot.cards.server import audit_card, server_card, taken_down_card
from bot.core import BotCore
from bot.delivery.responses import answer, defer
from common.errors import UserError
from common.i18n import tr, trn
from db.audit import server_lines
from db.delivery.server_digests import database_time, digest_of, save_digest
from db.dialect import film_name
from db.preferences import change_guild_settings, guild_settings
from db.privacy.take_down import take_down
from db.types import Digest, Every, GuildSettings
from reporting.digest import MOST_FILMS, last_period, next_digest

MOST: Final = 50
"""Most channels, and most roles, in a server's list."""
PER_PAGE: Final = 10
ALL_FILMS: Final = "all"

Channel = discord.TextChannel | discord.ForumChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
class Server(commands.GroupCog, group_name="server", group_description="This server's rules, for those who manage it"):
    """Commands of managers; each change is a line in the audit log, stored with it."""

    def __init__(self, bot: BotCore) -> None:
        self.bot = bot

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Managers alone, whatever a server's integration settings let through."""
        may = interaction.permissions
        if interaction.guild_id is None or not (may.manage_guild or may.administrator):
            raise app_commands.MissingPermissions(["manage_guild"])
        return True

    @app_commands.command()
    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """Where I answer here, who may send files, how long texts are kept."""
        await defer(interaction)
        rules = await self.bot.in_thread(guild_settings, self.bot.db, self.bot.viewer(interaction))
        await answer(interaction, server_card(rules, self.bot.settings, changed=False))

    @app_commands.command()
    @app_commands.describe(
        channel="The channel",
        answer_there="True: I answer in this channel. If no channel is listed, I answer everywhere",
    )
    async def channel(self, interaction: discord.Interaction[Any], channel: Channel, answer_there: bool) -> None:
        """Adds or removes a channel I answer in."""
        await self._change(
            interaction, lambda old: replace(old, channels=listed(old.channels, channel.id, answer_there))
        )

    @app_commands.command()
    @app_commands.describe(
        role="The role",
        may_send_files="True: members with this role may send files. If no role is listed, everyone may",
    )
    async def role(self, interaction: discord.Interaction[Any], role: discord.Role, may_send_files: bool) -> None:
        """Adds or removes a role that may send files."""
        await self._change(interaction, lambda old: replace(old, roles=listed(old.roles, role.id, may_send_files)))

    @app_commands.command()
    @app_commands.describe(
        retention_days="Days until texts and files are deleted (0 = the bot's default)",
        jobs="Unfinished file jobs per member (0 = the bot's default)",
        upload_mib="File size limit in MiB (0 = the bot's default)",
    )
    async def limits(
        self,
        interaction: discord.Interaction[Any],
        retention_days: app_commands.Range[int, 0, 365] | None = None,
        jobs: app_commands.Range[int, 0, 100] | None = None,
        upload_mib: app_commands.Range[int, 0, 500] | None = None,
    ) -> None:
        """Sets how long texts are kept, and how many and how large files may be."""
        wanted = {"retention_days": retention_days, "max_active_jobs": jobs, "max_upload_mib": upload_mib}
        given: dict[str, Any] = {name: value or None for name, value in wanted.items() if value is not None}
        if not given:
            raise UserError(tr("Say what to change: `retention_days`, `jobs` or `upload_mib`."))
        await self._change(interaction, lambda old: replace(old, **given))

    @app_commands.command()
    async def reset(self, interaction: discord.Interaction[Any]) -> None:
        """Resets this server to the bot's default settings."""
        await self._change(interaction, lambda old: GuildSettings(old.guild_id))

    @app_commands.command()
    @app_commands.describe(
        job="The number of a job that was shared here", result="The number of a result that was shared here"
    )
    async def takedown(
        self, interaction: discord.Interaction[Any], job: Number | None = None, result: Number | None = None
    ) -> None:
        """Ends what a member shared here: only they still see it."""
        if (job is None) == (result is None):
            raise UserError(tr("Say what to take down: `job` or `result`, with the number on its card."))
        await defer(interaction)
        viewer = self.bot.viewer(interaction)
        taken = await self.bot.in_thread(take_down, self.bot.db, viewer, job_id=job, result_id=result)
        self.bot.note_deletion()
        await answer(interaction, taken_down_card(taken))

    @app_commands.command()
    @app_commands.describe(
        every="How often; leave everything out to see what is set",
        channel="Where it goes. It counts only what was shared in that channel",
        films="Only these films, with ; between them; all: every film",
        alerts="True: I also say when the share of positive reviews has changed more than by chance",
    )
    @app_commands.choices(
        every=[
            app_commands.Choice(name="every week", value="week"),
            app_commands.Choice(name="every month", value="month"),
            app_commands.Choice(name="off", value="off"),
        ]
    )
    async def digest(
        self,
        interaction: discord.Interaction[Any],
        every: str | None = None,
        channel: Channel | None = None,
        films: app_commands.Range[str, 1, 1000] | None = None,
        alerts: bool | None = None,
    ) -> None:
        """Posts a short digest of the reviews to a channel, every week or month."""
        await defer(interaction)
        viewer, now = self.bot.viewer(interaction), await self.bot.in_thread(database_time, self.bot.db)
        if every is None and channel is None and films is None and alerts is None:
            stored = await self.bot.in_thread(digest_of, self.bot.db, viewer)
            await answer(interaction, _state(stored, now, changed=False))
            return
        if every == "off":
            await self.bot.in_thread(save_digest, self.bot.db, viewer, lambda _: None)
            await answer(interaction, state_card(None, None, changed=True))
            return
        if channel is not None:
            check_postable(channel)
        wanted = Wanted(
            every=every,
            channel_id=None if channel is None else channel.id,
            films=None if films is None else film_list(films),
            alerts=alerts,
            language=None if interaction.guild_locale is None else str(interaction.guild_locale),
        )
        change = partial(wanted.applied, now=now)
        saved = await self.bot.in_thread(save_digest, self.bot.db, viewer, change)
        await answer(interaction, _state(saved, now, changed=True))

    @app_commands.command()
    @app_commands.describe(before="Show entries before this number (the last page gives it)")
    async def audit(self, interaction: discord.Interaction[Any], before: int | None = None) -> None:
        """Who changed what here, and when."""
        await defer(interaction)
        lines = await self.bot.in_thread(
            server_lines, self.bot.db, self.bot.viewer(interaction), before_id=before, limit=PER_PAGE + 1
        )
        await answer(interaction, audit_card(lines[:PER_PAGE], more=len(lines) > PER_PAGE))

    async def _change(
        self, interaction: discord.Interaction[Any], change: Callable[[GuildSettings], GuildSettings]
    ) -> None:
        await defer(interaction)
        rules = await self.bot.in_thread(change_guild_settings, self.bot.db, self.bot.viewer(interaction), change)
        self.bot.rules.forget(rules.guild_id)
        await answer(interaction, server_card(rules, self.bot.settings, changed=True))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a manager wants of the digest; None: as it was."""

    every: str | None
    channel_id: int | None
    films: tuple[str, ...] | None
    alerts: bool | None
    language: str | None

    def applied(self, old: Digest | None, *, now: datetime) -> Digest:
        """The digest with these changes; a new one tells of the period that runs now. Raises UserError."""
        where = self.channel_id or (None if old is None else old.channel_id)
        often = self.every or (None if old is None else old.every)
        if where is None or often is None:
            raise UserError(tr("Say where and how often: `/server digest every:week channel:#reviews`."))
        every: Every = "month" if often == "month" else "week"
        told = last_period(every, now).until
        if old is not None and old.every == every and old.off_reason is None:
            told = old.told_until
        if old is None:
            return Digest(0, where, every, self.films or (), bool(self.alerts), self.language, None, told)
        return replace(
            old,
            channel_id=where,
            every=every,
            films=old.films if self.films is None else self.films,
            alerts=old.alerts if self.alerts is None else self.alerts,
            language=self.language,
            told_until=told,
            off_reason=None,
        )


def _state(stored: Digest | None, now: datetime, *, changed: bool) -> Card:
    due = None if stored is None else next_digest(stored.every, now)
    return state_card(stored, due, changed=changed)


def check_postable(channel: Any) -> None:
    """Raises UserError for a channel that the bot may not post to; of a forum its threads are meant."""
    if isinstance(channel, discord.ForumChannel):
        raise UserError(tr("A forum takes no messages of its own. Choose a text channel or a thread."))
    may = channel.permissions_for(channel.guild.me)
    writes = may.send_messages_in_threads if isinstance(channel, discord.Thread) else may.send_messages
    if not (may.view_channel and writes and may.embed_links and may.read_message_history):
        raise UserError(
            tr(
                "I may not post in {channel}. There I need the permissions View Channel, Send Messages, Embed Links "
                "and Read Message History.",
                channel=f"<#{channel.id}>",
            )
        )


def film_list(typed: str) -> tuple[str, ...]:
    """The films of a digest; `all` is none. Raises UserError for too many."""
    names = list(dict.fromkeys(name for part in typed.split(";") if (name := film_name(part)) is not None))
    if len(names) == 1 and names[0].casefold() == ALL_FILMS:
        return ()
    if not 1 <= len(names) <= MOST_FILMS:
        raise UserError(tr("Name 1 to {most} films, with ; between them.", most=MOST_FILMS))
    return tuple(names)


def listed(ids: tuple[int, ...], id_: int, wanted: bool) -> tuple[int, ...]:
    """The list with or without the id; raises UserError when it is full."""
    if not wanted:
        return tuple(one for one in ids if one != id_)
    if id_ not in ids and len(ids) >= MOST:
        raise UserError(
            trn(
                "The list is full ({count}). Remove one first.",
                "The list is full ({count}). Remove one first.",
                MOST,
            )
        )
    return ids if id_ in ids else (*ids, id_)


async def setup(bot: BotCore) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Server(bot))
