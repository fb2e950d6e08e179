"""The tree of slash commands: its errors, and syncing it with Discord only when it changed."""

from __future__ import annotations

import hashlib
import json
import logging
from contextlib import suppress
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot.core import BotCore
from bot.delivery.error_replies import report
from bot.delivery.responses import watch
from bot.door import admit
from common.errors import UserError
from common.i18n import set_locale, tr
from db.delivery.key_values import get_state, set_state

log = logging.getLogger(__name__)


class Tree(app_commands.CommandTree[Any]):
    """Shows every error of a command privately; a subclass, because a decorator would hide errors from tests."""

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Refuses new work while the bot stops, and where a server's managers do not want it."""
        set_locale(interaction.locale)
        try:
            await self._admit(interaction)
        except Exception as error:
            if interaction.type is discord.InteractionType.autocomplete:  # shows no sentence: it is offered nothing
                with suppress(discord.HTTPException, aiohttp.ClientError, OSError):
                    await interaction.response.autocomplete([])
            else:  # raised here it would end in a log: only errors of commands reach on_error
                await report(interaction, error, doing="a command")
            return False
        return True

    @staticmethod
    async def _admit(interaction: discord.Interaction[Any]) -> None:
        """Raises UserError while the bot stops, and as `bot.door.admit` does."""
        bot: BotCore = interaction.client
        if bot.stopping:
            raise UserError(tr("The bot is restarting: try again in a minute."))
        if interaction.type is discord.InteractionType.application_command:
            watch(interaction)
        await admit(bot, interaction)

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        """Answers with the table's sentence."""
        name = interaction.command.qualified_name if interaction.command else "a command"
        await report(interaction, error, doing=f"/{name}")


async def payloads(tree: app_commands.CommandTree[Any]) -> list[dict[str, Any]]:
    """Everything Discord is told about the commands, in every language."""
    return [await _payload(tree, command) for command in tree._get_all_commands()]


async def tree_hash(tree: app_commands.CommandTree[Any]) -> str:
    """SHA-256 of it, hexadecimal."""
    return _hash(await payloads(tree))


def _hash(told: list[dict[str, Any]]) -> str:
    ordered = sorted(told, key=lambda command: (command["type"], command["name"]))
    return hashlib.sha256(json.dumps(ordered, sort_keys=True).encode()).hexdigest()


async def _payload(tree: app_commands.CommandTree[Any], command: Any) -> dict[str, Any]:
    if tree.translator is None:
        return dict(command.to_dict(tree))
    payload = command.get_translated_payload(tree, tree.translator)
    return dict(payload if isinstance(payload, dict) else await payload)


async def sync_if_changed(bot: BotCore) -> bool:
    """Tells Discord the commands when they differ from what it was last told; whether it did.

    Raises discord.HTTPException. Syncing at every start runs into Discord's daily limit and can sleep for minutes.
    """
    key = f"commands:{bot.application_id}"
    told = await payloads(bot.tree)
    wanted = _hash(told)
    if not bot.always_sync and await bot.in_thread(get_state, bot.db, key) == wanted:
        return False
    if bot.application_id is None:
        raise app_commands.MissingApplicationID
    # What `bot.tree.sync()` sends; it would translate everything once more.
    await bot.http.bulk_upsert_global_commands(bot.application_id, payload=told)
    await bot.in_thread(set_state, bot.db, key, wanted)
    log.info("commands synced")
    return True
