"""The core of the bot: who asks, tasks whose errors are logged, waking workers."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from db.types import Viewer, WakeUp
from tests.bot.short_reviews import GOOD
from tests.fixtures.discord import World


async def test_who_asks_and_from_where(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Viewer] = []
    viewer = world.bot.viewer

    def noted(asker: Any) -> Viewer:
        asked.append(viewer(asker))
        return asked[-1]

    monkeypatch.setattr(world.bot, "viewer", noted)
    await world.alice.slash(world.channel, "jobs list")
    await world.alice.user.slash("jobs list")
    await world.bob.send(world.channel, f"{world.mention} {GOOD}")
    await world.dm(world.bob, GOOD)
    here, seen = world.guild.id, frozenset({world.channel.id})
    assert set(asked) == {
        Viewer(world.alice.id, here, seen),
        Viewer(world.alice.id, None, frozenset({world.alice.user.dm_channel.id})),
        Viewer(world.bob.id, here, seen),
        Viewer(world.bob.id, None),
    }


async def test_an_error_of_a_task_is_logged_and_ends_it_alone(world: World, caplog: pytest.LogCaptureFixture) -> None:
    ended = asyncio.Event()

    async def fails() -> None:
        raise RuntimeError("secret words of a review")

    async def goes_on() -> None:
        ended.set()

    with caplog.at_level(logging.ERROR):
        world.bot.start_task(fails(), "a failing task")
        world.bot.start_task(goes_on(), "another")
        await ended.wait()
        await asyncio.gather(*world.bot._background)
    assert "a failing task: RuntimeError" in caplog.text
    assert "secret" not in caplog.text


async def test_each_chunk_is_published_and_without_a_broker_none(world: World) -> None:
    world.bot.wake_workers(WakeUp(7, "score", "interactive"), WakeUp(8, "ingest", "bulk"))
    await asyncio.gather(*world.bot._background)
    assert sorted(world.signals.rung) == [7, 8]
    world.bot.signals = None
    world.bot.wake_workers(WakeUp(9, "score", "interactive"))
    await asyncio.gather(*world.bot._background)
    assert sorted(world.signals.rung) == [7, 8]
    world.signals.rung.clear()
