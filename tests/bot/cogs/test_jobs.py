"""`/jobs` in a server and in direct messages, on real rows scored by the real model."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from tests.bot.talk import (
    Talk,
    add_file,
    add_review,
    buttons,
    numberless,
    review_file,
    words,
)
from tests.fixtures.discord import World

NOWHERE = 999_999


@pytest.fixture
def bob(world: World) -> Talk:
    return Talk(world, "guild", world.bob)


async def test_list_is_private_and_ones_own(world: World, alice: Talk, bob: Talk) -> None:
    assert "no jobs yet" in words(await alice.slash("jobs list"))
    mine = await add_file(world, world.alice, review_file(), name="my*reviews*.csv")
    theirs = await add_file(world, world.bob, review_file(), name="secret.csv")
    await world.work()
    shown = await alice.slash("jobs list")
    assert shown.ephemeral
    assert f"**{mine}** · my\\*reviews\\*.csv · finished · 12 reviews" in words(shown)
    assert "secret" not in words(shown)
    assert f"**{theirs}**" in words(await bob.slash("jobs list"))


async def test_list_of_unfinished(world: World, alice: Talk) -> None:
    done = await add_review(world, world.alice)
    await world.work()
    assert "no unfinished job" in words(await alice.slash("jobs list", unfinished=True))
    waiting = await add_review(world, world.alice)
    shown = words(await alice.slash("jobs list", unfinished=True))
    assert f"**{waiting}**" in shown
    assert f"**{done}**" not in shown


async def test_status_says_how_it_ended(world: World, alice: Talk) -> None:
    job = await add_file(world, world.alice, review_file(12, empty=2))
    assert "being read" in words(await alice.slash("jobs status", job=job))
    await world.work()
    shown = await alice.slash("jobs status", job=job)
    assert shown.ephemeral
    assert "**finished**" in words(shown)
    assert "6 positive\n6 negative" in words(shown)
    assert "2 rows" in words(shown)
    assert buttons(shown) == {"Negative reviews": True, "Files": True}


@pytest.mark.parametrize("command", ["status", "cancel", "resume", "download"])
async def test_someone_elses_job_does_not_exist(world: World, alice: Talk, command: str) -> None:
    theirs = await add_file(world, world.bob, review_file())
    hidden = await alice.refused(f"jobs {command}", job=theirs)
    assert numberless(hidden) == numberless(await alice.refused(f"jobs {command}", job=NOWHERE))
    assert "/jobs" in hidden
    await world.work()
    bob = Talk(world, "guild", world.bob)
    assert "**finished**" in words(await bob.slash("jobs status", job=theirs)), "and it was not cancelled"


async def test_a_shared_job_is_seen_but_not_cancelled(world: World, bob: Talk) -> None:
    shared = await add_file(world, world.alice, review_file(), shared=True)
    shown = await bob.slash("jobs status", job=shared)
    assert "being read" in words(shown)
    assert buttons(shown) == {}
    assert "There is no job" in await bob.refused("jobs cancel", job=shared)
    assert "being read" in words(await bob.slash("jobs status", job=shared))


async def test_cancel(world: World, alice: Talk) -> None:
    job = await add_file(world, world.alice, review_file())
    shown = await alice.slash("jobs cancel", job=job)
    assert shown.ephemeral
    assert f"Job {job} is cancelled" in words(shown)
    await world.work()
    assert "**cancelled**" in words(await alice.slash("jobs status", job=job))
    assert "already cancelled" in await alice.refused("jobs cancel", job=job)
    assert "was cancelled and has no files" in await alice.refused("jobs download", job=job)


async def test_a_database_that_fails_is_said_and_not_hidden(world: World, alice: Talk) -> None:
    """In a command, under a page's button, and without choices where nothing can be said."""
    for _ in range(12):
        await add_review(world, world.alice)
    page = await alice.slash("jobs list")

    def lose() -> None:
        with world.db.begin() as session:
            session.execute(text("ALTER TABLE jobs RENAME TO lost"))

    await asyncio.to_thread(lose)
    world.bot.notifier.stop()
    assert await alice.choices("jobs status", "job", "") == []
    for message in (await alice.click(page, "Next"), await alice.slash("jobs list")):
        assert "\n-# Reference " in message.content
        assert message.ephemeral
    assert buttons(page) == {"Previous": False, "Next": True}, "the page stays as it was"
    assert len(world.env.errors) == 1
    world.env._errors.clear()  # meant: at the end of a test the fixture raises what is left
