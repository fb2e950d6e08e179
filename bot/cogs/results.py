"""`/results search | show`: every stored verdict that the caller may see."""

from __future__ import annotations

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.autocomplete import Number, a_film, any_job
from bot.cards.base import WORDS_INSIDE
from bot.cards.search_request import SearchRequest
from bot.core import BotCore
from bot.delivery.responses import answer, defer
from bot.services.lookups import RESULTS, full_card
from bot.services.pages import open_pages
from reporting.days import FORMS, parse_day

Sort = Literal["newest", "probability"]
Words = app_commands.Range[str, 1, 200]


class Results(commands.GroupCog, group_name="results", group_description="Earlier verdicts"):
    """Commands about stored verdicts; every query goes through the caller's scope."""

    def __init__(self, bot: BotCore) -> None:
        self.bot = bot

    @app_commands.command(name="search")
    @app_commands.describe(
        query="Words of the review",
        label="Only this verdict",
        film="Only this film",
        min_probability="How sure of its label a verdict must be, 0.5 to 1",
        since=f"First day: {FORMS}",
        job="Only this job",
        sort="Newest first, or most positive first",
    )
    @app_commands.choices(label=[app_commands.Choice(name=words, value=label) for label, words in WORDS_INSIDE.items()])
    @app_commands.autocomplete(job=any_job)
    @app_commands.autocomplete(film=a_film)
    async def search_(
        self,
        interaction: discord.Interaction[Any],
        query: Words | None = None,
        label: str | None = None,
        film: Words | None = None,
        min_probability: app_commands.Range[float, 0.0, 1.0] | None = None,
        since: app_commands.Range[str, 1, 50] | None = None,
        job: Number | None = None,
        sort: Sort = "newest",
    ) -> None:
        """Finds verdicts by text, verdict, film, probability, date or job."""
        start = None if since is None else parse_day(since, today=interaction.created_at.date())
        await defer(interaction)
        asked = SearchRequest(query, label, film, min_probability, start, job, sort)
        await open_pages(interaction, RESULTS, asked.to_json())

    @app_commands.command()
    @app_commands.describe(id="Number of the result, as /results search shows it")
    async def show(self, interaction: discord.Interaction[Any], id: Number) -> None:
        """Shows one verdict in full."""
        await defer(interaction)
        await answer(interaction, await full_card(self.bot, self.bot.viewer(interaction), id))


async def setup(bot: BotCore) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Results(bot))
