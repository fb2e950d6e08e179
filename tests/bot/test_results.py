"""`/results` in a server and in direct messages, on real rows scored by the real model."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from sqlalchemy import event

from bot.services import exports
from db.engine import Database
from db.privacy.erase_result import delete_result
from db.queries.search import search
from db.types import NewReview, SearchFilter, Viewer
from tests.bot.talk import (
    BAD,
    GOOD,
    PLACES,
    Place,
    Talk,
    add_file,
    add_review,
    buttons,
    choices,
    numberless,
    review_file,
    table,
    words,
)
from tests.db.steps import ME, done_file
from tests.fixtures.discord import World


@pytest.fixture(params=PLACES)
def alice(request: pytest.FixtureRequest, world: World) -> Talk:
    place: Place = request.param
    return Talk(world, place, world.alice)


async def found(world: World, who: Any, **filters: Any) -> list[int]:
    """Ids of the results that the database finds."""
    viewer = Viewer(who.id, world.guild.id)
    page = await asyncio.to_thread(search, world.db, viewer, SearchFilter(**filters), limit=100)
    return [item.id for item in page.items]


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
    for part in ("zebra \\*crossing\\*", "label negative", "Heat", "at least 0.5", "since 20", "job 77", "leave one"):
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
    assert "Negative" not in await shows(min_probability=0.6)
    assert "zebra" not in await shows(job=job)
    assert "Nothing found" in await shows(job=job, since="2026-01-13"), "the file ends the day before"
    assert "row 12 " in await shows(job=job, since="2026-01-12")
    assert "row 11 " not in await shows(job=job, since="2026-01-12")
    assert "zebra" in await shows(job=single)
    assert "Positive" in (await shows(sort="probability")).split("#")[1]


async def test_pages_show_every_result_once(world: World, alice: Talk) -> None:
    await add_file(world, world.alice, review_file(20))
    await world.work()
    ids = await found(world, world.alice)
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


async def test_export_holds_all_that_matches(world: World, alice: Talk) -> None:
    await add_file(world, world.alice, review_file(20))
    await add_review(world, world.alice, "=1+1 is a formula. " + BAD)
    await add_review(world, world.bob, "bob's secret. " + GOOD)
    await world.work()
    page = await alice.slash("results search", label="negative")
    export = await alice.click(page, "Export CSV")
    assert export.ephemeral
    assert "11 results" in words(export)
    rows = table(world.attachment(export, "results.csv"))
    assert len(rows) == 11
    assert {row["label"] for row in rows} == {"negative"}
    assert [row["text"][:6] for row in rows if "formula" in row["text"]] == ["'=1+1 "]
    assert [int(row["id"]) for row in rows] == await found(world, world.alice, label="negative")
    assert not any("secret" in row["text"] for row in rows)


async def test_export_names_its_limit(world: World, alice: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MAX_ROWS", 7)
    monkeypatch.setattr(exports, "STEP", 3)
    await add_file(world, world.alice, review_file(20))
    await world.work()
    export = await alice.click(await alice.slash("results search"), "Export CSV")
    rows = table(world.attachment(export, "results.csv"))
    assert [int(row["id"]) for row in rows] == (await found(world, world.alice))[:7]
    assert "first 7 results" in words(export)
    assert "at most 7 rows" in words(export)
    assert "`since`" in words(export)


async def test_an_export_ends_where_its_time_does_and_says_so(
    world: World, alice: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any time it looks through one window: that one shrunk to five rows here."""
    await add_file(world, world.alice, review_file(20))
    await world.work()
    page = await alice.slash("results search", query="wonderful")
    assert "10 results" in words(await alice.click(page, "Export CSV"))
    monkeypatch.setattr(exports, "PATIENCE_S", 0.0)
    monkeypatch.setattr("db.queries.search.FIRST", 5)
    export = await alice.click(page, "Export CSV")
    assert export.ephemeral
    assert "2 results so far: an export looks for at most 0 seconds" in words(export)
    assert "`film`, `job` or `since`" in words(export)
    assert len(table(world.attachment(export, "results.csv"))) == 2
    monkeypatch.setattr("db.queries.search.FIRST", 1)
    refused = await alice.click(page, "Export CSV")
    assert refused.ephemeral
    assert "Nothing was found in 0 seconds" in words(refused)
    assert refused.attachments == []


def test_the_time_of_an_export_counts_on_a_slow_database(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three windows, each slow to look through; what is searched for stands in the last, so in time it is not found."""
    monkeypatch.setattr("db.queries.search.FIRST", 10)
    monkeypatch.setattr("db.queries.search.LARGEST", 40)
    done_file(db, [NewReview(n, f"review {n} of {'zebras' if n == 1 else 'horses'}") for n in range(1, 85)])
    wanted = SearchFilter(query="zebras")
    slow = 0.3
    read: list[int] = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def _wait(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "LIKE" in statement.upper():
            read.append(1)
            if connection.dialect.name == "postgresql":
                cursor.execute(f"SELECT pg_sleep({slow})")
            else:
                time.sleep(slow)

    whole = exports.export(db, ME, wanted, max_bytes=10_000_000)
    windows = len(read)
    assert (whole.table.rows, whole.table.complete, whole.timed_out) == (1, True, False)
    assert windows == 3
    read.clear()
    cut = exports.export(db, ME, wanted, max_bytes=10_000_000, patience_s=slow / 2)
    assert (cut.table.rows, cut.timed_out, len(read)) == (0, True, 1)


async def test_show_gives_the_whole_verdict(world: World, alice: Talk) -> None:
    await add_review(world, world.alice, film="Heat")
    await world.work()
    (id_,) = await found(world, world.alice)
    shown = await alice.slash("results show", id=id_)
    assert shown.ephemeral
    assert "Positive" in words(shown)
    assert f"Result {id_}" in words(shown)
    assert {"Details", "Wrong?"} <= set(buttons(shown))


async def test_one_is_picked_from_the_page_after_a_restart_too(world: World, alice: Talk) -> None:
    hostile = "**A** @everyone\n[link](https://evil.example) \u202e" + "x" * 300
    await add_review(world, world.alice, f"{GOOD} {GOOD}", film="Heat")
    await add_review(world, world.alice, hostile)
    await world.work()
    newest, first = await found(world, world.alice)
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


async def test_someone_elses_result_does_not_exist(world: World, alice: Talk) -> None:
    await add_review(world, world.bob)
    await world.work()
    (id_,) = await found(world, world.bob)
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
    (id_,) = await found(world, world.alice)
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


async def test_job_choices(world: World, alice: Talk) -> None:
    job = await add_file(world, world.alice, review_file(), name="alpha.csv")
    await add_file(world, world.bob, review_file(), name="alphabob.csv")
    choices = await alice.choices("results search", "job", "alpha")
    assert [choice["value"] for choice in choices] == [job]
