"""Where work comes from: each way in stores what its answer needs."""

from __future__ import annotations

from bot.services.origins import answered_origin
from common.i18n import use_locale
from db.queries.jobs import list_jobs
from db.types import JobView, Origin, Viewer
from tests.bot.short_reviews import GOOD
from tests.fixtures.discord import World


def the_job(world: World) -> JobView:
    (job,) = list_jobs(world.db, Viewer(world.alice.id, world.guild.id))
    return job


async def test_a_command_keeps_its_token_and_no_message(world: World) -> None:
    await world.alice.slash(world.channel, "score", text=GOOD, film="Heat")
    job = the_job(world)
    assert (job.source, job.guild_id, job.channel_id) == ("interaction", world.guild.id, world.channel.id)
    assert (job.reply_to, job.reply_channel_id, job.shared, job.film) == (None, None, False, "Heat")
    assert job.reply_token is not None
    await world.finish()


async def test_a_command_about_a_message_leads_to_it(world: World) -> None:
    message = await world.bob.send(world.channel, GOOD)
    await world.alice.context_menu(world.channel, "Score review", message)
    job = the_job(world)
    assert (job.reply_to, job.reply_channel_id) == (message.id, world.channel.id)
    await world.finish()


async def test_a_message_is_answered_where_it_stands(world: World) -> None:
    message = await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    job = the_job(world)
    assert (job.source, job.source_id, job.reply_to) == ("message", message.id, message.id)
    assert (job.guild_id, job.channel_id, job.reply_token) == (world.guild.id, world.channel.id, None)
    await world.finish()


def test_an_answer_about_a_message_counts_as_that_message() -> None:
    with use_locale("de"):
        origin = answered_origin(1, 5, 6, 7)
    assert origin == Origin(1, 5, 6, "message", 7, reply_to=7, language="de")
