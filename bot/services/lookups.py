"""Looking up stored work for its viewer: one job, one verdict, and the lists of both that have pages.

Every query goes through the viewer's scope, so what is somebody else's is simply not found.
"""

from __future__ import annotations

from typing import Final

import discord

from bot.cards.base import Card
from bot.cards.correction import add_corrections
from bot.cards.jobs_list import choice_name, jobs_embed, status_embed
from bot.cards.results import nothing_found, result_options, results_embed
from bot.cards.search_request import SearchRequest
from bot.cards.verdict import verdict_card
from bot.components.buttons import export_button, job_buttons
from bot.components.menus import job_menu, result_menu
from bot.components.views import buttons_view
from bot.core import BotCore
from bot.pools.heavy_work import SEARCHING
from bot.services.exports import search_filter
from bot.services.pages import Asked, ListPage, PagedList
from db.engine import Database
from db.queries.corrections import corrections_of
from db.queries.jobs import get_job, list_jobs
from db.queries.results import get_result
from db.queries.search import count_hits, search
from db.types import Corrections, HitCount, JobView, Page, ResultView, SearchFilter, Viewer

JOBS_PER_PAGE: Final = 10
RESULTS_PER_PAGE: Final = 8


async def status_card(bot: BotCore, viewer: Viewer, job_id: int) -> Card:
    """One job with the buttons its owner may press. Raises db.errors.NotFound, for someone else's job too."""
    job = await bot.in_thread(get_job, bot.db, viewer, job_id)
    buttons = job_buttons(job) if job.owner_id == viewer.user_id else []
    return Card(embed=status_embed(job), view=buttons_view(*buttons) if buttons else None)


async def full_card(bot: BotCore, viewer: Viewer, id_: int) -> Card:
    """One verdict in full, with what was said about it. Raises db.errors.NotFound, for somebody else's too."""
    result, job, corrections = await bot.in_thread(_one, bot.db, viewer, id_)
    card = verdict_card(result, job=job)
    if card.embed is not None:
        add_corrections(card.embed, corrections)
    return card


def _one(db: Database, viewer: Viewer, id_: int) -> tuple[ResultView, JobView, Corrections]:
    """A result, its job and what was said about it; blocking."""
    result = get_result(db, viewer, id_)
    return result, get_job(db, viewer, result.job_id), corrections_of(db, viewer, id_)


async def load_jobs(bot: BotCore, viewer: Viewer, asked: Asked, before: int | None, number: int) -> ListPage:
    """A page of `/jobs list`; `before`: the last job of the page before."""
    unfinished = bool(asked["unfinished"])
    jobs = await bot.in_thread(
        list_jobs, bot.db, viewer, before_id=before, limit=JOBS_PER_PAGE + 1, active_only=unfinished
    )
    shown = jobs[:JOBS_PER_PAGE]
    after = shown[-1].id if len(jobs) > JOBS_PER_PAGE else None
    card = Card(embed=jobs_embed(shown, page=number, unfinished=unfinished, user_id=viewer.user_id))
    lines = [discord.SelectOption(label=choice_name(job), value=str(job.id)) for job in shown]
    return ListPage(card, after, empty=not shown, menu=job_menu(lines) if lines else None)


async def load_results(bot: BotCore, viewer: Viewer, asked: Asked, cursor: str | None, number: int) -> ListPage:
    """A page of `/results search`; `cursor`: of the page before."""
    request = SearchRequest.from_json(asked)
    wanted = search_filter(request)
    if request.query is None:
        page, jobs, count = await bot.in_thread(_page, bot.db, viewer, wanted, cursor)
    else:  # every text is looked through, and without a hit to the end of its time
        async with bot.heavy.turn(SEARCHING, viewer.user_id):
            page, jobs, count = await bot.heavy.in_thread(SEARCHING, _page, bot.db, viewer, wanted, cursor)
    if not page.items and not page.partial:
        return ListPage(Card(content=nothing_found(request, page.other_films)), None, empty=True)
    embed = results_embed(
        page.items, request, page=number, jobs=jobs, partial=page.partial, count=count, others=page.other_films
    )
    card = Card(embed=embed)
    menu = result_menu(result_options(page.items)) if page.items else None
    return ListPage(card, page.next_cursor, menu=menu)


def _page(
    db: Database, viewer: Viewer, wanted: SearchFilter, cursor: str | None
) -> tuple[Page, dict[int, JobView], HitCount | None]:
    """A page of results, their jobs by number and, on the first one, how many there are; blocking."""
    page = search(db, viewer, wanted, cursor=cursor, limit=RESULTS_PER_PAGE)
    count = count_hits(db, viewer, wanted, page=page) if cursor is None else None
    jobs = {job_id: get_job(db, viewer, job_id) for job_id in {item.job_id for item in page.items}}
    return page, jobs, count


JOBS: Final = PagedList("jobs", load_jobs)
RESULTS: Final = PagedList("results", load_results, extras=lambda key: [export_button(key)])
