"""`/report` in a server and in direct messages, on real rows scored by the real model."""

from __future__ import annotations

import importlib
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.cogs.report import ask, quoted_by_themes
from db.delivery.message_deletions import due_deletions
from db.privacy.retention import purge
from db.types import Viewer
from reporting.request import ReportRequest
from tests.bot.talk import BAD, GOOD, Talk, add_file, add_review, numberless, review_file, table, words
from tests.fixtures.discord import World
from worker.jobs.explain import explain_review


def chart(world: World, message: Any, name: str = "report.png") -> Image.Image:
    """The attached picture, opened."""
    png = world.attachment(message, name)
    assert 5_000 < len(png) < 300_000
    image = Image.open(BytesIO(png))
    assert image.format == "PNG"
    assert image.width >= 1200
    return image


def alt_of(message: Any) -> str:
    (picture,) = [one for one in message.attachments if one.filename == "report.png"]
    return str(picture.description)


async def test_counts_chart_and_table_by_day(world: World, alice: Talk) -> None:
    await add_file(world, world.alice, review_file(12, empty=2))
    await world.work()
    shown = await alice.slash("report", since="2026-01-01", until="2026-01-31")
    assert shown.ephemeral
    for part in (
        "12 reviews",
        "Positive: 6\n50% (25–75%)",
        "Negative: 6\n50% (25–75%)",
        "Unclear: 0\n0% (0–24%)",
        "2 rows of these files: 2 empty",
        "Most positive",
        "wonderful",
    ):
        assert part in words(shown), part
    chart(world, shown)
    chart(world, shown, "distribution.png")
    assert "Chart of 12 reviews" in alt_of(shown)
    every, *rows = table(world.attachment(shown, "report.csv"))
    assert (every["bucket"], every["reviews"]) == ("(all)", "12")
    assert [row["bucket"] for row in rows] == [f"2026-01-{day:02d}" for day in range(1, 13)]
    assert sum(int(row["reviews"]) for row in rows) == 12
    assert float(rows[0]["average_probability"]) > 0.5 > float(rows[1]["average_probability"])


async def test_by_film(world: World) -> None:
    alice = Talk(world, "dm", world.alice)
    await add_file(world, world.alice, review_file(12))
    await add_review(world, world.alice)
    await world.work()
    shown = await alice.slash("report", by="film")
    chart(world, shown)
    assert re.search(r"Heat: (0\.9|1\.0)", alt_of(shown))
    rows = table(world.attachment(shown, "report.csv"))[1:]
    assert {row["bucket"]: row["reviews"] for row in rows} == {"Heat": "6", "Up": "6", "(no film given)": "1"}


@pytest.mark.parametrize(("by", "first"), [("week", "2026-W01"), ("month", "2026-01")])
async def test_by_week_and_month(world: World, by: str, first: str) -> None:
    await add_file(world, world.alice, review_file(28))
    await world.work()
    shown = await Talk(world, "dm", world.alice).slash("report", by=by)
    chart(world, shown)
    assert table(world.attachment(shown, "report.csv"))[1]["bucket"] == first


async def test_filters(world: World) -> None:
    alice = Talk(world, "dm", world.alice)
    job = await add_file(world, world.alice, review_file(20))
    await add_review(world, world.alice, film="Heat")
    await world.work()
    assert "11 reviews" in words(await alice.slash("report", film="Heat"))
    assert "20 reviews" in words(await alice.slash("report", job=job))
    assert "10 reviews" in words(await alice.slash("report", until="2026-01-10"))
    assert "10 reviews" in words(await alice.slash("report", since="2026-01-11", until="2026-01-20"))


async def test_too_few_says_so(world: World, alice: Talk) -> None:
    assert "There are no reviews yet" in await alice.refused("report")
    for _ in range(4):
        await add_review(world, world.alice, film="Heat")
    await world.work()
    said = await alice.refused("report", film="Heat", share=True)
    assert "4 reviews" in said
    assert "at least 5" in said
    assert not world.messages(world.channel), "an error is private even when the report was to be shared"


async def test_dates(world: World, alice: Talk) -> None:
    assert "“soon” is not a date" in await alice.refused("report", since="soon")
    assert "“later” is not a date" in await alice.refused("report", until="later")
    assert "swap them" in await alice.refused("report", since="2026-02-01", until="2026-01-01")


async def test_others_are_not_in_it(world: World, alice: Talk) -> None:
    theirs = await add_file(world, world.bob, review_file(12))
    await world.work()
    hidden = await alice.refused("report", job=theirs)
    assert "There is no job" in hidden
    assert numberless(hidden) == numberless(await alice.refused("report", job=999_999))
    assert "no review" in await alice.refused("report")


