"""The button under the question of `/privacy delete`."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError

from bot.components.buttons import forget_button
from bot.components.views import buttons_view
from bot.handlers import privacy as handler
from db.errors import JobsRunning
from db.privacy import erase
from db.types import Viewer
from tests.bot.talk import BAD, GOOD, Talk, answer, buttons, stored_texts, verdict_and_file, words
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


async def ask(world: World) -> Any:
    """The question of `/privacy delete`, ready to be pressed."""
    await verdict_and_file(world, world.alice, "guild")
    return await Talk(world, "guild", world.alice).slash("privacy delete")


async def test_a_deletion_that_broke_off_is_not_called_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = await ask(world)

    def broken(*_: Any) -> int:
        raise SQLAlchemyError

    monkeypatch.setattr(erase, "drop_files", broken)
    await world.alice.click(asked, label="Delete everything")
    assert None in await stored_texts(world)


async def test_nothing_is_said_to_be_deleted_where_nothing_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = await ask(world)

    def broken(*_: Any) -> int:
        raise SQLAlchemyError

    monkeypatch.setattr(erase, "mark_purge", broken)
    await world.alice.click(asked, label="Delete everything")
    assert None not in await stored_texts(world)


@pytest.mark.parametrize(
    ("error", "begun", "said"),
    [
        (JobsRunning((1,)), True, "Nothing was deleted."),
        (SQLAlchemyError(), False, "Nothing was deleted."),
        (SQLAlchemyError(), True, "The deletion has begun and broke off."),
        (SQLAlchemyError(), None, "I could not find out what was deleted."),
    ],
)
async def test_what_is_said_of_a_deletion_that_broke_off(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, begun: bool | None, said: str
) -> None:
    def is_requested(*_: Any) -> bool:
        if begun is None:
            raise SQLAlchemyError
        return begun

    monkeypatch.setattr(handler, "is_requested", is_requested)
    assert (await handler._what_happened(world.bot, Viewer(1), error)).startswith(said)


async def test_what_was_kept_for_seconds_is_gone_too(world: World) -> None:
    """A film is offered to nobody, and a setting that is gone shows nothing to others."""
    alice, bob = Talk(world, "guild", world.alice), Talk(world, "guild", world.bob)
    await alice.slash("settings", sharing=True)
    assert not (await alice.slash("score", text=GOOD, film="Blade Runner")).ephemeral
    await world.finish()
    assert [one["name"] for one in await bob.choices("report", "film", "bla")] == ["Blade Runner"]
    await alice.click(await alice.slash("privacy delete"), "Delete everything")
    assert await bob.choices("report", "film", "bla") == []
    assert (await alice.slash("score", text=BAD)).ephemeral
    assert world.bot.offered_jobs._kept.keys() | world.bot.chosen._kept.keys() == {world.alice.id}
