"""Choices while an option is typed: jobs and films of one's own."""

from __future__ import annotations

from typing import Any

from tests.bot.talk import (
    Talk,
    add_file,
    add_review,
    review_file,
)
from tests.fixtures.discord import World

ONE, TWO, THREE = (review_file(4, films=(film,), empty=0) for film in ("Heat", "Up", "Alien"))


async def test_films_to_choose(world: World, alice: Talk) -> None:
    await world.alice.slash(world.channel, "batch", file=("one.csv", ONE), file2=("two.csv", TWO))
    await world.bob.slash(world.channel, "batch", file=("three.csv", THREE))
    await world.finish()
    for command in ("score", "results search"):
        assert [one["value"] for one in await alice.choices(command, "film", "")] == ["Up", "Heat"], command
        assert [one["value"] for one in await alice.choices(command, "film", "HE")] == ["Heat"]


async def test_choices_are_ones_own_jobs(world: World, alice: Talk) -> None:
    done = await add_file(world, world.alice, review_file(), name="alpha.csv")
    message = await add_review(world, world.alice, film="Alphaville")
    await world.work()
    waiting = await add_file(world, world.alice, review_file(), name="beta.csv")
    await add_file(world, world.bob, review_file(), name="alphabob.csv", shared=True)

    async def offered(command: str, typed: str) -> list[Any]:
        return [choice["value"] for choice in await alice.choices(f"jobs {command}", "job", typed)]

    assert await offered("status", "") == [waiting, message, done]
    assert await offered("status", "ALPHA") == [message, done]
    assert await offered("status", str(waiting)) == [waiting]
    assert await offered("cancel", "") == [waiting]
    assert await offered("download", "") == [done]


async def test_no_more_choices_than_discord_shows(world: World, alice: Talk) -> None:
    for _ in range(30):
        await add_review(world, world.alice)
    assert len(await alice.choices("jobs status", "job", "")) == 25


async def test_job_choices(world: World, alice: Talk) -> None:
    job = await add_file(world, world.alice, review_file(), name="alpha.csv")
    await add_file(world, world.bob, review_file(), name="alphabob.csv")
    choices = await alice.choices("results search", "job", "alpha")
    assert [choice["value"] for choice in choices] == [job]
