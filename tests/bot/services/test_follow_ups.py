"""Questions and their answers: a file that was scored before, the files of somebody's message."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from db.queries.jobs import list_jobs
from db.types import JobView, Viewer
from tests.bot.short_reviews import FILE
from tests.bot.talk import Talk, all_at_once, answer, review_file, words
from tests.fixtures.discord import World

CSV = ("export.csv", FILE.encode())


async def test_the_same_file_scored_again(world: World) -> None:
    await world.dm(world.alice, "", CSV)
    await world.finish()
    await world.dm(world.alice, "", CSV)
    question = world.last(world.alice.user.dm_channel)
    assert "same file as **job 1**" in question.content
    await world.alice.user.click(question, label="Score again")
    await world.finish()
    assert [job.state for job in list_jobs(world.db, Viewer(world.alice.id))] == ["done", "done"]


async def test_the_question_outlives_the_bot_and_counts_once(world: World) -> None:
    await world.dm(world.alice, "", CSV)
    await world.finish()
    await world.dm(world.alice, "", CSV)
    question = world.last(world.alice.user.dm_channel)
    await world.restart()
    result = await world.alice.user.click(question, label="Score again")
    assert "Job 2 is accepted" in result.response.content
    await world.finish()
    assert [job.state for job in list_jobs(world.db, Viewer(world.alice.id))] == ["done", "done"]


ONE, TWO, THREE = (review_file(4, films=(film,), empty=0) for film in ("Heat", "Up", "Alien"))


def jobs(world: World, who: Any) -> list[JobView]:
    return list_jobs(world.db, Viewer(who.id))


async def test_score_again_outlives_a_restart_and_is_for_its_owner(world: World) -> None:
    await world.alice.send(world.channel, world.mention, attachments=[("one.csv", ONE)])
    await world.finish()
    await world.alice.send(world.channel, world.mention, attachments=[("one.csv", ONE)])
    question = world.last(world.channel)
    await world.restart()
    refused = answer(await world.bob.click(question, label="Score again"))
    assert refused.ephemeral
    assert "has expired" in refused.content
    with all_at_once(world):
        both = [await world.alice.click(question, label="Score again") for _ in range(2)]
    await world.tick()
    assert sorted(len(one.followups) for one in both) == [0, 1], "of two presses one counts"
    await world.finish()
    assert [job.state for job in jobs(world, world.alice)] == ["done", "done"]
    assert jobs(world, world.bob) == []


async def test_a_refused_score_again_can_be_tried_later(world: World) -> None:
    await world.dm(world.alice, "", ("one.csv", ONE))
    await world.finish()
    await world.dm(world.alice, "", ("one.csv", ONE))
    question = world.last(world.alice.user.dm_channel)
    world.settings.max_active_jobs = 1
    await world.dm(world.alice, "", ("two.csv", TWO))
    assert "limit is 1" in answer(await world.alice.user.click(question, label="Score again")).content
    await world.finish()
    assert "is accepted" in answer(await world.alice.user.click(question, label="Score again")).content


async def test_a_file_that_is_no_longer_kept(world: World) -> None:
    await world.dm(world.alice, "", ("one.csv", ONE))
    await world.finish()
    await world.dm(world.alice, "", ("one.csv", ONE))
    question = world.last(world.alice.user.dm_channel)
    with world.db.begin() as session:
        session.execute(text("update uploads set blob_id = null"))
    said = answer(await world.alice.user.click(question, label="Score again"))
    assert "no longer kept: send it again" in said.content


async def test_the_files_of_a_message_after_a_restart_lead_back_to_it(world: World) -> None:
    message = await world.bob.send(
        world.channel, "", attachments=[("one.csv", ONE), ("cat.png", b"1"), ("two.csv", TWO)]
    )
    asked = await world.alice.context_menu(world.channel, "Score review", message)
    assert "cat" not in asked.response.content
    await world.restart()
    said = answer(await world.alice.click(asked.response, label="Score these files"))
    assert [line.split(" is ")[0] for line in said.content.split("\n")] == ["Job 1", "Job 2"]
    await world.finish()
    assert [job.shared for job in jobs(world, world.alice)] == [False, False]
    found = words(await Talk(world, "guild", world.alice).slash("results search", job=1))
    assert f"https://discord.com/channels/{world.guild.id}/{world.channel.id}/{message.id}" in found
