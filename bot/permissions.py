"""What a server's managers decided: where the bot answers, who may send files, how many and how large."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import discord

from bot.core import BotCore
from common.errors import UserError
from common.i18n import shortened, tr
from common.settings import Settings
from db.preferences import NOWHERE, guild_settings, user_settings
from db.types import GuildSettings, Origin, UserSettings, Viewer

NAMED: Final = 5
"""Most channels or roles that a sentence names."""


@dataclass(frozen=True, slots=True)
class Requester:
    """Who somebody is in the server they ask from: the ids of their roles, and whether they may manage it."""

    roles: frozenset[int] = frozenset()
    manager: bool = False


NOBODY: Final = Requester()


def requester_of(asker: discord.Interaction[Any] | discord.Message) -> Requester:
    """As Discord says with the event; nobody in a direct message."""
    if isinstance(asker, discord.Interaction):
        user, permissions = asker.user, asker.permissions
    else:
        user = asker.author
        permissions = user.guild_permissions if isinstance(user, discord.Member) else discord.Permissions.none()
    if not isinstance(user, discord.Member):
        return NOBODY
    return Requester(frozenset(user._roles), permissions.manage_guild or permissions.administrator)


async def rules_of(bot: BotCore, viewer: Viewer) -> GuildSettings:
    """The rules where the viewer is, as they were seconds ago. Raises db.errors.DbError, TimeoutError."""
    if viewer.guild_id is None:
        return NOWHERE
    return await bot.rules.get(viewer.guild_id, lambda: bot.before_answer(guild_settings, bot.db, viewer))


def answers_in(rules: GuildSettings, channel: Any) -> bool:
    """Whether the bot answers there; a thread goes by its channel."""
    ids = {getattr(channel, "id", None), getattr(channel, "parent_id", None)}
    return not rules.channels or not ids.isdisjoint(rules.channels)


def check_channel(rules: GuildSettings, channel: Any) -> None:
    """Raises UserError where the bot is not to answer."""
    if not answers_in(rules, channel):
        raise UserError(
            tr(
                "In this server I answer in {channels}: ask there, or write me a direct message.",
                channels=_listed("#", rules.channels),
            )
        )


def check_bulk(rules: GuildSettings, standing: Requester) -> None:
    """Raises UserError for somebody who may not send files in this server."""
    if rules.roles and not standing.manager and standing.roles.isdisjoint(rules.roles):
        raise UserError(
            tr(
                "In this server, only {roles} may send files. Ask someone who manages the server for the role, "
                "or send me the file as a direct message.",
                roles=_listed("@&", rules.roles),
            )
        )


def _listed(kind: str, ids: tuple[int, ...]) -> str:
    return shortened([f"<{kind}{id_}>" for id_ in ids], NAMED)


@dataclass(frozen=True, slots=True)
class FileRules:
    """What counts for one file: its largest size in MiB, and the format of the result (None: as it came in)."""

    max_upload_mib: int
    file_format: str | None


async def file_rules(bot: BotCore, origin: Origin, standing: Requester) -> FileRules:
    """The rules for a file from there; UserError for who may send none. How many is checked where it is stored.

    Raises db.errors.DbError.
    """
    viewer = Viewer(origin.owner_id, origin.guild_id)
    rules, chosen = await bot.in_thread(_both, bot, viewer)
    check_bulk(rules, standing)
    return merged(bot.settings, rules, chosen)


def _both(bot: BotCore, viewer: Viewer) -> tuple[GuildSettings, UserSettings]:
    return guild_settings(bot.db, viewer), user_settings(bot.db, viewer)


def merged(settings: Settings, rules: GuildSettings, chosen: UserSettings) -> FileRules:
    """A server can only lower what the host allows."""
    return FileRules(
        min(settings.max_upload_mib, rules.max_upload_mib or settings.max_upload_mib),
        chosen.file_format,
    )


async def takes_notices(bot: BotCore, viewer: Viewer) -> bool:
    """Whether results may come as direct messages, as the user chose with `/settings`. Raises db.errors.DbError."""
    return (await bot.in_thread(user_settings, bot.db, viewer)).dm_notices


async def wants_share(bot: BotCore, interaction: discord.Interaction[Any], share: bool | None) -> bool:
    """What the caller said, else what they chose with `/settings`; private when the database does not say in time.

    Asked before there is an answer, so it must not wait. Raises db.errors.DbError.
    """
    if share is not None:
        return share
    viewer = bot.viewer(interaction)
    try:
        chosen = await bot.chosen.get(viewer.user_id, lambda: bot.before_answer(user_settings, bot.db, viewer))
    except TimeoutError:
        return False
    return chosen.share
