"""`/score`, and Score review in the menu of a message."""

from __future__ import annotations

import pytest

from tests.bot.short_reviews import BAD, FILE, GOOD
from tests.bot.talk import PASTE
from tests.fixtures.discord import World


async def test_score_review_reads_a_forwarded_message(world: World) -> None:
    review = await world.bob.send(world.channel, BAD)
    forwarded = await world.bob.forward(review, world.channel)
    result = await world.alice.context_menu(world.channel, "Score review", forwarded)
    await world.finish()
    assert "Negative" in result.response.embeds[0].title


async def test_score_review_reads_a_pasted_text(world: World) -> None:
    message = await world.bob.send(world.channel, "", attachments=[("message.txt", PASTE.encode())])
    result = await world.alice.context_menu(world.channel, "Score review", message)
    await world.finish()
    assert "Positive" in result.response.embeds[0].title


@pytest.mark.parametrize("share", [False, True])
async def test_score_in_a_server(world: World, share: bool) -> None:
    result = await world.alice.slash(world.channel, "score", text=GOOD, film="Paddington", share=share)
    assert result.deferred
    assert result.ephemeral is not share
    await world.finish()
    assert "Positive" in result.response.embeds[0].title
    assert result.response.embeds[0].author.name == "Paddington"
    assert world.messages(world.alice.user.dm_channel) == []
    assert len(world.messages(world.channel)) == (1 if share else 0)


async def test_score_in_a_dm(world: World) -> None:
    result = await world.alice.user.slash("score", text=BAD)
    await world.finish()
    assert "Negative" in result.response.embeds[0].title


async def test_score_review_of_a_message(world: World) -> None:
    message = await world.bob.send(world.channel, GOOD)
    result = await world.alice.context_menu(world.channel, "Score review", message)
    assert result.ephemeral
    await world.finish()
    assert "Positive" in result.response.embeds[0].title
    assert world.messages(world.channel) == []


async def test_score_review_offers_the_files_of_a_message(world: World) -> None:
    message = await world.bob.send(world.channel, "", attachments=[("export.csv", FILE.encode())])
    result = await world.alice.context_menu(world.channel, "Score review", message)
    assert result.ephemeral
    assert "export.csv" in result.response.content.replace("\\", "")
    await world.alice.click(result.response, label="Score this file")
    await world.finish()
    assert "20 reviews scored" in world.messages(world.alice.user.dm_channel)[0].embeds[0].title


async def test_score_review_without_text_or_file(world: World) -> None:
    message = await world.bob.send(world.channel, "", attachments=[("cat.png", b"\x89PNG")])
    result = await world.alice.context_menu(world.channel, "Score review", message)
    assert result.ephemeral
    assert "neither text nor a file" in result.response.content
