"""Numbers of jobs and results as options, and autocompletion of a job's from the caller's own jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import discord
from discord import app_commands

from bot.cards.jobs_list import choice_name
from bot.components.menus import CHOICE_CHARS, MOST_CHOICES
from bot.core import BotCore
from bot.errors.table import note
from common.errors import UserError
from db.errors import DbError
from db.queries.films import list_films
from db.queries.jobs import list_jobs
from db.types import JobView

Number = app_commands.Range[int, 1, 2**53 - 1]
"""The number of a job or result; Discord's whole numbers end there."""
LOOKED_AT: Final = 200
"""So many of the newest jobs are searched; an older one can be typed as a number."""
NONE_OFFERED: Final = (DbError, TimeoutError, UserError)
"""A database that does not answer in time, and somebody who types faster than it does: nothing is offered."""


async def _choices(
    interaction: discord.Interaction[Any], current: str, keep: Callable[[JobView], bool]
) -> list[app_commands.Choice[int]]:
    """The newest of the caller's jobs that `keep` lets through and whose line holds what is typed.

    A database that does not answer gives none: an autocompletion cannot show an error.
    """
    bot: BotCore = interaction.client
    viewer = bot.viewer(interaction)
    try:
        # By all of the viewer: what is offered in one channel is not for another.
        jobs = await bot.offered_jobs.get(viewer, lambda: bot.in_thread(list_jobs, bot.db, viewer, limit=LOOKED_AT))
    except NONE_OFFERED as error:
        note(error, "autocompletion of a job")
        return []
    typed = current.strip().casefold()
    own = (job for job in jobs if job.owner_id == interaction.user.id and keep(job))
    lines = ((choice_name(job), job.id) for job in own)
    return [app_commands.Choice(name=line, value=id_) for line, id_ in lines if typed in line.casefold()][:MOST_CHOICES]


async def a_film(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
    """Films among the verdicts the caller may see, the latest judged first; any other name can be typed."""
    bot: BotCore = interaction.client
    viewer = bot.viewer(interaction)
    try:
        films = await bot.offered_films.get(
            (viewer, current),
            lambda: bot.in_thread(list_films, bot.db, viewer, current, limit=2 * MOST_CHOICES),
        )
    except NONE_OFFERED as error:
        note(error, "autocompletion of a film")
        return []
    # Discord takes no choice over 100 characters, and half a name would find nothing.
    return [app_commands.Choice(name=film, value=film) for film in films if len(film) <= CHOICE_CHARS][:MOST_CHOICES]


async def any_job(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[int]]:
    """Any of the caller's jobs."""
    return await _choices(interaction, current, lambda job: True)


async def unfinished_job(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[int]]:
    """Jobs that can still be cancelled."""
    return await _choices(interaction, current, lambda job: not job.terminal)


async def ended_early_job(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[int]]:
    """Jobs that were cancelled or failed."""
    return await _choices(interaction, current, lambda job: job.state in ("cancelled", "failed"))


async def job_with_files(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[int]]:
    """File jobs that are done."""
    return await _choices(interaction, current, lambda job: job.state == "done" and job.kind == "file")
