"""Questions that wait for a button: the earlier result is shown instead, the files of a message are named."""

from __future__ import annotations

from tests.bot.short_reviews import FILE
from tests.fixtures.discord import World

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
