"""What all presses share: errors are private sentences, a stopping bot takes nothing, handlers are found once."""

from __future__ import annotations

import pytest

from bot.handlers import BUTTONS
from tests.bot.short_reviews import GOOD
from tests.bot.talk import answer
from tests.fixtures.discord import World


def test_every_handler_names_its_custom_id_once() -> None:
    names = [handler.custom_id_kind.name for handler in BUTTONS]  # type: ignore[attr-defined]
    assert len(names) == len(set(names))
    for handler in BUTTONS:
        assert handler.__discord_ui_compiled_template__ == handler.custom_id_kind.pattern  # type: ignore[attr-defined]


async def test_a_stopping_bot_takes_no_press(world: World) -> None:
    await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    await world.finish()
    card = world.last(world.channel)
    world.bot.stopping = True
    pressed = answer(await world.alice.click(card, label="Delete"))
    assert pressed.ephemeral
    assert "restarting" in pressed.content
    assert len(world.messages(world.channel)) == 1


async def test_a_bug_of_a_press_is_told_without_its_words(world: World, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("the words of a review")

    await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    await world.finish()
    handler = next(one for one in BUTTONS if one.__name__ == "DetailsButton")
    press, handler.press = handler.press, broken  # type: ignore[attr-defined]
    try:
        pressed = answer(await world.alice.click(world.last(world.channel), label="Details"))
    finally:
        handler.press = press  # type: ignore[attr-defined]
    assert "on our side" in pressed.content
    assert "words of a review" not in pressed.content + caplog.text
    world.env._errors.clear()  # meant
