"""Replies that show a job: while their token lives, and after the bot that began them died."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from bot.services import file_jobs
from db.queries.jobs import list_jobs
from db.types import Viewer
from tests.bot.short_reviews import FILE
from tests.bot.talk import GOOD, review_file, words
from tests.fixtures.discord import World

CSV = ("export.csv", review_file(4, empty=0))
TWENTY = ("export.csv", FILE.encode())


@pytest.mark.parametrize("share", [False, True])
async def test_a_reply_that_a_dead_bot_left_thinking_gets_its_verdict(world: World, share: bool) -> None:
    result = await world.alice.slash(world.channel, "score", text=GOOD, share=share)
    await world.work()
    await world.restart()
    await world.tick(2)
    assert "Positive" in words(result.response)
    assert world.messages(world.alice.user.dm_channel) == []
    (job,) = list_jobs(world.db, Viewer(world.alice.id, world.guild.id))
    assert job.delivered_at is not None
    assert job.reply_token is None
    await world.tick(30)
    assert len(world.calls("PATCH", "/messages/@original")) == 1


async def test_a_file_that_a_dead_bot_accepted_is_said_to_be(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> None:
        await asyncio.sleep(3600)

    with monkeypatch.context() as patched:
        patched.setattr(file_jobs, "show_job", never)
        result = await world.alice.slash(world.channel, "batch", file=CSV)
    assert result.response.content == ""
    await world.restart()
    await world.finish()
    assert result.response.content == "Job 1 is accepted. Its progress will be shown soon."
    titles = [message.embeds[0].title for message in world.messages(world.alice.user.dm_channel) if message.embeds]
    assert len(titles) == 1
    assert "4 reviews scored" in titles[0]


async def test_a_token_that_is_over_is_not_tried(world: World) -> None:
    await world.alice.slash(world.channel, "score", text=GOOD)
    await world.work()
    with world.db.begin() as session:
        session.execute(text("update jobs set created_at = '2026-01-01 00:00:00.000'"))
    await world.restart()
    await world.tick(2)
    assert world.calls("PATCH", "/messages/@original") == []
    assert "Positive" in words(world.last(world.alice.user.dm_channel))


def delivered(world: World) -> list[bool]:
    return [job.delivered_at is not None for job in list_jobs(world.db, Viewer(world.alice.id))]


async def test_closed_dms_are_shown_in_the_reply(world: World) -> None:
    dm = world.alice.user.dm_channel
    world.env.inject_error("POST", f"/channels/{dm.id}/messages", status=403, code=50007, times=None)
    result = await world.alice.slash(world.channel, "batch", file=TWENTY)
    assert "block my direct messages" in result.response.content
    assert "accepted" in result.response.embeds[0].title
    await world.finish()
    assert "20 reviews scored" in result.response.embeds[0].title
    assert len(result.response.attachments) >= 2
    assert len(world.calls("POST", f"/channels/{dm.id}/messages")) == 1
    assert delivered(world) == [True]


async def test_closed_dms_and_a_job_that_outlives_the_reply(world: World) -> None:
    dm = world.alice.user.dm_channel
    world.env.inject_error("POST", f"/channels/{dm.id}/messages", status=403, code=50007, times=None)
    result = await world.alice.slash(world.channel, "batch", file=TWENTY)
    world.bot.notifier._loop.change_interval(seconds=30)
    await world.tick(16 * 60)
    assert "/jobs download" in result.response.content
    assert result.response.embeds == []
    world.bot.notifier._loop.change_interval(seconds=1)
    await world.finish()
    assert delivered(world) == [True]
    await world.tick(30)
    assert len(world.calls("POST", f"/channels/{dm.id}/messages")) <= 2
