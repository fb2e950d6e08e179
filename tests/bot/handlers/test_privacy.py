"""The button under the question of `/privacy delete`."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.components.buttons import forget_button
from bot.components.views import buttons_view
from tests.bot.talk import GOOD, Talk, add_file, answer, buttons, review_file, words
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


async def texts(world: World) -> list[str | None]:
    from sqlalchemy import text

    def read() -> list[str | None]:
        with world.db.read() as session:
            return list(session.scalars(text("SELECT text FROM reviews")))

    return await asyncio.to_thread(read)


async def test_another_persons_press_deletes_nothing(world: World) -> None:
    await everything(world, "guild")
    asked = await Talk(world, "guild", world.alice).slash("privacy delete")
    view = buttons_view(forget_button(world.alice.id))
    open_card = await world.bot.get_channel(world.channel.id).send("?", view=view)
    pressed = await world.bob.click(open_card, label="Delete everything")
    assert "not yours" in words(answer(pressed))
    assert None not in await texts(world)
    assert buttons(asked)
