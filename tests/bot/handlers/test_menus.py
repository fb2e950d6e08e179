"""Choices from menus: the text column, one of a list; after a restart too."""

from __future__ import annotations

import io
import zipfile

from tests.bot import short_reviews
from tests.bot.talk import (
    GOOD,
    Talk,
    add_file,
    add_review,
    buttons,
    choices,
    result_ids,
    review_file,
    words,
)
from tests.fixtures.discord import World


async def test_ambiguous_column_is_chosen_on_the_card(world: World) -> None:
    rows = "".join(f'"{short_reviews.GOOD} {n}","{short_reviews.BAD} {n}"\n' for n in range(10))
    await world.alice.slash(world.channel, "batch", file=("two.csv", f"alpha,beta\n{rows}".encode()))
    await world.finish()
    (card,) = world.messages(world.alice.user.dm_channel)
    assert "which column" in card.embeds[0].title
    await world.restart()
    denied = await world.bob.user.slash("jobs status", job=1)
    assert "review" not in (denied.response.content or "")
    await world.alice.user.select(card, ["1"])
    await world.finish()
    card = world.messages(world.alice.user.dm_channel)[0]
    assert "10 reviews scored" in card.embeds[0].title
    assert "👎 10 negative" in card.embeds[0].description


async def test_a_wrong_column_is_corrected_on_the_card_of_the_finished_job(world: World) -> None:
    rows = "".join(f'{n},"{short_reviews.GOOD} {n}","{short_reviews.BAD} {n}"\n' for n in range(10))
    await world.alice.slash(world.channel, "batch", file=("two.csv", f"id,review,reply\n{rows}".encode()))
    await world.finish()
    (card,) = [one for one in world.messages(world.alice.user.dm_channel) if one.embeds]
    assert "Read: text: review" in card.embeds[0].description
    assert "👍 10 positive" in card.embeds[0].description
    await world.restart()
    await world.alice.user.select(card, ["2"])
    await world.finish()
    cards = [one for one in world.messages(world.alice.user.dm_channel) if one.embeds]
    assert "👎 10 negative" in cards[1].embeds[0].description
    assert "text: reply" in cards[1].embeds[0].description


async def test_of_several_files_in_a_zip_one_is_chosen_on_the_card(world: World) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in (("may.csv", short_reviews.GOOD), ("june.csv", short_reviews.BAD)):
            head = "film,review" if name == "may.csv" else "movie,review"
            archive.writestr(name, f"{head}\n" + "".join(f'A,"{text} {n}"\n' for n in range(5)))
    await world.alice.slash(world.channel, "batch", file=("all.zip", packed.getvalue()))
    await world.finish()
    (card,) = world.messages(world.alice.user.dm_channel)
    assert "which file" in card.embeds[0].title
    await world.alice.user.select(card, ["0"])
    await world.finish()
    card = world.messages(world.alice.user.dm_channel)[0]
    assert "👎 5 negative" in card.embeds[0].description


async def test_one_is_picked_from_the_list_after_a_restart_too(world: World, alice: Talk) -> None:
    job = await add_file(world, world.alice, review_file(3), name="**club**.csv")
    listed = await alice.slash("jobs list")
    (option,) = choices(listed)
    assert (option["value"], option["label"]) == (str(job), f"{job} · **club**.csv · being read")
    await world.restart()
    shown = await alice.pick(listed, "job:pick", str(job))
    assert shown.ephemeral
    assert f"Job {job}" in words(shown)
    assert "Cancel" in buttons(shown)


async def test_status_lets_choose_the_text_column(world: World, alice: Talk) -> None:
    """A file whose text column is a toss-up waits; the menu stands in the private status too."""
    start = "A film about the sea, number"
    rows = "".join(f'"{start} {n} and no more","{start} {n} all the same"\r\n' for n in range(12))
    job = await add_file(world, world.alice, f"remark_a,remark_b\r\n{rows}".encode())
    await world.work()
    shown = await alice.slash("jobs status", job=job)
    assert "choose the text column" in words(shown)
    (menu,) = [part for row in shown.components for part in row["components"] if part["type"] == 3]
    assert {option["label"] for option in menu["options"]} == {"remark_a", "remark_b"}


async def test_one_is_picked_from_the_page_after_a_restart_too(world: World, alice: Talk) -> None:
    hostile = "**A** @everyone\n[link](https://evil.example) \u202e" + "x" * 300
    await add_review(world, world.alice, f"{GOOD} {GOOD}", film="Heat")
    await add_review(world, world.alice, hostile)
    await world.work()
    newest, first = await result_ids(world, world.alice)
    page = await alice.slash("results search")
    options = {one["value"]: one for one in choices(page)}
    assert list(options) == [str(newest), str(first)]
    assert options[str(newest)]["description"] == "**A** @everyone [link](https://evil.example) " + "x" * 54 + "…"
    assert "Positive" in options[str(first)]["label"]
    await world.restart()
    shown = await alice.pick(page, "result:pick", str(first))
    assert shown.ephemeral
    assert f"Result {first}" in words(shown)
    assert {"Details", "Wrong?"} <= set(buttons(shown))
