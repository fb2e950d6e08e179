"""The door: what is asked of everybody who comes in, by message, command, button, form or autocompletion.

It costs no query as a rule: the block list and the rules of servers are kept for seconds, and a database that hangs
holds nobody here beyond Discord's three seconds.
"""

from __future__ import annotations

from typing import Any, Final

import discord

from bot.core import BotCore
from bot.permissions import check_channel, rules_of
from bot.pools.fair_threads import asker
from bot.pools.right_of_way import answering
from common.errors import UserError
from common.i18n import mark, tr
from db.errors import DatabaseUnavailable, DbError
from db.operations.blocks import Block, block_set

EVERYWHERE: Final = frozenset({"server", "settings", "privacy", "help", "about", "status"})
"""Commands that answer in every channel, always privately: a user must reach their data and the rules themselves."""
NEVER_BLOCKED: Final = "privacy"
"""Whoever is shut out still sees, exports and deletes what is kept about them."""

USER_BLOCKED: Final = mark(
    "Whoever runs this bot has blocked you. `/privacy` still shows, exports and deletes your data."
)
SERVER_BLOCKED: Final = mark(
    "Whoever runs this bot has blocked this server. `/privacy` still shows, exports and deletes your data."
)
_ALL: Final = "all"


def note_asker(asked: discord.Interaction[Any] | discord.Message) -> None:
    """From here on the running task works for whoever asked: `bot.pools.fair_threads`."""
    if isinstance(asked, discord.Interaction):
        answering.set(asked.id)
        asker.set(asked.user.id)
    else:
        asker.set(asked.author.id)


async def blocked(bot: BotCore, user_id: int, guild_id: int | None) -> Block | None:
    """What shuts them out here; None when nothing does, or when the database does not say."""
    try:
        shut_out = await bot.blocked.get(_ALL, lambda: bot.before_answer(block_set, bot.db))
    except (DbError, TimeoutError):  # without the database they get nothing done either
        return None
    return next((one for one in (("user", user_id), ("server", guild_id or 0)) if one in shut_out), None)


async def check_blocked(bot: BotCore, interaction: discord.Interaction[Any]) -> None:
    """Raises UserError for somebody who is shut out, or in a server that is."""
    found = await blocked(bot, interaction.user.id, interaction.guild_id)
    if found is not None:
        sentence = USER_BLOCKED if found[0] == "user" else SERVER_BLOCKED
        raise UserError(tr(sentence))


async def admit(bot: BotCore, interaction: discord.Interaction[Any]) -> None:
    """Of a slash command, an entry of a message's menu, or its autocompletion: raises UserError where it may not be.

    Raises DatabaseUnavailable when the database does not answer in time and nobody knows the rules of the server.
    """
    note_asker(interaction)
    root = interaction.command.qualified_name.split()[0] if interaction.command else ""
    if root != NEVER_BLOCKED:
        await check_blocked(bot, interaction)
    if interaction.type is not discord.InteractionType.application_command:
        return
    if interaction.guild_id is not None and root not in EVERYWHERE:
        try:
            rules = await rules_of(bot, bot.viewer(interaction))
        except TimeoutError:
            raise DatabaseUnavailable("The database does not answer in time.") from None
        check_channel(rules, interaction.channel)
