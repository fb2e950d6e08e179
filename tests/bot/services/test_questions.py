"""Questions that wait for a button: the earlier result is shown instead, the files of a message are named."""

from __future__ import annotations

import asyncio
import gzip

from db.delivery.message_deletions import due_deletions
from db.privacy.take_down import take_down
from db.types import Viewer
from tests.bot.short_reviews import FILE
from tests.bot.talk import Talk, answer
from tests.fixtures.discord import World
from tests.worker.files.helpers import zip_bytes

CSV = ("export.csv", FILE.encode())


async def test_the_same_file_again(world: World) -> None:
    await world.alice.slash(world.channel, "batch", file=CSV)
    await world.finish()
    dm = world.alice.user.dm_channel
    before = len(world.messages(dm))
    result = await world.alice.slash(world.channel, "batch", file=CSV)
    assert "same file as **job 1**" in result.response.content
    assert len(world.messages(dm)) == before
    await world.alice.click(result.response, label="Show that result")
    assert "20 reviews scored" in result.response.embeds[0].title
    assert len(result.response.attachments) >= 2


async def test_the_same_rows_packed_otherwise(world: World) -> None:
    packed = [
        ("again.csv.gz", gzip.compress(FILE.encode())),
        ("all.zip", zip_bytes({"README.txt": b"x", "a.csv": FILE.encode()})),
    ]
    other = ("other.zip", zip_bytes({"a.csv": FILE.encode() + b"and one more\n"}))
    await world.alice.slash(world.channel, "batch", file=packed[1])
    await world.finish()
    for file in (CSV, *packed):
        result = await world.alice.slash(world.channel, "batch", file=file)
        assert "same file as **job 1**" in result.response.content, file[0]
    assert "same file" not in (await world.bob.slash(world.channel, "batch", file=CSV)).response.content
    assert "same file" not in (await world.alice.slash(world.channel, "batch", file=other)).response.content


async def test_a_private_result_is_not_shown_where_others_read(world: World) -> None:
    """Its question stands in the channel: only who sent the file may press, and sees the result alone."""
    await world.alice.slash(world.channel, "batch", file=CSV)
    await world.finish()
    await world.alice.send(world.channel, world.mention, attachments=[CSV])
    question = world.last(world.channel)
    assert "same file as **job 1**" in question.content
    await world.bob.click(question, label="Show that result")
    result = await world.alice.click(question, label="Show that result")
    (shown,) = result.followups
    assert shown.ephemeral
    assert "20 reviews scored" in shown.embeds[0].title
    assert len(shown.attachments) >= 2
    after = world.last(world.channel)
    assert (after.id, after.embeds, after.attachments) == (question.id, [], [])


async def test_a_result_of_another_channel_is_not_shown_here(world: World) -> None:
    """It was shared where not all read who read here; who reads both may not press, its owner sees it alone."""
    secret = world.guild.create_text_channel("secret")
    await world.alice.slash(secret, "batch", file=CSV, share=True)
    await world.finish()
    await world.alice.send(world.channel, world.mention, attachments=[CSV])
    question = world.last(world.channel)
    await world.bob.slash(world.channel, "jobs status", job=1)
    refused = answer(await world.bob.click(question, label="Show that result"))
    assert refused.ephemeral
    missing = await Talk(world, "guild", world.bob).refused("jobs status", job=77)
    assert refused.content.startswith(missing.replace("77", "1"))
    result = await world.alice.click(question, label="Show that result")
    assert result.followups[0].ephemeral
    after = world.last(world.channel)
    assert (after.id, after.embeds, after.attachments) == (question.id, [], [])


async def test_what_is_shown_in_place_of_the_question_goes_with_its_job(world: World) -> None:
    """Its sharing ends: its card goes, and so does the copy under the second message."""
    await world.alice.slash(world.channel, "batch", file=CSV, share=True)
    await world.finish()
    await world.alice.send(world.channel, world.mention, attachments=[CSV])
    question = world.last(world.channel)
    await world.alice.click(question, label="Show that result")
    assert "20 reviews scored" in world.last(world.channel).embeds[0].title
    await asyncio.to_thread(take_down, world.db, Viewer(world.bob.id, world.guild.id), job_id=1)
    pending = await asyncio.to_thread(due_deletions, world.db)
    assert question.id in [one.message_id for one in pending]
