"""`/results search | show`: every stored verdict that the caller may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.autocomplete import Number, a_film, any_job
from bot.cards.base import WORDS_INSIDE, Card
from bot.cards.correction import add_corrections
from bot.cards.results import SearchRequest, nothing_found, result_options, results_embed
from bot.cards.verdict import verdict_card
from bot.delivery.responses import answer, defer
from bot.handlers.menus import ResultMenu
from bot.handlers.page import ExportButton
from bot.services.exports import SEARCH, search_filter
from bot.services.pages import LISTINGS, ListPage, PagedList, open_pages
from db.queries.corrections import Corrections, corrections_of
from db.queries.jobs import get_job
from db.queries.results import get_result
from db.queries.search import search
from reporting.days import FORMS, parse_day

if TYPE_CHECKING:
    from bot.client import ReelfeelBot
    from db.engine import Database
    from db.types import JobView, Page, ResultView, SearchFilter, Viewer

PER_PAGE: Final = 8

Sort = Literal["newest", "probability"]
Words = app_commands.Range[str, 1, 200]


async def load_results(
    bot: ReelfeelBot, viewer: Viewer, asked: dict[str, Any], cursor: str | None, page: int
) -> ListPage:
    """A page of `/results search`; `cursor`: of the page before."""
    told = SearchRequest.from_json(asked)
    found, jobs = await bot.in_thread(_page, bot.db, viewer, search_filter(told), cursor)
    if not found.items and not found.partial:
        return ListPage(Card(content=nothing_found(told)), None, empty=True)
    card = Card(embed=results_embed(found.items, told, page=page, jobs=jobs, partial=found.partial))
    menu = ResultMenu(result_options(found.items)) if found.items else None
    return ListPage(card, found.next_cursor, menu=menu)


LISTINGS[SEARCH] = PagedList(load_results, extras=lambda key: [ExportButton(key)])


class Results(commands.GroupCog, group_name="results", group_description="Verdicts that were given before"):
    """Commands about stored verdicts; every query goes through the caller's scope."""

    def __init__(self, bot: ReelfeelBot) -> None:
        self.bot = bot

    @app_commands.command(name="search")
    @app_commands.describe(
        query="Words of the review",
        label="Only this label",
        film="Only this film",
        min_probability="Least probability of positive, 0 to 1",
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
        """Find verdicts by text, label, film, probability, date or job."""
        start = None if since is None else parse_day(since, today=interaction.created_at.date())
        await defer(interaction)
        asked = SearchRequest(query, label, film, min_probability, start, job, sort)
        await open_pages(interaction, SEARCH, asked.to_json())

    @app_commands.command()
    @app_commands.describe(id="Number of the result, as /results search shows it")
    async def show(self, interaction: discord.Interaction[Any], id: Number) -> None:
        """One verdict in full."""
        await defer(interaction)
        await answer(interaction, await full_card(self.bot, self.bot.viewer(interaction), id))


async def full_card(bot: ReelfeelBot, viewer: Viewer, id_: int) -> Card:
    """One verdict in full, with what was said about it. Raises db.errors.NotFound, for somebody else's too."""
    result, job, said = await bot.in_thread(_one, bot.db, viewer, id_)
    card = verdict_card(result, job=job)
    if card.embed is not None:
        add_corrections(card.embed, said)
    return card


def _one(db: Database, viewer: Viewer, id_: int) -> tuple[ResultView, JobView, Corrections]:
    """A result, its job and what was said about it; blocking."""
    result = get_result(db, viewer, id_)
    return result, get_job(db, viewer, result.job_id), corrections_of(db, viewer, id_)


def _page(db: Database, viewer: Viewer, wanted: SearchFilter, cursor: str | None) -> tuple[Page, dict[int, JobView]]:
    """A page of results and their jobs by number; blocking."""
    found = search(db, viewer, wanted, cursor=cursor, limit=PER_PAGE)
    return found, {number: get_job(db, viewer, number) for number in {item.job_id for item in found.items}}


async def setup(bot: ReelfeelBot) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Results(bot))
