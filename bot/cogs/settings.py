"""`/settings`: what the caller wants when a command does not say it."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.settings import AS_SENT, settings_card
from bot.core import BotCore
from bot.delivery.responses import answer, defer
from common.file_formats import written_names
from db.preferences import save_user_settings, user_settings

FORMATS: Final = (AS_SENT, *written_names())


class UserSettingsCog(commands.Cog, name="Settings"):
    """The command `/settings`."""

    def __init__(self, bot: BotCore) -> None:
        self.bot = bot

    @app_commands.command()
    @app_commands.describe(
        sharing="Show verdicts and jobs to everyone in the channel, unless a command says otherwise",
        notices="Send me results as direct messages when they cannot be posted in the channel",
        file_format="Format of scored files",
    )
    @app_commands.choices(file_format=[app_commands.Choice(name=name, value=name) for name in FORMATS])
    async def settings(
        self,
        interaction: discord.Interaction[Any],
        sharing: bool | None = None,
        notices: bool | None = None,
        file_format: str | None = None,
    ) -> None:
        """Shows your settings, or changes the ones you give."""
        await defer(interaction)
        viewer = self.bot.viewer(interaction)
        old = await self.bot.in_thread(user_settings, self.bot.db, viewer)
        wanted = {"share": sharing, "dm_notices": notices}
        given: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
        new = dataclasses.replace(old, **given)
        if file_format is not None:
            new = dataclasses.replace(new, file_format=None if file_format == AS_SENT else file_format)
        changed = (sharing, notices, file_format) != (None, None, None)
        if changed:
            await self.bot.in_thread(save_user_settings, self.bot.db, viewer, new)
            self.bot.chosen.forget(viewer.user_id)
        await answer(interaction, settings_card(new, changed=changed))


async def setup(bot: BotCore) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(UserSettingsCog(bot))
