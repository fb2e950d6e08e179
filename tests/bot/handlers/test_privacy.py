"""The button under the question of `/privacy delete`."""

from __future__ import annotations

from bot.components.buttons import forget_button
from bot.components.views import buttons_view
from tests.bot.talk import Talk, answer, buttons, stored_texts, verdict_and_file, words
from tests.fixtures.discord import World


async def test_another_persons_press_deletes_nothing(world: World) -> None:
    await verdict_and_file(world, world.alice, "guild")
    asked = await Talk(world, "guild", world.alice).slash("privacy delete")
    view = buttons_view(forget_button(world.alice.id))
    open_card = await world.bot.get_channel(world.channel.id).send("?", view=view)
    pressed = await world.bob.click(open_card, label="Delete everything")
    assert "someone else's" in words(answer(pressed))
    assert None not in await stored_texts(world)
    assert buttons(asked)
