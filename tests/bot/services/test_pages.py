"""Pages of a list: every item once, for who asked, after a restart and an hour."""

from __future__ import annotations

from sqlalchemy import text

from tests.bot.talk import (
    Talk,
    add_review,
    buttons,
    words,
)
from tests.fixtures.discord import World


async def test_list_turns_pages(world: World, alice: Talk) -> None:
    made = [await add_review(world, world.alice, film=f"Film {n}") for n in range(23)]
    page = await alice.slash("jobs list")
    assert buttons(page) == {"Previous": False, "Next": True}
    seen = [words(page)]
    while buttons(page)["Next"]:
        page = await alice.click(page, "Next")
        seen.append(words(page))
    assert len(seen) == 3
    assert "Page 3" in seen[-1]
    everything = "\n".join(seen)
    assert [everything.count(f"**{job}**") for job in made] == [1] * 23
    back = await alice.click(page, "Previous")
    assert words(back) == seen[1]
    assert buttons(back) == {"Previous": True, "Next": True}


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
