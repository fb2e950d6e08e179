"""Messages of the bot that show what was deleted are taken away, later when not now."""

from __future__ import annotations

import pytest

from bot.delivery import message_cleaner
from tests.bot.talk import GOOD, Talk, verdict_and_file
from tests.fixtures.discord import World


async def test_a_message_that_cannot_be_deleted_now_is_deleted_later(world: World) -> None:
    await verdict_and_file(world, world.alice, "guild")
    talk = Talk(world, "guild", world.alice)
    asked = await talk.slash("privacy delete")
    world.env.inject_error("DELETE", f"/channels/{world.channel.id}/messages/", status=500, times=9)
    await talk.click(asked, "Delete everything")
    await world.restart()
    from sqlalchemy import text

    with world.db.begin() as session:
        session.execute(text("UPDATE message_deletions SET not_before = '2000-01-01 00:00:00.000000'"))
    await world.tick(30)
    assert world.messages(world.channel) == []


async def test_more_messages_than_one_round_takes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_cleaner, "AT_ONCE", 2)
    for n in range(5):
        await world.dm(world.alice, f"{GOOD} Seen {n} times.")
    await world.finish()
    dm = world.alice.user.dm_channel
    assert len(world.messages(dm)) == 5
    talk = Talk(world, "dm", world.alice)
    await talk.click(await talk.slash("privacy delete"), "Delete everything")
    await world.tick(1)
    assert world.messages(dm) == []


async def test_a_message_that_is_gone_already_is_not_tried_for_ever(world: World) -> None:
    await world.dm(world.alice, GOOD)
    await world.finish()
    dm = world.alice.user.dm_channel
    world.env.inject_error("DELETE", f"/channels/{dm.id}/messages/*", status=404, code=10008, times=None)
    talk = Talk(world, "dm", world.alice)
    await talk.click(await talk.slash("privacy delete"), "Delete everything")
    await world.tick(30)
    assert len(world.calls("DELETE", f"/channels/{dm.id}/messages/")) == 1
