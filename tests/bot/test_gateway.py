"""How a connection to Discord's gateway waits and ends; outages over real sockets: tests/faults/test_gateway.py."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from discord.shard import EventItem, EventType

from bot.gateway import LONGEST_S, LastingShard, Pause, Turns


def test_the_pause_stays_bounded_however_long_discord_is_away() -> None:
    pause = Pause()
    waits = [pause.next_s() for _ in range(2000)]
    assert max(waits) <= LONGEST_S
    assert min(waits[10:]) >= LONGEST_S / 2


async def test_a_shard_never_ends_in_silence() -> None:
    """What nobody foresaw while it connects again ends the bot, as it does while it reads."""
    told: list[EventItem] = []

    async def lost() -> None:
        raise TimeoutError

    async def unforeseen(_: Exception) -> bool:
        raise ArithmeticError

    client: Any = SimpleNamespace(is_closed=lambda: False, dispatch=lambda *_: None, _reconnect=True)
    websocket: Any = SimpleNamespace(poll_event=lost, shard_id=0)
    shard = LastingShard(websocket, client, told.append, Turns())
    shard._again = unforeseen  # type: ignore[method-assign]
    await asyncio.wait_for(shard.worker(), 5)
    assert [one.type for one in told] == [EventType.terminate]
    assert isinstance(told[0].error, ArithmeticError)
