"""A member deletes their message: its text and the bot's card go, also when it is being taken in at that moment."""

from __future__ import annotations

import asyncio
from typing import Any

from db.privacy import deleted_sources
from tests.bot.talk import GOOD, stored_texts
from tests.fixtures.discord import World


async def test_text_and_card_go(world: World) -> None:
    sent = await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    await world.finish()
    assert any(GOOD in (text or "") for text in await stored_texts(world))
    await deleted(world, sent.id)
    await world.tick(15)
    assert await stored_texts(world) == [None]
    assert [one for one in world.messages(world.channel) if one.author.id == world.bot.user.id] == []


async def test_one_that_is_deleted_while_it_is_taken_in(world: World) -> None:
    """Discord tells of the deletion before the message is stored."""
    seen: list[int] = []
    take = world.bot.get_cog("Messages")._take

    async def slow(message: Any) -> None:
        seen.append(message.id)
        await deleted(world, message.id)
        await take(message)

    world.bot.get_cog("Messages")._take = slow
    await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    await world.finish()
    await world.tick(15)
    assert seen
    assert await stored_texts(world) == [None]


async def test_many_at_once(world: World) -> None:
    ids = [(await world.alice.send(world.channel, f"{world.mention} {GOOD} {n}")).id for n in range(3)]
    await world.finish()
    await world.bot.get_cog("DeletedMessages").on_raw_bulk_message_delete(_Event(message_ids=set(ids)))
    await world.tick(5)
    assert await stored_texts(world) == [None] * 3
    assert await asyncio.to_thread(deleted_sources.delete_sources, world.db, ids) == 0


class _Event:
    def __init__(self, **facts: Any) -> None:
        vars(self).update(facts)


async def deleted(world: World, message_id: int) -> None:
    """As discord.py hands on what the gateway says, whether it has the message or not."""
    await world.bot.get_cog("DeletedMessages").on_raw_message_delete(_Event(message_id=message_id))
