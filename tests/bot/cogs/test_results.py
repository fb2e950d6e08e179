"""`/results` in a server and in direct messages, on real rows scored by the real model."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from db.privacy.erase_result import delete_result
from db.types import Viewer
from tests.bot.talk import (
    GOOD,
    Talk,
    add_file,
    add_review,
    buttons,
    numberless,
    result_ids,
    review_file,
    words,
)
from tests.fixtures.discord import World


async def test_nothing_yet_and_nothing_found(world: World, alice: Talk) -> None:
    shown = await alice.slash("results search")
    assert shown.ephemeral
    assert "no results yet" in words(shown)
    assert buttons(shown) == {}
    await add_review(world, world.alice)
    await world.work()
    shown = await alice.slash(
        "results search",
        query="zebra *crossing*",
        label="negative",
        film="Heat",
        min_probability=0.5,
        since="7d",
        job=77,
    )
    for part in (
        "zebra \\*crossing\\*",
        "verdict: negative",
        "Heat",
        "at least 50% sure",
        "since 20",
        "job 77",
        "leave one",
    ):
        assert part in words(shown), part
    assert buttons(shown) == {}


async def test_filters(world: World, alice: Talk) -> None:
    job = await add_file(world, world.alice, review_file(12))
    single = await add_review(world, world.alice, "A wonderful zebra. " + GOOD, film="Zoo")
    await world.work()

    async def shows(**filters: Any) -> str:
        return words(await alice.slash("results search", **filters))

    assert "Positive" not in await shows(label="negative")
    assert "Negative" in await shows(label="negative")
    assert (await shows(film="Zoo")).count("zebra") == 1
    assert (await shows(query="zebra")).count("Zoo") == 1
    assert "Negative" in await shows(min_probability=0.6), "surely negative"
    assert "13 results" in await shows()
    assert "zebra" not in await shows(job=job)
    assert "Nothing found" in await shows(job=job, since="2026-01-13"), "the file ends the day before"
    assert "row 12 " in await shows(job=job, since="2026-01-12")
    assert "row 11 " not in await shows(job=job, since="2026-01-12")
    assert "zebra" in await shows(job=single)
    assert "Positive" in (await shows(sort="probability")).split("#")[1]


async def test_pages_show_every_result_once(world: World, alice: Talk) -> None:
    await add_file(world, world.alice, review_file(20))
    await world.work()
    ids = await result_ids(world, world.alice)
    page = await alice.slash("results search", sort="probability")
    assert buttons(page) == {"Previous": False, "Next": True, "Export CSV": True}
    seen = words(page)
    while buttons(page)["Next"]:
        page = await alice.click(page, "Next")
        seen += words(page)
    assert len(ids) == 20
    assert [seen.count(f"#{id_} ·") for id_ in ids] == [1] * 20
    assert "Page 3" in seen
    assert "Page 2" in words(await alice.click(page, "Previous"))


async def test_user_text_stays_text(world: World, alice: Talk) -> None:
    await add_review(world, world.alice, "@everyone **loved** [it](https://evil.example) " + GOOD, film="<@1> *Heat*")
    await world.work()
    shown = words(await alice.slash("results search"))
    assert "@everyone" not in shown
    assert "**loved**" not in shown
    assert "<@1>" not in shown
    assert "\\*\\*loved\\*\\*" in shown


@pytest.mark.parametrize("since", ["yesterday", "31.01.2026", "2026-02-30"])
async def test_a_bad_date_says_how_to_write_one(world: World, alice: Talk, since: str) -> None:
    said = await alice.refused("results search", since=since)
    assert f"“{since}” is not a date" in said
    assert "7d" in said


async def test_show_gives_the_whole_verdict(world: World, alice: Talk) -> None:
    await add_review(world, world.alice, film="Heat")
    await world.work()
    (id_,) = await result_ids(world, world.alice)
    shown = await alice.slash("results show", id=id_)
    assert shown.ephemeral
    assert "Positive" in words(shown)
    assert f"Result {id_}" in words(shown)
    assert {"Details", "Wrong?"} <= set(buttons(shown))


async def test_someone_elses_result_does_not_exist(world: World, alice: Talk) -> None:
    await add_review(world, world.bob)
    await world.work()
    (id_,) = await result_ids(world, world.bob)
    hidden = await alice.refused("results show", id=id_)
    assert numberless(hidden) == numberless(await alice.refused("results show", id=999_999))
    assert "no results yet" in words(await alice.slash("results search"))
    assert "Nothing found" in words(await alice.slash("results search", job=1))


async def test_shared_results_are_seen_in_their_server_alone(world: World) -> None:
    await add_review(world, world.bob, "Everybody may read this. " + GOOD, shared=True)
    await world.work()
    assert "Everybody may read this" in words(await Talk(world, "guild", world.alice).slash("results search"))
    assert "no results yet" in words(await Talk(world, "dm", world.alice).slash("results search"))


async def test_a_deleted_text_is_gone(world: World, alice: Talk) -> None:
    await add_review(world, world.alice, "Zebras. " + GOOD)
    await world.work()
    (id_,) = await result_ids(world, world.alice)
    await asyncio.to_thread(delete_result, world.db, Viewer(world.alice.id, world.guild.id), id_)
    shown = words(await alice.slash("results search"))
    assert "Zebras" not in shown
    assert "Nothing found" in words(await alice.slash("results search", query="Zebras"))


async def test_a_result_leads_back_to_its_message(world: World) -> None:
    """From a real mention: the link is the one of the message that was reviewed."""
    message = await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    await world.finish()
    shown = await Talk(world, "guild", world.alice).slash("results search")
    assert f"https://discord.com/channels/{world.guild.id}/{world.channel.id}/{message.id}" in words(shown)
