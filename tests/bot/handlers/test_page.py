"""Presses of the buttons under pages: after a restart and an hour, and only for who asked."""

from __future__ import annotations

from sqlalchemy import text

from tests.bot.talk import (
    Talk,
    add_review,
    words,
)
from tests.fixtures.discord import World


async def test_pages_outlive_a_restart_and_an_hour_and_are_ones_own(world: World) -> None:
    alice = Talk(world, "guild", world.alice)
    for n in range(23):
        await add_review(world, world.alice, film=f"Film {n}")
    first = await alice.slash("jobs list")
    await world.restart()
    world.bot.notifier.stop()
    await world.tick(3600)
    page = await alice.click(first, "Next")
    assert "Page 2" in words(page)
    with world.db.begin() as session:
        session.execute(text("update continuations set owner_id = :id"), {"id": world.bob.id})
    closed = await alice.click(page, "Next")
    assert "This list has expired" in closed.content
    assert closed.ephemeral
