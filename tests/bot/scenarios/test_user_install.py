"""The bot installed by a user: in a group chat, and in a server that it is no member of.

SimCord knows neither, so the payload is changed into what Discord documents for them (Interaction Object, `context`,
`authorizing_integration_owners`), and channels answer 403: there the bot has its interaction and nothing else.
"""

from __future__ import annotations

from typing import Any

import pytest
import simcord.interactions
from sqlalchemy import text

from db.queries.jobs import list_jobs
from db.types import Viewer
from tests.bot.talk import BAD, GOOD, answer, review_file, words
from tests.fixtures.discord import World

GROUP, PRIVATE_CHANNEL, USER_INSTALL = 3, 2, "1"
WHERE = pytest.mark.parametrize("outside", ["group", "server"], indirect=True)


@pytest.fixture
def outside(world: World, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """From here on `world.channel` is somewhere that the bot is not."""
    kind: str = request.param
    make = simcord.interactions.base_payload

    def installed(*args: Any, **parts: Any) -> tuple[Any, dict[str, Any]]:
        record, payload = make(*args, **parts)
        payload["authorizing_integration_owners"] = {USER_INSTALL: str(parts["user_id"])}
        if kind == "group" and payload.get("guild_id"):
            member = payload.pop("member")
            for name in ("guild_id", "guild_locale"):
                payload.pop(name)
            payload |= {"user": member["user"], "context": PRIVATE_CHANNEL, "app_permissions": "0"}
            people = [member["user"]]
            payload["channel"] = {"id": payload["channel_id"], "type": GROUP, "name": None, "recipients": people}
        return record, payload

    monkeypatch.setattr(simcord.interactions, "base_payload", installed)
    world.bot._connection._guilds.pop(world.guild.id)
    for method, path in (("POST", "messages"), ("PATCH", "messages/*")):
        world.env.inject_error(method, f"/channels/{world.channel.id}/{path}", status=403, code=50001, times=None)
    return kind


def place_of(world: World, outside: str) -> Viewer:
    return Viewer(world.alice.id, world.guild.id if outside == "server" else None)


@WHERE
@pytest.mark.parametrize("share", [False, True])
async def test_a_review_is_scored_in_the_reply(world: World, outside: str, share: bool) -> None:
    result = await world.alice.slash(world.channel, "score", text=GOOD, share=share)
    await world.finish()
    assert "Positive" in words(result.response)
    assert result.ephemeral is not share
    (job,) = list_jobs(world.db, place_of(world, outside))
    assert job.delivered_at is not None
    assert job.guild_id == place_of(world, outside).guild_id


@WHERE
async def test_score_review_of_somebody_elses_message(world: World, outside: str) -> None:
    message = await world.bob.send(world.channel, BAD)
    result = await world.alice.context_menu(world.channel, "Score review", message)
    await world.finish()
    assert result.ephemeral
    assert "Negative" in words(result.response)


@WHERE
async def test_a_slow_shared_verdict_takes_the_place_of_its_reply(world: World, outside: str) -> None:
    """By the interaction's token: the bot is not there, and could not change its message otherwise."""
    result = await world.alice.slash(world.channel, "score", text=GOOD, share=True)
    await world.tick(11)
    assert "This reply shows the verdict" in result.response.content
    await world.finish()
    assert "Positive" in words(result.response)
    assert not result.response.content
    assert world.messages(world.alice.user.dm_channel) == []


@WHERE
async def test_a_verdict_that_outlives_its_reply_comes_by_direct_message(world: World, outside: str) -> None:
    await world.alice.slash(world.channel, "score", text=GOOD, share=True)
    await world.tick(11)
    with world.db.begin() as session:
        session.execute(text("update jobs set created_at = '2026-01-01 00:00:00.000'"))
    await world.finish()
    assert "Positive" in words(world.last(world.alice.user.dm_channel))


@WHERE
async def test_the_card_of_a_shared_file_stands_where_the_bot_can_write(world: World, outside: str) -> None:
    """In the private reply of a server that others are in too; what nobody else can be shown, by direct message."""
    said = await world.alice.slash(world.channel, "batch", file=("a.csv", review_file(6, empty=0)), share=True)
    assert said.ephemeral
    await world.finish()
    if outside == "server":
        assert "cannot write in this channel" in said.response.content
        assert "6 reviews scored" in words(said.response)
    else:
        assert "/channels/@me/" in said.response.content
        assert "6 reviews scored" in words(world.messages(world.alice.user.dm_channel)[0])


@WHERE
@pytest.mark.parametrize("share", [False, True])
async def test_delete_removes_the_reply_and_the_text(world: World, outside: str, share: bool) -> None:
    result = await world.alice.slash(world.channel, "score", text=GOOD, share=share)
    await world.finish()
    pressed = await world.alice.click(result.response, label="Delete")
    assert "Reference" not in " ".join(words(one) for one in (pressed.response, *pressed.followups) if one)
    assert result.response is None
    with world.db.read() as session:
        assert session.execute(text("select text from reviews")).scalar_one() is None


@WHERE
async def test_lists_buttons_and_errors(world: World, outside: str) -> None:
    result = await world.alice.slash(world.channel, "score", text=GOOD)
    await world.finish()
    assert "Probability of being positive" in words(answer(await world.alice.click(result.response, label="Details")))
    for command in ("jobs list", "results search", "settings", "privacy show", "help", "about"):
        assert "Reference" not in words(answer(await world.alice.slash(world.channel, command))), command
    refused = await world.alice.slash(world.channel, "score", text=" ", share=True)
    assert refused.ephemeral
    assert "no text to score" in refused.response.content
    nothing = await world.bob.slash(world.channel, "results search")
    assert "no results yet" in words(nothing.response)
