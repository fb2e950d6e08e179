"""The notifier: what SQL says is shown once, in the bot's own message, whatever dies or closes in between."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from bot.delivery import notifier
from bot.pools.children import ChildFailed
from bot.pools.heavy_work import SENDING
from bot.services import file_jobs
from bot.services.intake import accept_file
from db.errors import DatabaseUnavailable
from db.queries.jobs import changed_jobs, list_jobs
from db.types import Viewer
from tests.bot.short_reviews import FILE, GOOD
from tests.bot.talk import all_at_once
from tests.fixtures.discord import World

CSV = ("export.csv", FILE.encode())


def delivered(world: World) -> list[bool]:
    return [job.delivered_at is not None for job in list_jobs(world.db, Viewer(world.alice.id))]


async def test_a_finished_job_is_shown_once(world: World) -> None:
    await world.alice.slash(world.channel, "batch", file=CSV)
    await world.work()
    await world.tick(10)
    assert len(world.calls("PATCH", f"/channels/{world.alice.user.dm_channel.id}/")) == 1
    assert len(world.messages(world.alice.user.dm_channel)) == 2
    calls = len(world.env.http_requests)
    await world.tick(30)
    await world.restart()
    await world.tick(30)
    assert not [c for c in world.env.http_requests[calls:] if "/messages" in c.path]
    assert changed_jobs(world.db) == []


async def test_the_bot_dies_between_accept_and_answer(world: World) -> None:
    world.bot.notifier.wake = lambda: None  # type: ignore[method-assign]
    await world.dm(world.alice, GOOD)
    assert world.messages(world.alice.user.dm_channel) == []
    await world.work()
    await world.restart()
    await world.tick(2)
    (card,) = world.messages(world.alice.user.dm_channel)
    assert "Positive" in card.embeds[0].title
    assert delivered(world) == [True]


async def test_the_bot_is_away_for_the_whole_job(world: World) -> None:
    await world.alice.slash(world.channel, "batch", file=CSV, share=True)
    world.bot.notifier.stop()
    await world.work()
    (card,) = world.messages(world.channel)
    assert "accepted" in card.embeds[0].title
    await world.restart()
    await world.tick(2)
    card, ping = world.messages(world.channel)
    assert "20 reviews scored" in card.embeds[0].title
    assert ping.content.startswith(world.alice.mention)
    assert len(world.calls("PATCH", f"/messages/{card.id}")) == 1


async def test_an_interaction_lost_with_the_bot_is_answered_in_its_reply(world: World) -> None:
    result = await world.alice.slash(world.channel, "score", text=GOOD)
    await world.work()
    await world.restart()
    await world.tick(2)
    assert "Positive" in result.response.embeds[0].title
    assert world.messages(world.alice.user.dm_channel) == []
    assert delivered(world) == [True]


async def test_a_job_outlives_its_token(world: World) -> None:
    result = await world.alice.slash(world.channel, "batch", file=CSV)
    world.bot.notifier._loop.change_interval(seconds=60)
    await world.tick(20 * 60)
    await world.work()
    await world.tick(120)
    card, _ = world.messages(world.alice.user.dm_channel)
    assert "20 reviews scored" in card.embeds[0].title
    assert "accepted" in result.response.content


async def test_a_deleted_card_ends_in_a_dm(world: World) -> None:
    await world.alice.send(world.channel, world.mention, attachments=[CSV])
    (card,) = world.messages(world.channel)
    world.env.backend.delete_message(world.channel.id, card.id)
    await world.finish()
    assert world.messages(world.channel) == []
    (told,) = world.messages(world.alice.user.dm_channel)
    assert "could not show this in its channel" in told.content
    assert "20 reviews scored" in told.embeds[0].title
    calls = len(world.env.http_requests)
    await world.tick(60)
    assert len(world.env.http_requests) == calls


async def test_a_closed_channel_and_closed_dms_end_quietly(world: World) -> None:
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50001, times=None)
    await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    await world.work()
    await world.tick(5)
    assert delivered(world) == [True]
    assert len(world.calls("POST", "/messages")) == 2


async def test_the_answered_message_was_deleted(world: World) -> None:
    """While Discord told nobody: the gateway was not connected."""
    message = await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    del world.env.backend.messages[world.channel.id][message.id]
    await world.finish()
    assert delivered(world) == [True]
    assert len(world.messages(world.channel)) + len(world.messages(world.alice.user.dm_channel)) == 1
    (sent,) = world.calls("POST", "/messages")
    assert sent.json["message_reference"]["fail_if_not_exists"] is False


async def test_discord_failing_for_a_while(world: World) -> None:
    await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    world.env.inject_error("POST", f"/channels/{world.channel.id}/messages", status=500, times=3)
    await world.work()
    await world.tick(1)
    assert delivered(world) == [False]
    await world.tick(30)
    assert delivered(world) == [True]
    assert len(world.messages(world.channel)) == 1


@pytest.mark.parametrize("times", [1, None])
async def test_files_that_discord_refuses(world: World, times: int | None) -> None:
    await world.alice.slash(world.channel, "batch", file=CSV)
    dm = world.alice.user.dm_channel
    await world.work()
    world.env.inject_error("PATCH", f"/channels/{dm.id}/messages/*", status=413, code=40005, times=times)
    await world.tick(1)
    card = world.messages(dm)[0]
    assert ("did not accept the files" in (card.embeds[0].description or "")) is (times == 1)
    assert delivered(world) == [True]
    await world.tick(60)
    assert len(world.calls("PATCH", f"/channels/{dm.id}/")) == 2


async def test_progress_is_edited_at_most_every_three_seconds(world: World) -> None:
    await world.alice.slash(world.channel, "batch", file=CSV)
    dm = world.alice.user.dm_channel
    for _ in range(12):
        with world.db.begin() as session:
            session.execute(text("update jobs set version = version + 1"))
        await world.tick(1)
    assert 3 <= len(world.calls("PATCH", f"/channels/{dm.id}/")) <= 4


async def test_the_database_goes_away_for_a_while(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object, **__: object) -> None:
        raise DatabaseUnavailable("gone")

    await world.dm(world.alice, GOOD)
    await world.work()
    with monkeypatch.context() as patched:
        patched.setattr(notifier, "changed_jobs", away)
        await world.tick(10)
    assert world.messages(world.alice.user.dm_channel) == []
    assert [r.name for r in caplog.records if "DatabaseUnavailable" in r.getMessage()] == ["bot.errors.table"]
    await world.tick(2)
    assert delivered(world) == [True]
    assert len(world.messages(world.alice.user.dm_channel)) == 1


async def test_a_poll_between_accept_and_card_sends_no_second_card(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def accepted_then_polled(*args: object, **kwargs: object) -> object:
        outcome = await accept_file(*args, **kwargs)  # type: ignore[arg-type]
        await world.bot.notifier._look()
        await asyncio.gather(*world.bot._background)
        return outcome

    monkeypatch.setattr(file_jobs, "accept_file", accepted_then_polled)
    await world.alice.slash(world.channel, "batch", file=CSV)
    assert len(world.messages(world.alice.user.dm_channel)) == 1


async def test_a_card_deleted_while_it_is_scored_ends_in_a_dm_too(world: World) -> None:
    """An edit that shows progress finds it gone; the result is owed all the same."""
    await world.alice.send(world.channel, world.mention, attachments=[CSV])
    (card,) = world.messages(world.channel)
    world.env.backend.delete_message(world.channel.id, card.id)
    with world.db.begin() as session:
        session.execute(text("update jobs set version = version + 1"))
    await world.tick(5)
    assert world.calls("PATCH", f"/messages/{card.id}"), "the progress met no card"
    assert world.messages(world.alice.user.dm_channel) == []
    assert delivered(world) == [False]
    await world.finish()
    assert world.messages(world.channel) == []
    (sent,) = world.messages(world.alice.user.dm_channel)
    assert "could not show this in its channel" in sent.content
    assert "20 reviews scored" in sent.embeds[0].title
    assert delivered(world) == [True]


async def test_more_changed_jobs_than_one_look_takes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifier, "AT_ONCE", 2)
    for n in range(5):
        await world.dm(world.alice, f"{GOOD} Seen {n} times.")
    await world.finish()
    assert delivered(world) == [True] * 5
    assert len(world.messages(world.alice.user.dm_channel)) == 5


async def test_nothing_counts_as_delivered_before_discord_has_it(world: World) -> None:
    await world.dm(world.alice, GOOD)
    await world.work()
    seen: list[list[bool]] = []
    send = world.bot.outbox.send

    async def noted(*args: object, **kwargs: object) -> object:
        seen.append(await asyncio.to_thread(delivered, world))
        return await send(*args, **kwargs)  # type: ignore[arg-type]

    world.bot.outbox.send = noted  # type: ignore[assignment,method-assign]
    await world.tick(2)
    assert seen == [[False]]
    assert delivered(world) == [True]


async def test_who_waits_for_a_drawing_holds_no_place_to_send(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three finished files wait for their charts: files can be sent, and no child of the members is asked."""
    drawn = asyncio.Event()
    waiting: list[int] = []

    async def slow(fn: Any, *args: Any) -> Any:
        waiting.append(1)
        await drawn.wait()
        return fn(world.db, *args)

    monkeypatch.setattr(world.bot.heavy, "in_own_child", slow)
    for number in range(3):
        await world.alice.slash(world.channel, "batch", file=(f"{number}.csv", FILE.encode() + b"x" * number))
    with all_at_once(world):
        await world.work()
        world.bot.notifier.wake()
        async with asyncio.timeout(20):
            while len(waiting) < 3:  # noqa: ASYNC110  nobody tells of a drawing that waits
                await asyncio.sleep(0.01)
        async with asyncio.timeout(20), world.bot.heavy.turn(SENDING, None), world.bot.heavy.turn(SENDING, None):
            pass
        drawn.set()
    await world.finish()
    assert delivered(world) == [True] * 3


