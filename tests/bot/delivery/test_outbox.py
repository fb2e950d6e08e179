"""The outbox: a retry doubles no message."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from bot.delivery.nonces import of_job
from bot.delivery.outbox import with_retries
from db.queries.jobs import list_jobs
from db.types import Viewer
from tests.bot.short_reviews import FILE, GOOD
from tests.fixtures.discord import World

CSV = ("export.csv", FILE.encode())


async def test_a_repeated_send_has_the_nonce_of_the_first(world: World) -> None:
    await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    await world.alice.slash(world.channel, "batch", file=CSV)
    await world.finish()
    sends = world.calls("POST", "/messages")
    nonces = [call.json["nonce"] for call in sends]
    file, message = await asyncio.to_thread(list_jobs, world.db, Viewer(world.alice.id, world.guild.id))
    wanted = [of_job(message, "card"), of_job(file, "card"), of_job(file, "end")]
    assert sorted(nonces) == sorted(wanted)
    assert all(len(nonce) <= 25 and call.json["enforce_nonce"] for nonce, call in zip(nonces, sends, strict=True))


async def test_a_cut_connection_is_tried_again() -> None:
    tries = []

    async def cut_twice() -> str:
        tries.append(1)
        if len(tries) < 3:
            raise aiohttp.ServerDisconnectedError
        return "sent"

    assert await with_retries(cut_twice) == "sent"
    tries.clear()

    async def refused() -> None:
        tries.append(1)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        await with_retries(refused)
    assert len(tries) == 1
