"""What the bot promises whatever happens: no reply left thinking, nothing private shown, a pace, a flat memory."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
import discord
import pytest
from sqlalchemy import text

from bot.delivery import notifier
from bot.delivery.rate_limiter import RATE
from bot.delivery.responses import TOO_LONG
from bot.services import file_jobs, intake
from bot.services.single_reviews import WAIT_S
from db.errors import DatabaseUnavailable
from db.queries.jobs import list_jobs
from db.types import Viewer
from tests.bot.talk import BAD, GOOD, PLACES, Place, Talk, all_at_once, review_file, words
from tests.fixtures.discord import World

CSV = ("export.csv", review_file(4, empty=0))


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
    assert result.response.content == "Job 1 is accepted: its card follows."
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


@pytest.mark.parametrize("place", PLACES)
async def test_a_command_that_takes_too_long_says_so(
    world: World, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> None:
        await asyncio.sleep(3600)

    monkeypatch.setattr(file_jobs, "accept_file", never)
    world.bot.notifier.stop()
    shown = await Talk(world, place, world.alice).slash("batch", file=CSV)
    await world.tick(13.5 * 60)
    assert shown.content == ""
    await world.tick(60)
    assert shown.content == TOO_LONG


async def test_an_error_after_a_public_reply_began_is_private(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise DatabaseUnavailable("gone")

    monkeypatch.setattr(intake, "accept_review", away)
    result = await world.alice.slash(world.channel, "score", text=GOOD, share=True)
    assert world.messages(world.channel) == [], "nothing is left in the channel"
    (told,) = result.followups
    assert told.ephemeral
    assert "nothing was accepted" in told.content
    world.env._errors.clear()


async def test_answers_are_edits_so_that_a_cut_connection_doubles_none(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit, cuts = discord.Interaction.edit_original_response, []

    async def cut_after(self: Any, **parts: Any) -> Any:
        answered = await edit(self, **parts)
        if len(cuts) < 2:
            cuts.append(1)
            raise aiohttp.ServerDisconnectedError
        return answered

    monkeypatch.setattr(discord.Interaction, "edit_original_response", cut_after)
    result = await world.alice.slash(world.channel, "results search")
    assert "no results yet" in result.response.content
    assert result.followups == []
    assert len(cuts) == 2


async def test_two_hundred_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred reviews and a hundred questions reach the bot together: each is answered, once, in its own reply."""
    slept: list[float] = []
    with all_at_once(world):
        scored = [
            await who.slash(world.channel, "score", text=f"{GOOD if n % 2 else BAD} Seen {n} times.")
            for n, who in zip(range(100), [world.alice, world.bob] * 50, strict=True)
        ]
        asked = [await world.alice.slash(world.channel, "jobs list") for _ in range(50)]
        helped = [await world.bob.slash(world.channel, "help") for _ in range(50)]
    began = time.perf_counter()
    for _ in range(30):
        await world.tick(0.5)
        await world.work()
        if all(words(one.response) for one in scored):
            break
    slept.append(time.perf_counter() - began)
    labels = [words(one.response).split("\n")[0] for one in scored]
    assert ["Positive" in label for label in labels] == [bool(n % 2) for n in range(100)]
    assert all("Job" in words(one.response) or "no job" in words(one.response) for one in asked)
    assert all("What I do" in words(one.response) for one in helped)
    assert all(one.ephemeral and len(one.followups) == 0 for one in (*scored, *asked, *helped))
    for who in (world.alice, world.bob):
        assert len(list_jobs(world.db, Viewer(who.id), limit=200)) == 50
    assert world.messages(world.channel) == []
    assert world.bot._connection._view_store._synced_message_views == {}, "sent cards are not kept in memory"
    assert WAIT_S * 3 > 15, "the loop above ended before the replies gave up"


async def test_a_burst_outside_interactions_keeps_the_pace(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards for a hundred jobs that ended while the bot was away: never more than the limiter's calls in a second."""
    with monkeypatch.context() as patched:
        patched.setattr(notifier, "changed_jobs", lambda *_, **__: [])
        with all_at_once(world):
            for n in range(2 * RATE + 5):
                await world.alice.send(world.channel, f"{world.mention} {GOOD} Seen {n} times.")
        await world.tick(1)
        await world.work()
    times: list[float] = []
    send = discord.abc.Messageable.send

    async def timed(self: Any, **parts: Any) -> Any:
        times.append(time.monotonic())
        return await send(self, **parts)

    monkeypatch.setattr(discord.PartialMessageable, "send", timed)
    await world.tick(5)
    assert RATE < 40
    assert len(times) == 2 * RATE + 5
    assert all(later - first >= 0.99 for first, later in zip(times, times[RATE:], strict=False))
    assert len({call.json["nonce"] for call in world.calls("POST", f"/channels/{world.channel.id}/messages")}) == len(
        times
    )
