"""What a bot that died left at thinking before it had taken anything in: the next one says so, once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from bot.cards.base import Card
from bot.core import BotCore
from bot.delivery import stale_replies
from bot.delivery.reply_by_token import edit_reply, shown_reply
from bot.pools.grouped_writes import GroupedWrites
from bot.services import single_reviews
from db.delivery import open_replies
from tests.bot.short_reviews import GOOD
from tests.fixtures.discord import World


@pytest.fixture
def dying(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The first bot begins to think, never ends and forgets no reply; to be called before the next one starts."""
    first, forget, accept_text = world.bot, stale_replies._forget, single_reviews.accept_text

    async def never(*_: object) -> None:
        await asyncio.sleep(3600)

    async def by_the_next_alone(bot: BotCore, interaction_id: int) -> None:
        """A process that dies forgets nothing, while SimCord ends the tasks of the old bot one by one."""
        if bot is not first:
            await forget(bot, interaction_id)

    monkeypatch.setattr(single_reviews, "accept_text", never)
    monkeypatch.setattr(stale_replies, "_forget", by_the_next_alone)
    return lambda: monkeypatch.setattr(single_reviews, "accept_text", accept_text)


async def left(world: World) -> dict[int, Any]:
    found: dict[int, Any] = await asyncio.to_thread(open_replies.unfinished_replies, world.db)
    return found


async def test_each_reply_left_behind_is_finished(world: World, dying: Callable[[], None]) -> None:
    results = [await who.slash(world.channel, "score", text=GOOD) for who in (world.alice, world.bob)]
    assert [result.response.content for result in results] == ["", ""]
    assert len(await left(world)) == 2
    dying()
    await world.restart()
    assert [result.response.content for result in results] == [stale_replies.LOST] * 2
    assert await left(world) == {}


async def test_a_reply_that_was_answered_meanwhile_stays(world: World, dying: Callable[[], None]) -> None:
    result = await world.alice.slash(world.channel, "score", text=GOOD)
    (token,) = [token for token, _ in (await left(world)).values()]
    dying()
    edited = await edit_reply(world.bot, token, Card("The verdict."))
    assert edited["content"] == "The verdict."
    assert (await shown_reply(world.bot, token))["content"] == "The verdict."
    await world.restart()
    assert result.response.content == "The verdict."
    assert await left(world) == {}


@pytest.mark.parametrize("status", [401, 404])
async def test_a_reply_whose_time_is_over_is_forgotten(world: World, dying: Callable[[], None], status: int) -> None:
    await world.alice.slash(world.channel, "score", text=GOOD)
    dying()
    world.env.inject_error("GET", "/webhooks/*/*/messages/@original", status=status, code=50027, times=None)
    await world.restart()
    assert await left(world) == {}


async def test_what_discord_does_not_take_now_is_tried_at_the_next_start(
    world: World, dying: Callable[[], None]
) -> None:
    result = await world.alice.slash(world.channel, "score", text=GOOD)
    dying()
    world.env.inject_error("PATCH", "/webhooks/*/*/messages/@original", status=400, code=50006, times=1)
    await world.restart()
    assert result.response.content == ""
    assert len(await left(world)) == 1
    await world.restart()
    assert result.response.content == stale_replies.LOST


async def test_of_many_at_once_none_but_the_first_few_waits_for_long(virtual_time: Callable[[], float]) -> None:
    """A database that hangs: acknowledgements that wait for nothing but the note of them."""
    goes_on = asyncio.Event()

    async def hangs(_: Any) -> None:
        await goes_on.wait()

    bot = SimpleNamespace(open_replies=GroupedWrites(hangs), start_task=lambda work, name: work.close())
    waited = dict[int, float]()

    async def remember(number: int) -> None:
        began = virtual_time()
        await stale_replies.remember(SimpleNamespace(client=bot, id=number, token="token"))  # type: ignore[arg-type]
        waited[number] = virtual_time() - began

    await asyncio.gather(*(remember(number) for number in range(10)))
    goes_on.set()
    assert [round(waited[number], 2) for number in range(10)] == [0.6] * 3 + [0.15] * 7
