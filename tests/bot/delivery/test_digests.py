"""Digests in the simulated Discord: set by a manager, posted once, silent, about that channel alone, off when shut."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import discord
import pytest
from sqlalchemy import update

from bot.delivery.digests import pause_s
from common.settings import Settings
from db.audit import server_lines
from db.clock import db_time
from db.delivery.server_digests import begin_posting, database_time, digest_of, save_digest
from db.privacy.erase import erase_user
from db.tables import Job, ServerDigest
from db.types import Digest, NewReview, Origin, ReviewRow, Score, Viewer
from model.serving.scorer import Scorer
from reporting.digest import last_period
from tests.bot.talk import Talk, words
from tests.db.steps import drain, file_job, score_all
from tests.fixtures.discord import Loopback, World, running_world


def reviews_of(world: World, film: str, day: date, positive: int, total: int, **where: Any) -> None:
    """A shared file of reviews of one day, so many of them positive."""
    place: dict[str, Any] = {"channel_id": world.channel.id, "guild_id": world.guild.id, "shared": True} | where
    origin = Origin(world.alice.id, source="message", source_id=hash_of(film, day, total, place["channel_id"]), **place)

    def verdict(row: ReviewRow) -> Score:
        good = row.row_number <= positive
        return Score(row.review_id, "positive" if good else "negative", 0.95 if good else 0.05, ())

    rows = [NewReview(n, "a review", film, day) for n in range(1, total + 1)]
    job = file_job(world.db, rows, chunk_rows=total, where=origin)
    score_all(world.db, job, verdict)
    drain(world.db)
    with world.db.begin() as session:  # its card and its chart are no subject here
        session.execute(update(Job).values(delivered_at=db_time()))


def hash_of(*parts: object) -> int:
    return sum(ord(sign) * 31**n for n, sign in enumerate(str(parts))) % 2**60


async def set_up(world: World, manager: Any, **options: Any) -> Talk:
    talk = Talk(world, "guild", manager)
    await talk.slash("server digest", every="week", channel=world.channel, **options)
    return talk


def mine(world: World) -> Digest:
    found = digest_of(world.db, Viewer(0, world.guild.id))
    assert found is not None
    return found


def make_due(world: World, weeks: int = 1) -> date:
    """As if nothing was told for so long; the last day of the period that is due."""
    until = last_period("week", database_time(world.db)).until
    with world.db.begin() as session:
        session.execute(update(ServerDigest).values(told_until=until - timedelta(7 * weeks)))
    return until


async def posted(world: World) -> list[Any]:
    await world.bot.digests.look()
    await world.tick(0.1)
    return [one for one in world.messages(world.channel) if one.embeds and "Digest" in str(one.embeds[0].title)]


async def test_a_manager_sets_shows_changes_and_ends_it(world: World, manager: Any) -> None:
    talk = Talk(world, "guild", manager)
    assert "is off" in words(await talk.slash("server digest"))
    assert "Say where and how often" in await talk.refused("server digest", alerts=True)
    assert "Say where and how often" in await talk.refused("server digest", every="week")
    shown = words(await talk.slash("server digest", every="week", channel=world.channel, films="Heat; Up ;heat"))
    assert f"<#{world.channel.id}>" in shown
    assert "“Heat”, “Up” and “heat”" in shown or "“Heat”" in shown
    assert "Next: <t:" in shown
    assert "Name 1 to 10 films" in await talk.refused("server digest", films=";".join("abcdefghijk"))
    shown = words(await talk.slash("server digest", every="month", films="all", alerts=True))
    assert "every month" in shown
    assert "all films" in shown
    assert "Alerts: on" in shown
    assert words(await talk.slash("server digest")).endswith(shown.split("\n", 1)[1])
    assert "is off" in words(await talk.slash("server digest", every="off"))
    log = words(await talk.slash("server audit"))
    assert "digest: off → <#" in log
    assert "with alerts → off" in log
    nobody = {world.guild.default_role: discord.PermissionOverwrite(embed_links=False)}
    closed = world.guild.create_text_channel("closed", overwrites=nobody)
    assert "I may not post in" in await talk.refused("server digest", every="week", channel=closed)


async def test_it_is_posted_once_after_weeks_away_and_pings_nobody(world: World, manager: Any) -> None:
    await set_up(world, manager)
    assert await posted(world) == [], "the next one is for the period that runs now"
    until = make_due(world, weeks=4)
    reviews_of(world, "Heat (1995) @everyone", until, 30, 40)
    reviews_of(world, "heat (1995) @EVERYONE", until - timedelta(7), 10, 40)
    for _ in range(2):
        (message,) = await posted(world)
    said = words(message)
    assert f"Digest: {until - timedelta(6)} to {until}" in said
    assert "**40 reviews**" in said
    assert "75% (60–86%) positive" in said
    assert "+50.0 percentage points" in said
    assert "a real difference" in said
    assert "25% → 75%" in said
    assert f"`/report since:{until - timedelta(6)} until:{until} by:film`" in said
    (call,) = [
        one for one in world.calls("POST", f"/channels/{world.channel.id}/messages") if "Digest" in str(one.json)
    ]
    assert call.json["flags"] & 4096, "silent"
    assert call.json["allowed_mentions"] == {"parse": []}
    assert len(call.json["nonce"]) <= 25
    await world.restart()
    assert len(await posted(world)) == 1
    assert mine(world).told_until == until


async def test_it_tells_what_the_members_of_that_channel_may_see(world: World, manager: Any) -> None:
    await set_up(world, manager)
    until = make_due(world)
    other = world.guild.create_text_channel("elsewhere")
    reviews_of(world, "Here", until, 3, 6)
    reviews_of(world, "Elsewhere", until, 3, 6, channel_id=other.id)
    reviews_of(world, "Private", until, 3, 6, shared=False)
    reviews_of(world, "Another server", until, 3, 6, guild_id=world.guild.id + 1)
    erase_user(world.db, Viewer(world.bob.id))
    (message,) = await posted(world)
    said = words(message)
    assert "**6 reviews**" in said
    assert "“Here”" in said
    assert not any(name in said for name in ("Elsewhere", "Private", "Another"))
    erase_user(world.db, Viewer(world.alice.id))  # hers alone was the film that it names
    world.bot.note_deletion()
    await world.tick(11)
    assert message.id not in [one.id for one in world.messages(world.channel)]


async def test_a_time_without_reviews_has_no_digest(world: World, manager: Any) -> None:
    await set_up(world, manager)
    until = make_due(world)
    assert await posted(world) == []
    assert mine(world).told_until == until


async def test_a_second_bot_or_one_after_a_crash_does_not_post_it_again(bot_settings: Settings, scorer: Scorer) -> None:
    async with running_world(bot_settings, scorer, Loopback(), today=True) as world:
        role = world.guild.create_role("managers", permissions=discord.Permissions(manage_guild=True))
        manager = world.guild.add_member(world.env.create_user("maggie"), roles=[role])
        await set_up(world, manager)
        until = make_due(world)
        reviews_of(world, "Heat", until, 3, 6)
        assert begin_posting(world.db, mine(world), f"week {until}") is not None
        assert await posted(world) == [], "another one is at it"
        release(world)
        assert len(await posted(world)) == 1, "it died before it sent anything"
        make_due(world)
        begin_posting(world.db, mine(world), f"week {until}")
        release(world)
        assert len(await posted(world)) == 1, "it died after it had sent it"
        assert mine(world).told_until == until


def release(world: World) -> None:
    """The time of whoever was posting is over."""
    with world.db.begin() as session:
        since = database_time(world.db) - timedelta(seconds=130)
        session.execute(update(ServerDigest).values(posting_since=since))


async def test_a_channel_that_is_shut_is_said_to_the_manager_once(world: World, manager: Any) -> None:
    await set_up(world, manager)
    reviews_of(world, "Heat", make_due(world), 3, 6)
    world.env.inject_error("POST", f"/channels/{world.channel.id}/messages", status=403, code=50013, times=None)
    for _ in range(2):
        assert await posted(world) == []
    told = world.messages(manager.user.dm_channel)
    assert len(told) == 1
    assert "I could not post the digest of “Film club”" in told[0].content
    talk = Talk(world, "guild", manager)
    assert "The channel is gone or closed to me" in words(await talk.slash("server digest"))
    assert server_lines(world.db, Viewer(0, world.guild.id))[0].actor_name == "Reelfeel"
    assert "the bot itself" in words(await talk.slash("server audit"))


async def test_a_deleted_channel_and_one_of_another_server_are_switched_off(world: World, manager: Any) -> None:
    await set_up(world, manager)
    make_due(world)
    with world.db.begin() as session:
        session.execute(update(ServerDigest).values(channel_id=4))
    await posted(world)
    assert mine(world).off_reason == "closed"


async def test_what_passes_is_tried_again(world: World, manager: Any) -> None:
    await set_up(world, manager)
    reviews_of(world, "Heat", make_due(world), 3, 6)
    world.env.inject_error("POST", f"/channels/{world.channel.id}/messages", status=500, times=9)
    assert await posted(world) == []
    assert mine(world).off_reason is None
    for _ in range(9):
        release(world)
        if await posted(world):
            break
    assert len(await posted(world)) == 1


async def test_an_alert_says_figures_and_interval_and_then_keeps_still(world: World, manager: Any) -> None:
    await set_up(world, manager, alerts=True)
    today = database_time(world.db).date()
    reviews_of(world, "Heat", today - timedelta(3), 20, 100)
    reviews_of(world, "Heat", today - timedelta(20), 80, 100)
    for _ in range(2):
        await posted(world)
    said = [words(one) for one in world.messages(world.channel)]
    assert len(said) == 1
    assert "Reviews have changed" in said[0]
    assert "-60.0 percentage points (99% interval" in said[0].replace("−", "-")
    with world.db.begin() as session:
        session.execute(update(ServerDigest).values(looked_on=today - timedelta(1)))
    await posted(world)
    assert len(world.messages(world.channel)) == 1, "it cools down"


async def test_no_alert_without_enough_reviews(world: World, manager: Any) -> None:
    await set_up(world, manager, alerts=True)
    today = database_time(world.db).date()
    reviews_of(world, "Heat", today - timedelta(3), 0, 49)
    reviews_of(world, "Heat", today - timedelta(20), 80, 100)
    await posted(world)
    assert world.messages(world.channel) == []
    assert mine(world).looked_on is not None


async def test_a_wrong_clock_does_not_silence_it_for_ever(world: World, manager: Any) -> None:
    await set_up(world, manager)
    viewer = Viewer(manager.id, world.guild.id)
    save_digest(world.db, viewer, lambda old: None if old is None else replace(old, told_until=date(2099, 1, 4)))
    await posted(world)
    assert mine(world).told_until == last_period("week", database_time(world.db)).until


async def test_it_looks_by_itself(world: World, manager: Any) -> None:
    await set_up(world, manager)
    reviews_of(world, "Heat", make_due(world), 3, 6)
    assert world.bot.digests._loop.is_running()
    await world.bot.digests._look_safely()
    titles = [embed.title for one in world.messages(world.channel) for embed in one.embeds]
    assert len([title for title in titles if str(title).startswith("Digest")]) == 1


def test_the_pauses_double_up_to_six_hours() -> None:
    assert [pause_s(tries) / 60 for tries in (1, 2, 3, 7, 8, 1_000)] == [5, 10, 20, 320, 360, 360]


async def test_one_that_cannot_be_counted_is_tried_less_and_less_often(
    world: World, manager: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who set it up is told after the third try, once; a change of it is tried at once."""
    digests, counted, tries = world.bot.digests, world.bot.heavy.in_child, list[str]()

    async def out_of_time(*_: Any, **__: Any) -> Any:
        tries.append("counted")
        raise TimeoutError

    def after_the_pause() -> None:
        pauses[world.guild.id] = replace(pauses[world.guild.id], until=0.0)

    await set_up(world, manager)
    reviews_of(world, "Heat", make_due(world), 3, 6)
    monkeypatch.setattr(world.bot.heavy, "in_child", out_of_time)
    monkeypatch.setattr("db.delivery.server_digests.LEASE_S", -1)
    pauses, told = digests._pauses, []
    for n in range(5):
        await digests.look()
        await digests.look()
        assert len(tries) == n + 1, "not within the pause"
        told.append(len([call for call in world.env.http_requests if "is late" in str(call.json)]))
        after_the_pause()
    assert told == [0, 0, 1, 1, 1]
    await digests.look()
    assert pauses[world.guild.id].tries == 6
    await set_up(world, manager, films="Heat")
    make_due(world)
    await digests.look()
    assert pauses[world.guild.id].tries == 1
    monkeypatch.setattr(world.bot.heavy, "in_child", counted)
    after_the_pause()
    assert len(await posted(world)) == 1
    assert pauses == {}
