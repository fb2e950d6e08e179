"""Going on with a job that was cancelled: where it stopped, within the quota, while its file is kept."""

from __future__ import annotations

import asyncio

from sqlalchemy import update

from db.tables import Upload
from tests.bot.talk import (
    Talk,
    add_file,
    buttons,
    review_file,
    words,
)
from tests.fixtures.discord import World


async def test_retry_goes_on_where_a_cancel_stopped(world: World, alice: Talk) -> None:
    job = await add_file(world, world.alice, review_file())
    assert "has not ended yet" in await alice.refused("jobs resume", job=job)
    await alice.slash("jobs cancel", job=job)
    shown = await alice.slash("jobs resume", job=job)
    assert shown.ephemeral
    assert f"Job {job} is running again, from the start" in words(shown)
    await world.work()
    assert "**finished**" in words(await alice.slash("jobs status", job=job))
    assert "is finished" in await alice.refused("jobs resume", job=job)
    theirs = await add_file(world, world.bob, review_file(), name="b.csv")
    assert "no job" in await alice.refused("jobs resume", job=theirs)


async def test_the_button_goes_on_and_says_when_the_file_is_gone(world: World, alice: Talk) -> None:
    jobs = [await add_file(world, world.alice, review_file(), name=f"{n}.csv") for n in range(2)]
    for job in jobs:
        await alice.slash("jobs cancel", job=job)
    shown = await alice.slash("jobs status", job=jobs[0])
    assert buttons(shown) == {"Resume": True}
    actor = alice.who if alice.place == "guild" else alice.who.user
    await actor.click(shown, label="Resume")
    await world.work()
    assert "**finished**" in words(await alice.slash("jobs status", job=jobs[0]))

    def lose() -> None:
        with world.db.begin() as session:
            session.execute(update(Upload).where(Upload.job_id == jobs[1]).values(blob_id=None))

    await asyncio.to_thread(lose)
    assert "no longer kept" in await alice.refused("jobs resume", job=jobs[1])


async def test_retry_counts_towards_the_quota(world: World, alice: Talk) -> None:
    job = await add_file(world, world.alice, review_file(), name="a.csv")
    await alice.slash("jobs cancel", job=job)
    await add_file(world, world.alice, review_file(), name="b.csv")
    world.settings.max_active_jobs = 1
    assert "limit is 1" in await alice.refused("jobs resume", job=job)
