"""The cogs, in the order in which they are loaded; each module has `async def setup(bot)`."""

from __future__ import annotations

COGS: tuple[str, ...] = (
    "bot.cogs.messages",
    "bot.cogs.score",
    "bot.cogs.batch",
    "bot.cogs.jobs",
    "bot.cogs.results",
    "bot.cogs.report",
    "bot.cogs.correct",
    "bot.cogs.settings",
    "bot.cogs.server",
    "bot.cogs.privacy",
    "bot.cogs.info",
    "bot.cogs.guild_membership",
    "bot.cogs.deleted_messages",
)
