"""Messages of the bot that show what was deleted are taken away, later when not now."""

from __future__ import annotations

from typing import Any

from tests.bot.talk import GOOD, Talk, add_file, review_file
from tests.fixtures.discord import World


async def everything(world: World, place: Any) -> None:
    """A shared verdict in the channel, and a file."""
    if place == "guild":
        await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    else:
        await world.dm(world.alice, GOOD)
    await world.finish()
    await add_file(world, world.alice, review_file(6), guild=place == "guild")
    await world.work()


async def test_a_message_that_cannot_be_deleted_now_is_deleted_later(world: World) -> None:
    await everything(world, "guild")
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
