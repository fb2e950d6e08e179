"""Buttons of a verdict card: what they do, after a restart, and that another's press learns nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from bot.errors.hints import HINTS
from bot.handlers import result
from db.errors import DatabaseUnavailable
from db.queries.results import get_result
from db.types import Viewer
from tests.bot.short_reviews import GOOD
from tests.bot.talk import Talk, add_file, answer, result_ids, review_file, words
from tests.fixtures.discord import World


async def test_delete_button_of_a_file_says_where_the_text_still_is(world: World) -> None:
    await add_file(world, world.alice, review_file(3))
    await world.work()
    id_ = (await result_ids(world, world.alice))[0]
    shown = await Talk(world, "guild", world.alice).slash("results show", id=id_)
    pressed = await world.alice.click(shown, label="Delete")
    assert "The files of job 1 still hold it" in words(answer(pressed))
    assert get_result(world.db, Viewer(world.alice.id), id_).text is None


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
    assert embed.fields[0].name == "Probability of being positive"
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


async def test_deleting_somebody_elses_shared_verdict_leaves_its_card(world: World) -> None:
    """SQL says whose it is before the message goes."""
    shared = await world.alice.slash(world.channel, "score", text=GOOD, share=True)
    await world.finish()
    card = world.last(world.channel)
    assert card.id == shared.response.id
    pressed = answer(await world.bob.click(card, label="Delete"))
    assert pressed.ephemeral
    assert "Only the person" in pressed.content
    assert [message.id for message in world.messages(world.channel)] == [card.id]
    with world.db.read() as session:
        assert session.execute(text("select text from reviews")).scalar_one() == GOOD
    await world.alice.click(card, label="Delete")
    assert world.messages(world.channel) == []


async def test_a_card_stays_when_its_text_could_not_be_deleted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise DatabaseUnavailable("gone")

    card = await verdict(world)
    with monkeypatch.context() as patched:
        patched.setattr(result, "delete_result", away)
        pressed = await world.alice.click(card, label="Delete")
    assert "database does not answer" in answer(pressed).content
    assert len(world.messages(world.channel)) == 1
    world.env._errors.clear()  # meant
