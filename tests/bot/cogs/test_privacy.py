"""`/privacy`: what is kept is shown, exported and deleted, in servers and direct messages."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from db.privacy import export
from db.queries.jobs import list_jobs
from db.types import Viewer
from tests.bot.talk import (
    GOOD,
    PLACES,
    Talk,
    add_file,
    add_review,
    buttons,
    review_file,
    stored_texts,
    verdict_and_file,
    words,
)
from tests.fixtures.discord import World

WHEREVER = pytest.mark.parametrize("place", PLACES)


@WHEREVER
async def test_show_counts_what_is_kept(world: World, place: Any) -> None:
    talk = Talk(world, place, world.alice)
    assert "Nothing" in words(await talk.slash("privacy show"))
    await verdict_and_file(world, world.alice, place)
    shown = await talk.slash("privacy show")
    assert shown.ephemeral
    assert "7\n7 with their text" in words(shown)
    assert "90 days after a job ended" in words(shown)
    assert "Nothing" in words(await Talk(world, place, world.bob).slash("privacy show"))


@WHEREVER
async def test_export_is_a_zip_of_ones_own(world: World, place: Any) -> None:
    await verdict_and_file(world, world.alice, place)
    await add_review(world, world.bob, "Bob's secret")
    await world.work()
    shown = await Talk(world, place, world.alice).slash("privacy export")
    assert shown.ephemeral
    with zipfile.ZipFile(io.BytesIO(world.attachment(shown, ".zip"))) as packed:
        names = packed.namelist()
        texts = [json.loads(line)["text"] for line in packed.read("reviews.jsonl").splitlines()]
        assert b"Bob" not in b"".join(packed.read(name) for name in names)
    assert GOOD in texts
    assert len(texts) == 7
    assert any(name.endswith("reviews.csv") for name in names)


async def test_export_says_what_did_not_fit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await verdict_and_file(world, world.alice, "dm")
    monkeypatch.setattr(export, "SPARE", 1 << 30)
    assert "this was left out" in words(await Talk(world, "dm", world.alice).slash("privacy export"))


@WHEREVER
@pytest.mark.parametrize("restarted", [False, True])
async def test_delete_after_the_button(world: World, place: Any, restarted: bool) -> None:
    await verdict_and_file(world, world.alice, place)
    channel = world.channel if place == "guild" else world.alice.user.dm_channel
    assert len(world.messages(channel)) == 1
    talk = Talk(world, place, world.alice)
    asked = await talk.slash("privacy delete")
    assert asked.ephemeral
    assert "7 texts" in words(asked)
    assert buttons(asked) == {"Delete everything": True}
    if restarted:
        await world.restart()
    await talk.click(asked, "Delete everything")
    await world.tick(12)
    assert await stored_texts(world) == [None] * 7
    assert world.messages(channel) == []
    assert "Nothing" in words(await talk.slash("privacy show"))
    assert "no results yet" in words(await talk.slash("results search"))


async def test_delete_asks_to_cancel_a_running_job_first(world: World) -> None:
    talk = Talk(world, "guild", world.alice)
    asked_before = await talk.slash("privacy delete")
    job = await add_file(world, world.alice, review_file(3))
    assert "cancel first" in await talk.refused("privacy delete")
    pressed = await world.alice.click(asked_before, label="Delete everything")
    assert any("cancel first" in words(one) for one in pressed.followups)
    await talk.slash("jobs cancel", job=job)
    await talk.click(await talk.slash("privacy delete"), "Delete everything")
    assert list_jobs(world.db, Viewer(world.alice.id)) == []
