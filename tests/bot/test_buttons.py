"""Buttons: what they do, that they work after a restart, and that another user's press learns nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from bot.errors.hints import HINTS
from db.queries.jobs import list_jobs
from db.types import Viewer
from tests.bot.test_conversations import BAD, FILE, GOOD
from tests.fixtures.discord import World


async def verdict(world: World) -> object:
    await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    await world.finish()
    return world.last(world.channel)


@pytest.mark.parametrize("restarted", [False, True])
async def test_details(world: World, restarted: bool) -> None:
    card = await verdict(world)
    if restarted:
        await world.restart()
    result = await world.alice.click(card, label="Details")
    assert result.ephemeral
    embed = result.response.embeds[0]
    assert "I loved every minute of it" in embed.description
    assert embed.fields[0].name == "Probability of positive"
    assert 0.5 < float(embed.fields[0].value) < 1


async def test_delete_removes_card_and_text(world: World) -> None:
    card = await verdict(world)
    await world.alice.click(card, label="Delete")
    assert world.messages(world.channel) == []
    with world.db.read() as session:
        assert session.execute(text("select text from reviews")).scalar_one() is None
        assert session.execute(text("select count(*) from predictions")).scalar_one() == 1
    await world.finish()
    assert world.messages(world.channel) == []


@pytest.mark.parametrize("label", ["Details", "Wrong?", "Delete"])
async def test_another_user_learns_nothing(world: World, label: str) -> None:
    card = await verdict(world)
    result = await world.bob.click(card, label=label)
    answers = [one for one in (result.response, *result.followups) if one is not None and one.ephemeral]
    assert len(answers) == 1
    words = answers[0].content.split("\n")[0]
    assert words == "There is no result 1, or it is not shared with you here. " + HINTS["not_found.result"]
    assert len(world.messages(world.channel)) == 1
    with world.db.read() as session:
        assert session.execute(text("select text from reviews")).scalar_one() == GOOD
        assert session.execute(text("select count(*) from corrections")).scalar_one() == 0


async def test_cancel(world: World) -> None:
    await world.alice.slash(world.channel, "batch", file=("a.csv", FILE.encode()), share=True)
    (card,) = world.messages(world.channel)
    await world.restart()
    denied = await world.bob.click(card, label="Cancel")
    assert denied.response is None or "Cancel" not in denied.response.content
    assert list_jobs(world.db, Viewer(world.alice.id))[0].state == "ingesting"
    await world.alice.click(card, label="Cancel")
    await world.finish()
    card, ping = world.messages(world.channel)
    assert "cancelled" in card.embeds[0].title
    assert "was cancelled" in ping.content
    labels = [button.label for row in card.components for button in row.children]
    assert labels == ["Go on"], "nothing is left to cancel"
    with world.db.read() as session:
        assert session.execute(text("select count(*) from predictions")).scalar_one() == 0


async def test_cancel_too_late(world: World) -> None:
    await world.alice.slash(world.channel, "batch", file=("a.csv", FILE.encode()), share=True)
    (card,) = world.messages(world.channel)
    await world.work()
    await world.alice.click(card, label="Cancel")
    await world.finish()
    assert "20 reviews scored" in world.messages(world.channel)[0].embeds[0].title


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
