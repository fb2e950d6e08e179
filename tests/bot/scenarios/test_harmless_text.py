"""Text of users does nothing in any message of the bot."""

from __future__ import annotations

from tests.bot.short_reviews import BAD, FILE
from tests.fixtures.discord import World


async def test_user_text_is_harmless(world: World) -> None:
    nasty = f"**Loved** it @everyone <@{world.bob.id}> [click](https://evil.example) `code` ||spoiler||. {BAD}"
    await world.alice.send(world.channel, f"{world.mention} {nasty}")
    await world.alice.send(world.channel, world.mention, attachments=[("[x](http:evil)@here_*.csv", FILE.encode())])
    await world.finish()
    for message in world.messages(world.channel):
        assert [user.id for user in message.mentions if user.id != world.alice.id] == []
        assert not message.mention_everyone
        for embed in message.embeds:
            assert "https://evil" not in (embed.description or "")
            assert "**Loved**" not in (embed.description or "")
            assert "@everyone" not in (embed.description or "")
            assert f"<@{world.bob.id}>" not in (embed.description or "")
    for call in world.calls("POST", "/messages"):
        assert call.json["allowed_mentions"].get("parse", []) == []
        assert call.json["allowed_mentions"].get("users", []) in ([], [world.alice.id], [str(world.alice.id)])
