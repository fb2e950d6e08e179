"""The files of a finished job, given again, and why there are none."""

from __future__ import annotations

from tests.bot.talk import (
    Talk,
    add_file,
    add_review,
    review_file,
    table,
)
from tests.fixtures.discord import World


async def test_download_gives_the_files_again(world: World, alice: Talk) -> None:
    job = await add_file(world, world.alice, review_file(12, empty=2))
    assert "not finished yet" in await alice.refused("jobs download", job=job)
    await world.work()
    shown = await alice.slash("jobs download", job=job)
    assert shown.ephemeral
    files = {one.filename: table(world.attachment(shown, one.filename)) for one in shown.attachments}
    rejected = files.pop(next(name for name in files if "rejected" in name))
    (scored,) = files.values()
    assert len(rejected) == 2
    assert [row["film"] for row in scored][:2] == ["Heat", "Up"]
    assert {row["label"] for row in scored if row["label"]} == {"positive", "negative"}


async def test_a_message_has_no_files(world: World, alice: Talk) -> None:
    job = await add_review(world, world.alice)
    await world.work()
    assert f"`/results search job:{job}`" in await alice.refused("jobs download", job=job)
