"""`/settings`: shown, kept and honoured, in servers and direct messages."""

from __future__ import annotations

from typing import Any

import pytest

from db.preferences import user_settings
from db.queries.jobs import list_jobs
from db.types import Viewer
from tests.bot.short_reviews import FILE
from tests.bot.talk import GOOD, PLACES, Talk, words
from tests.fixtures.discord import World

WHEREVER = pytest.mark.parametrize("place", PLACES)


@WHEREVER
async def test_settings_are_shown_kept_and_honoured(world: World, place: Any) -> None:
    talk = Talk(world, place, world.alice)
    assert "Only you see" in words(await talk.slash("settings"))
    shown = await talk.slash("settings", sharing=True, notices=False, file_format="jsonl")
    assert shown.ephemeral
    assert "are saved" in words(shown)
    await world.restart()
    assert "Everyone in the channel" in words(await talk.slash("settings"))
    kept = user_settings(world.db, Viewer(world.alice.id))
    assert (kept.share, kept.dm_notices, kept.file_format) == (True, False, "jsonl")
    await talk.slash("settings", file_format="as it came in")
    assert user_settings(world.db, Viewer(world.alice.id)).file_format is None
    assert user_settings(world.db, Viewer(world.bob.id)).share is False


async def test_sharing_is_the_default_of_commands(world: World) -> None:
    await Talk(world, "guild", world.alice).slash("settings", sharing=True)
    result = await world.alice.slash(world.channel, "score", text=GOOD)
    assert not result.ephemeral
    quiet = await world.alice.slash(world.channel, "score", text=GOOD, share=False)
    assert quiet.ephemeral
    await world.alice.slash(world.channel, "batch", file=("a.csv", FILE.encode()))
    await world.finish()
    assert [job.shared for job in list_jobs(world.db, Viewer(world.alice.id))] == [True, False, True]


async def test_no_direct_messages_means_none(world: World) -> None:
    await Talk(world, "guild", world.alice).slash("settings", notices=False, file_format="jsonl")
    result = await world.alice.slash(world.channel, "batch", file=("a.csv", FILE.encode()))
    assert "this reply shows job 1" in result.response.content
    slow = await world.alice.slash(world.channel, "score", text=GOOD)
    await world.tick(11)
    assert "This reply shows the verdict" in slow.response.content
    await world.finish()
    assert world.alice.user.dm_channel is None or world.messages(world.alice.user.dm_channel) == []
    assert "20 reviews scored" in result.response.embeds[0].title
    (scored,) = [one.filename for one in result.response.attachments if "scored" in one.filename]
    assert scored.endswith(".jsonl")
    assert "Positive" in slow.response.embeds[0].title
