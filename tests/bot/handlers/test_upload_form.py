"""The form of `/upload`: it takes files, a column and share, after a restart and from two people at once."""

from __future__ import annotations

from typing import Any

import pytest

from db.queries.jobs import list_jobs
from db.types import JobView, Viewer
from tests.bot.talk import GOOD, Talk, all_at_once, answer, review_file
from tests.fixtures.discord import World

ONE, TWO, THREE = (review_file(4, films=(film,), empty=0) for film in ("Heat", "Up", "Alien"))


def jobs(world: World, who: Any) -> list[JobView]:
    return list_jobs(world.db, Viewer(who.id))


async def send_form(talk: Talk, shown: Any, **values: Any) -> Any:
    actor = talk.who if talk.place == "guild" else talk.who.user
    return await actor.submit_modal(shown, values)


async def open_form(talk: Talk) -> Any:
    if talk.place == "guild":
        return await talk.who.slash(talk.world.channel, "upload")
    return await talk.who.user.slash("upload")


async def test_the_form_takes_files_a_column_and_share(world: World, alice: Talk) -> None:
    shown = await open_form(alice)
    assert shown.modal["title"] == "Score files of reviews"
    two_texts = "a,b\n" + f'"{GOOD}","no"\n' * 3
    sent = await send_form(
        alice, shown, files=[("x.csv", two_texts.encode()), ("one.csv", ONE)], text_column="a", share=True
    )
    said = answer(sent)
    assert said.ephemeral
    # The second has no column of that name: refused by the worker, in its card.
    assert [line.split(" is ")[0] for line in said.content.split("\n")] == ["Job 1", "Job 2"]
    await world.finish()
    assert {job.filename: job.state for job in jobs(world, world.alice)} == {"x.csv": "done", "one.csv": "failed"}
    assert [job.shared for job in jobs(world, world.alice)] == [alice.place == "guild"] * 2


@pytest.mark.parametrize("setting", [False, True])
async def test_the_form_shares_as_the_settings_have_it_unless_told_otherwise(world: World, setting: bool) -> None:
    """As `/batch` does: ticked or not when it opens, and what is sent counts."""
    alice, bob = Talk(world, "guild", world.alice), Talk(world, "guild", world.bob)
    await alice.slash("settings", sharing=setting)
    shown = await open_form(alice)
    (ticked,) = [part["default"] for part in parts(shown.modal) if part.get("custom_id") == "share"]
    assert ticked is setting
    others = await open_form(bob)
    assert [part["default"] for part in parts(others.modal) if part.get("custom_id") == "share"] == [False]
    await send_form(alice, shown, files=[("one.csv", ONE)], share=ticked)
    await alice.slash("batch", file=("two.csv", TWO))
    await send_form(alice, await open_form(alice), files=[("three.csv", THREE)], share=not setting)
    await world.finish()
    told = {job.filename: job.shared for job in jobs(world, world.alice)}
    assert told == {"one.csv": setting, "two.csv": setting, "three.csv": not setting}
    assert len(world.messages(world.channel)) == 2 * sum(told.values()), "a card and a notice of each shared job"


def parts(modal: Any) -> list[dict[str, Any]]:
    """What can be filled in."""
    return [row.get("component", row) for row in modal["components"]]


async def test_a_form_opens_unticked_when_the_settings_cannot_be_read_in_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discord waits three seconds for a form."""
    alice = Talk(world, "guild", world.alice)
    await alice.slash("settings", sharing=True)
    monkeypatch.setattr(world.bot.chosen, "_patience_s", 0.0)
    shown = await open_form(alice)
    assert [part["default"] for part in parts(shown.modal) if part.get("custom_id") == "share"] == [False]


@pytest.mark.parametrize(("name", "said"), [("cat.png", "I cannot read cat.png"), ("empty.csv", "is empty")])
async def test_the_form_refuses_as_batch_does(world: World, alice: Talk, name: str, said: str) -> None:
    sent = answer(await send_form(alice, await open_form(alice), files=[(name, b"" if "csv" in name else b"\x89")]))
    assert sent.ephemeral
    assert said in sent.content
    assert "Reference" in sent.content
    assert jobs(world, world.alice) == []


async def test_a_form_opened_before_a_restart_can_be_sent(world: World) -> None:
    alice = Talk(world, "guild", world.alice)
    first, second = await open_form(alice), await open_form(alice)
    await world.restart()
    assert "Job 1 is accepted" in answer(await send_form(alice, first, files=[("one.csv", ONE)])).content
    assert "Job 2 is accepted" in answer(await send_form(alice, second, files=[("two.csv", TWO)])).content


async def test_two_people_send_the_form_at_once(world: World) -> None:
    talks = [Talk(world, "guild", who) for who in (world.alice, world.bob)]
    forms = [await open_form(talk) for talk in talks]
    with all_at_once(world):
        for talk, form, file in zip(talks, forms, (("one.csv", ONE), ("two.csv", TWO)), strict=True):
            await send_form(talk, form, files=[file])
    await world.tick()
    assert [job.filename for job in jobs(world, world.alice)] == ["one.csv"]
    assert [job.filename for job in jobs(world, world.bob)] == ["two.csv"]