async def test_share_shows_it_to_the_channel(world: World) -> None:
    await add_file(world, world.alice, review_file(12))
    await add_review(world, world.alice, "@everyone " + GOOD)
    await world.work()
    await Talk(world, "guild", world.alice).slash("report", share=True)
    shown = world.last(world.channel)
    assert "13 reviews" in words(shown)
    assert "@everyone" not in words(shown)
    assert len(shown.attachments) == 3
    assert not shown.mentions
    assert not shown.mention_everyone


async def test_one_that_has_verdicts_without_words_stays(world: World) -> None:
    """Retention took the words of the most certain ones: the report shows nobody's, and does not go for them."""
    await add_file(world, world.bob, review_file(12), shared=True)
    await world.work()
    purge(world.db, older_than_days=90, at=datetime.now(UTC) + timedelta(days=91))
    await Talk(world, "guild", world.alice).slash("report", share=True)
    assert "12 reviews" in words(world.last(world.channel))
    assert due_deletions(world.db) == []


async def test_two_films_beside_each_other(world: World, alice: Talk) -> None:
    await add_file(world, world.alice, review_file(12))
    await world.work()
    shown = await alice.slash("report", film="Heat", compare="Up")
    for part in ("Comparison", "“Heat”", "“Up”", "6 reviews", "points", "a real difference"):
        assert part in words(shown), part
    chart(world, shown)
    assert "Comparison of two distributions" in alt_of(shown)
    rows = table(world.attachment(shown, "report.csv"))
    assert {row["about"] for row in rows} == {"“Heat”", "“Up”"}
    assert "is the same as the report" in await alice.refused("report", film="Heat", compare="heat")
    assert "no reviews for “Alien”" in await alice.refused("report", film="Heat", compare="Alien")


async def test_somebody_elses_job_cannot_be_compared_with(world: World, alice: Talk) -> None:
    theirs = await add_file(world, world.bob, review_file(12))
    await add_file(world, world.alice, review_file(12))
    await world.work()
    assert "There is no job" in await alice.refused("report", film="Heat", compare=f"job {theirs}")


@pytest.mark.parametrize(("kind", "starts"), [("xlsx", b"PK"), ("parquet", b"PAR1"), ("html", b"<!doctype html>")])
async def test_the_numbers_come_as_asked(world: World, kind: str, starts: bytes) -> None:
    for library in ("openpyxl", "pyarrow.parquet", "matplotlib.figure"):
        importlib.import_module(
            library
        )  # loaded at their first use, which on a busy machine outlasts SimCord's patience
    await add_file(world, world.alice, review_file(12))
    await world.work()
    shown = await Talk(world, "dm", world.alice).slash("report", file=kind)
    assert world.attachment(shown, f"report.{kind}").startswith(starts)


async def test_the_sentence_that_decided_is_worked_out_when_asked(world: World) -> None:
    """Verdicts of files carry none; a worker explains those that are shown, once, and they stay."""
    await add_file(world, world.alice, review_file(12))
    await world.work()
    talk = Talk(world, "dm", world.alice)
    assert "A wonderful, moving" in words(await talk.slash("report")), "the broker is away: how the review begins"
    asked: list[int] = []

    def explain(review_id: int) -> None:
        asked.append(review_id)
        assert explain_review(world.db, world.scorer, review_id)

    world.signals.explains = explain
    shown = words(await talk.slash("report"))
    assert "“" in shown.split("Most positive")[1]
    assert len(asked) == 6
    await talk.slash("report")
    assert len(asked) == 6, "explained verdicts are not asked for again"


async def test_themes_are_on_the_card_and_their_quotes_are_remembered(world: World) -> None:
    rows = [f"{(GOOD, BAD)[n % 2]} Seen {n} times." for n in range(60)]
    job = await add_file(world, world.bob, "\n".join(["review", *rows]).encode(), shared=True)
    await world.work()
    await Talk(world, "guild", world.alice).slash("report", share=True)
    shown = words(world.last(world.channel))
    good, _, bad = shown.partition("Themes of the bad reviews")
    assert "30 reviews (100%, elsewhere 0%)" in good.partition("Themes of the good reviews")[2]
    assert "30 reviews (100%, elsewhere 0%)" in bad
    parts = ask(
        world.db, Viewer(world.alice.id, world.guild.id, frozenset({world.channel.id})), [ReportRequest()], None
    )
    quoted = quoted_by_themes(parts)
    assert quoted
    assert {(one.owner_id, one.job_id, one.shared) for one in quoted} == {(world.bob.id, job, True)}
    assert ask(world.db, Viewer(world.bob.id), [ReportRequest()], [None])[0].themes is None
