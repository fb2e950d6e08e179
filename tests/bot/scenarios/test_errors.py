"""Every error a user can meet on the way in: a plain sentence, the limit, the way out, private where possible."""

from __future__ import annotations

import io
import logging
import zipfile

import pytest
from sqlalchemy import update

from bot.errors.table import UNKNOWN
from bot.services import intake
from db.errors import DatabaseUnavailable
from db.queries.jobs import list_jobs
from db.tables import Job
from db.types import Viewer
from tests.bot.short_reviews import FILE, GOOD
from tests.fixtures.discord import World

CSV = ("export.csv", FILE.encode())


def zipped(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


async def test_text_above_the_limit(world: World) -> None:
    world.settings.max_message_chars = 100
    result = await world.alice.slash(world.channel, "score", text="x" * 101, share=True)
    assert result.ephemeral
    assert "101 characters" in result.response.content
    assert "100" in result.response.content
    await world.dm(world.alice, "x" * 101)
    assert "send it as a file" in world.last(world.alice.user.dm_channel).content


async def test_spaces_are_no_review(world: World) -> None:
    result = await world.alice.slash(world.channel, "score", text="   ")
    assert result.ephemeral
    assert "no text to score" in result.response.content


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (("cat.png", b"\x89PNG"), ".csv, .tsv"),
        (("empty.csv", b""), "is empty"),
        (("large.csv", b"x" * (2 * 2**20)), "the limit is 1 MiB"),
    ],
)
async def test_files_refused_at_the_door(world: World, file: tuple[str, bytes], words: str) -> None:
    world.settings.max_upload_mib = 1
    result = await world.alice.slash(world.channel, "batch", file=file, share=True)
    assert result.ephemeral
    assert words in result.response.content
    await world.dm(world.alice, "", file)
    assert words in world.last(world.alice.user.dm_channel).content
    assert list_jobs(world.db, Viewer(world.alice.id)) == []


async def test_ten_files_a_message(world: World) -> None:
    await world.dm(world.alice, "", *((f"{n}.csv", FILE.encode() + b"x" * n) for n in range(11)))
    assert "at most 10 files" in world.last(world.alice.user.dm_channel).content
    assert list_jobs(world.db, Viewer(world.alice.id)) == []


async def test_one_bad_file_does_not_refuse_the_others(world: World) -> None:
    await world.dm(world.alice, "", ("cat.png", b"\x89PNG"), CSV)
    await world.finish()
    said = world.messages(world.alice.user.dm_channel)
    assert "I cannot read cat.png" in said[0].content
    assert any(m.embeds and "20 reviews scored" in m.embeds[0].title for m in said)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (("numbers.csv", b"a,b\n1,2\n3,4\n"), "column"),
        (("nothing.csv", b"review\n"), "no"),
        (("nested.zip", zipped(("inner.zip", zipped(("a.csv", FILE.encode()))))), "archive"),
        (("broken.xlsx", b"not a workbook"), ""),
    ],
)
async def test_files_the_worker_cannot_read(world: World, file: tuple[str, bytes], words: str) -> None:
    await world.alice.slash(world.channel, "batch", file=file)
    await world.finish()
    card, ping = world.messages(world.alice.user.dm_channel)
    assert "not scored" in card.embeds[0].title
    assert words in card.embeds[0].description.lower()
    assert "could not be scored" in ping.content


async def test_row_limit(world: World) -> None:
    world.settings.max_rows = 10
    await world.alice.slash(world.channel, "batch", file=CSV)
    await world.finish()
    card = world.messages(world.alice.user.dm_channel)[0]
    assert "10" in card.embeds[0].description


async def test_quota(world: World) -> None:
    world.settings.max_active_jobs = 1
    await world.alice.slash(world.channel, "batch", file=CSV)
    result = await world.alice.slash(world.channel, "batch", file=("other.csv", b"review\nfine\n"))
    assert result.ephemeral
    assert "limit is 1" in result.response.content
    await world.dm(world.alice, "", ("third.csv", b"review\ngood\n"))
    assert "limit is 1" in world.last(world.alice.user.dm_channel).content


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("max_server_jobs", "This server has 1 job running and the limit is 1"),
        ("max_rows_per_day", "reviews within 24 hours and the limit is 1: send this file again in about 24 h"),
        ("max_queued_rows", "The queue is full"),
    ],
)
async def test_each_quota_is_refused_with_its_reason(world: World, setting: str, says: str) -> None:
    setattr(world.settings, setting, 1)
    await world.alice.slash(world.channel, "batch", file=CSV)
    if setting != "max_server_jobs":
        rows = {"max_rows_per_day": 20, "max_queued_rows": 20}
        with world.db.begin() as session:
            session.execute(update(Job).values(rows_total=rows[setting]))
    other = world.alice if setting == "max_rows_per_day" else world.bob
    result = await other.slash(world.channel, "batch", file=("other.csv", b"review\nfine\n"))
    assert result.ephemeral
    assert says in result.response.content


async def test_database_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise DatabaseUnavailable("SQLite file /secret/place cannot be reached")

    monkeypatch.setattr(intake, "accept_review", away)
    result = await world.alice.slash(world.channel, "score", text=GOOD)
    assert result.ephemeral
    assert "nothing was accepted" in result.response.content
    assert "secret" not in result.response.content
    assert [type(error.original).__name__ for error in world.env.errors] == ["DatabaseUnavailable"]
    world.env._errors.clear()


async def test_a_bug_is_told_without_the_review(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(f"could not store {GOOD}")

    monkeypatch.setattr(intake, "accept_review", broken)
    with caplog.at_level(logging.INFO):
        await world.dm(world.alice, GOOD)
    said = world.last(world.alice.user.dm_channel).content
    assert said.startswith(UNKNOWN)
    reference = said.split()[-1]
    assert [r.reference for r in caplog.records if getattr(r, "reference", None)] == [reference]
    assert "loved" not in caplog.text
    assert "RuntimeError" in caplog.text