async def pictures(world: World, who: Any) -> list[bool]:
    """Of each finished file in the member's DMs, oldest first, whether its card has a picture."""
    cards = [one for one in world.messages(who.user.dm_channel) if one.attachments]
    return [any(file.filename.endswith(".png") for file in card.attachments) for card in cards]


async def test_a_chart_that_cannot_be_drawn_delays_no_result(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def died(*_: Any) -> bytes:
        raise ChildFailed("BrokenProcessPool")

    monkeypatch.setattr(world.bot.heavy, "in_own_child", died)
    await world.alice.slash(world.channel, "batch", file=CSV)
    await world.finish()
    assert delivered(world) == [True]
    assert await pictures(world, world.alice) == [False]


async def test_of_many_small_files_that_end_together_most_come_without_a_chart(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that wait for one wait for a moment."""
    asked: list[str] = []
    goes_on = asyncio.Event()

    async def slow(_: Any, _counts: Any, title: str) -> bytes:
        asked.append(title)
        await goes_on.wait()
        return b"png"

    monkeypatch.setattr(world.bot.heavy, "in_own_child", slow)
    monkeypatch.setattr(notifier, "MOST_DRAWN", 2)
    monkeypatch.setattr(notifier, "DRAWING_S", 0.01)
    monkeypatch.setattr(notifier, "CROWDED_S", 0.01)
    for number in range(4):
        await world.alice.slash(world.channel, "batch", file=(f"{number}.csv", FILE.encode() + b"x" * number))
    with all_at_once(world):
        await world.work()
        world.bot.notifier.wake()
        async with asyncio.timeout(20):
            while not all(await asyncio.to_thread(delivered, world)):  # noqa: ASYNC110  SQL tells nobody
                await asyncio.sleep(0.01)
    assert len(asked) == 2
    assert await pictures(world, world.alice) == [False] * 4
    goes_on.set()
