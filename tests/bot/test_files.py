"""Files by `/batch`, by the form of `/upload` and by Score review: several at once, after a restart, by two people."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from bot.cards.verdict import TO_MESSAGE
from db.queries.jobs import list_jobs
from db.types import JobView, Viewer
from tests.bot.talk import GOOD, PLACES, Place, Talk, all_at_once, answer, review_file, words
from tests.fixtures.discord import World

ONE, TWO, THREE = (review_file(4, films=(film,), empty=0) for film in ("Heat", "Up", "Alien"))


@pytest.fixture(params=PLACES)
def alice(request: pytest.FixtureRequest, world: World) -> Talk:
    place: Place = request.param
    return Talk(world, place, world.alice)


def jobs(world: World, who: Any) -> list[JobView]:
    return list_jobs(world.db, Viewer(who.id))


async def send_form(talk: Talk, shown: Any, **values: Any) -> Any:
    actor = talk.who if talk.place == "guild" else talk.who.user
    return await actor.submit_modal(shown, values)


async def open_form(talk: Talk) -> Any:
    if talk.place == "guild":
        return await talk.who.slash(talk.world.channel, "upload")
    return await talk.who.user.slash("upload")


async def test_several_files_each_get_a_job_and_one_bad_refuses_no_other(world: World, alice: Talk) -> None:
    said = await alice.slash(
        "batch", file=("one.csv", ONE), file2=("cat.png", b"\x89PNG"), file5=("two.csv", TWO), film_column="film"
    )
    assert said.ephemeral
    first, refused, reference, second = said.content.split("\n")
    assert first.startswith("Job 1 is accepted")
    assert "I cannot read cat.png" in refused
    assert "Reference" in reference
    assert second.startswith("Job 2 is accepted")
    await world.finish()
    assert [job.filename for job in jobs(world, world.alice)] == ["two.csv", "one.csv"]
    assert [job.state for job in jobs(world, world.alice)] == ["done", "done"]


async def test_columns_that_are_named_are_those_that_are_used(world: World, alice: Talk) -> None:
    """Although others of the file have the names that are looked for."""
    rows = "".join(f'nothing to read here {n},Wrong,2020-01-01,"{GOOD} {n}",Heat,2026-03-0{n + 1}\n' for n in range(5))
    data = f"review,film,date,b,c,d\n{rows}".encode()
    await alice.slash("batch", file=("a.csv", data), text_column="b", film_column="c", date_column="d")
    await world.finish()
    shown = words(await alice.slash("results search", film="Heat", since="2026-03-03"))
    assert shown.count("Positive") == 3
    assert "nothing to read" not in shown
    assert "Nothing found" in words(await alice.slash("results search", film="Wrong"))


async def test_of_several_files_each_known_one_is_asked_about(world: World) -> None:
    await world.alice.slash(world.channel, "batch", file=("one.csv", ONE))
    await world.finish()
    result = await world.alice.slash(world.channel, "batch", file=("two.csv", TWO), file2=("again.csv", ONE))
    assert result.response.content.startswith("Job 2 is accepted")
    (question,) = result.followups
    assert question.ephemeral
    assert "same file as **job 1**" in question.content
    await world.alice.click(question, label="Score again")
    await world.finish()
    assert [job.filename for job in jobs(world, world.alice)] == ["one.csv", "two.csv", "one.csv"]


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
    monkeypatch.setattr("bot.handlers.upload_form.SETTINGS_WAIT_S", 0.0)
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


async def test_score_again_outlives_a_restart_and_is_for_its_owner(world: World) -> None:
    await world.alice.send(world.channel, world.mention, attachments=[("one.csv", ONE)])
    await world.finish()
    await world.alice.send(world.channel, world.mention, attachments=[("one.csv", ONE)])
    question = world.last(world.channel)
    await world.restart()
    refused = answer(await world.bob.click(question, label="Score again"))
    assert refused.ephemeral
    assert "no longer open" in refused.content
    with all_at_once(world):
        both = [await world.alice.click(question, label="Score again") for _ in range(2)]
    await world.tick()
    assert sorted(len(one.followups) for one in both) == [0, 1], "of two presses one counts"
    await world.finish()
    assert [job.state for job in jobs(world, world.alice)] == ["done", "done"]
    assert jobs(world, world.bob) == []


async def test_a_refused_score_again_can_be_tried_later(world: World) -> None:
    await world.dm(world.alice, "", ("one.csv", ONE))
    await world.finish()
    await world.dm(world.alice, "", ("one.csv", ONE))
    question = world.last(world.alice.user.dm_channel)
    world.settings.max_active_jobs = 1
    await world.dm(world.alice, "", ("two.csv", TWO))
    assert "limit is 1" in answer(await world.alice.user.click(question, label="Score again")).content
    await world.finish()
    assert "is accepted" in answer(await world.alice.user.click(question, label="Score again")).content


async def test_a_file_that_is_no_longer_kept(world: World) -> None:
    await world.dm(world.alice, "", ("one.csv", ONE))
    await world.finish()
    await world.dm(world.alice, "", ("one.csv", ONE))
    question = world.last(world.alice.user.dm_channel)
    with world.db.begin() as session:
        session.execute(text("update uploads set blob_id = null"))
    said = answer(await world.alice.user.click(question, label="Score again"))
    assert "no longer kept: send it again" in said.content


async def test_the_files_of_a_message_after_a_restart_lead_back_to_it(world: World) -> None:
    message = await world.bob.send(
        world.channel, "", attachments=[("one.csv", ONE), ("cat.png", b"1"), ("two.csv", TWO)]
    )
    asked = await world.alice.context_menu(world.channel, "Score review", message)
    assert "cat" not in asked.response.content
    await world.restart()
    said = answer(await world.alice.click(asked.response, label="Score these files"))
    assert [line.split(" is ")[0] for line in said.content.split("\n")] == ["Job 1", "Job 2"]
    await world.finish()
    assert [job.shared for job in jobs(world, world.alice)] == [False, False]
    found = words(await Talk(world, "guild", world.alice).slash("results search", job=1))
    assert f"https://discord.com/channels/{world.guild.id}/{world.channel.id}/{message.id}" in found


@pytest.mark.parametrize("late", [False, True])
async def test_a_verdict_on_a_message_leads_back_to_it(world: World, late: bool) -> None:
    message = await world.bob.send(world.channel, GOOD)
    result = await world.alice.context_menu(world.channel, "Score review", message)
    if late:
        await world.tick(11)
    await world.finish()
    card = world.last(world.alice.user.dm_channel) if late else result.response
    url = f"https://discord.com/channels/{world.guild.id}/{world.channel.id}/{message.id}"
    assert f"[{TO_MESSAGE}]({url})" in (card.embeds[0].description or "")
    alice = Talk(world, "guild", world.alice)
    assert url in words(await alice.slash("results search"))
    assert url in words(await alice.slash("results show", id=1))


async def test_films_to_choose(world: World, alice: Talk) -> None:
    await world.alice.slash(world.channel, "batch", file=("one.csv", ONE), file2=("two.csv", TWO))
    await world.bob.slash(world.channel, "batch", file=("three.csv", THREE))
    await world.finish()
    for command in ("score", "results search"):
        assert [one["value"] for one in await alice.choices(command, "film", "")] == ["Up", "Heat"], command
        assert [one["value"] for one in await alice.choices(command, "film", "HE")] == ["Heat"]
