"""Buttons of a job card: what they do, after a restart too."""

from __future__ import annotations

from sqlalchemy import text

from db.queries.jobs import list_jobs
from db.types import Viewer
from tests.bot.short_reviews import FILE
from tests.fixtures.discord import World


async def test_cancel(world: World) -> None:
    await world.alice.slash(world.channel, "batch", file=("a.csv", FILE.encode()), share=True)
    (card,) = world.messages(world.channel)
    await world.restart()
    denied = await world.bob.click(card, label="Cancel")
    assert denied.response is None or "Cancel" not in denied.response.content
    assert list_jobs(world.db, Viewer(world.alice.id))[0].state == "ingesting"
    await world.alice.click(card, label="Cancel")
    await world.finish()
    (card,) = world.messages(world.channel)
    assert "cancelled" in card.embeds[0].title
    labels = [button.label for row in card.components for button in row.children]
    assert labels == ["Resume"], "nothing is left to cancel"
    with world.db.read() as session:
        assert session.execute(text("select count(*) from predictions")).scalar_one() == 0


async def test_cancel_too_late(world: World) -> None:
    await world.alice.slash(world.channel, "batch", file=("a.csv", FILE.encode()), share=True)
    (card,) = world.messages(world.channel)
    await world.work()
    await world.alice.click(card, label="Cancel")
    await world.finish()
    assert "20 reviews scored" in world.messages(world.channel)[0].embeds[0].title
