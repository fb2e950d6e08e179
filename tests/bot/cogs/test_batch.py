"""`/batch`: where the cards of its jobs stand, and the accuracy that it refuses."""

from __future__ import annotations

import pytest

from bot.cards.info import ModelFacts
from bot.cogs.batch import refuse_out_of_reach
from common.errors import UserError
from tests.bot.short_reviews import FILE
from tests.bot.talk import table
from tests.fixtures.discord import World


async def test_batch_private_in_a_server(world: World) -> None:
    result = await world.alice.slash(world.channel, "batch", file=("export.csv", FILE.encode()))
    assert result.ephemeral
    dm = world.alice.user.dm_channel
    assert f"/channels/@me/{dm.id}/" in result.response.content
    (card,) = world.messages(dm)
    assert "accepted" in card.embeds[0].title
    await world.finish()
    card, ping = world.messages(dm)
    assert "20 reviews scored" in card.embeds[0].title
    assert card.embeds[0].image.url is not None
    assert ping.content.startswith(world.alice.mention)
    assert ping.reference.message_id == card.id
    called = [call.json["allowed_mentions"].get("users") for call in world.calls("POST", f"/channels/{dm.id}/messages")]
    assert [[int(user) for user in users or []] for users in called] == [[], [world.alice.id]], "once, at the end"
    assert world.scorer.version in card.embeds[0].footer.text
    scored = table(world.attachment(card, "scored.csv"))
    assert len(scored) == 21
    assert [row["label"] for row in scored[:2]] == ["negative", "positive"]
    assert {"title", "review", "label", "probability", "flags", "model"} <= scored[0].keys()
    assert len([one for one in card.attachments if "rejected" in one.filename]) == 1
    (histogram,) = [one for one in card.attachments if one.filename == "histogram.png"]
    assert "10 positive, 10 negative" in (histogram.description or "")
    assert world.messages(world.channel) == []


async def test_batch_shared_stands_in_the_channel(world: World) -> None:
    result = await world.alice.slash(world.channel, "batch", file=("export.csv", FILE.encode()), share=True)
    assert result.ephemeral
    assert f"/channels/{world.guild.id}/{world.channel.id}/" in result.response.content
    await world.finish()
    card, ping = world.messages(world.channel)
    assert "20 reviews scored" in card.embeds[0].title
    assert [user.id for user in ping.mentions] == [world.alice.id]
    assert world.messages(world.alice.user.dm_channel) == []


async def test_batch_in_a_dm(world: World) -> None:
    await world.alice.user.slash("batch", file=("export.csv", FILE.encode()))
    await world.finish()
    titles = [m.embeds[0].title for m in world.messages(world.alice.user.dm_channel) if m.embeds]
    assert any("20 reviews scored" in title for title in titles)


def facts(dial: tuple[float, float] | None) -> ModelFacts:
    return ModelFacts("test-1", "", "", (), None, None, None, None, None, None, dial)


@pytest.mark.parametrize("accuracy", [94.9, 99.6, 0.97, -1.0, float("nan"), float("inf")])
def test_an_accuracy_that_the_model_does_not_reach_is_refused_with_the_range(accuracy: float) -> None:
    with pytest.raises(UserError, match=r"goes from 95\.0 to 99\.5"):
        refuse_out_of_reach(accuracy, facts((95.0, 99.5)))


@pytest.mark.parametrize("accuracy", [95.0, 97, 99.5])
def test_an_accuracy_that_it_reaches_is_taken(accuracy: float) -> None:
    refuse_out_of_reach(accuracy, facts((95.0, 99.5)))


@pytest.mark.parametrize("model", [None, (None,)])
def test_an_accuracy_without_a_measured_model_is_refused(model: tuple[None] | None) -> None:
    with pytest.raises(UserError, match="was not measured"):
        refuse_out_of_reach(97.0, model and facts(*model))
