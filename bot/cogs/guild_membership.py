"""Which servers the bot is in, so that the data of one that it was removed from go after the host's time."""

from __future__ import annotations

import logging

import discord
from discord.ext import commands, tasks

from bot.core import BotCore
from bot.errors.table import note
from db.privacy.guild_departures import compare_guilds, note_joined, note_left

log = logging.getLogger(__name__)


class GuildMembership(commands.Cog):
    """Notes joins and removals as Discord tells them, and compares the list whenever it is connected anew."""

    def __init__(self, bot: BotCore) -> None:
        self.bot = bot
        self._again = tasks.loop(hours=1)(self._note_all)

    async def cog_load(self) -> None:
        """Notes the servers again each hour: another bot on the same database may not be in them."""
        self._again.start()

    async def cog_unload(self) -> None:
        """Ends the hourly notes."""
        self._again.cancel()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Finds the servers that it was removed from while it was away. Those in an outage are in the list too."""
        left = await self.bot.in_thread(compare_guilds, self.bot.db, [guild.id for guild in self.bot.guilds])
        if left:
            log.info("removed from servers while away", extra={"guilds": len(left)})

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """It is (back) in a server."""
        await self.bot.in_thread(note_joined, self.bot.db, [guild.id])

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """It was removed from a server, or the server was deleted."""
        await self.bot.in_thread(note_left, self.bot.db, guild.id)

    async def _note_all(self) -> None:
        if not self.bot.is_ready():
            return
        try:
            await self.bot.in_thread(note_joined, self.bot.db, [guild.id for guild in self.bot.guilds])
        except Exception as error:
            note(error, "noting servers")


async def setup(bot: BotCore) -> None:
    """Loads the cog."""
    await bot.add_cog(GuildMembership(bot))
