"""Files over Discord's limit are packed or named."""

from __future__ import annotations

import asyncio
import gzip
import io
import os
import tracemalloc
from collections.abc import Iterator

import pytest
from sqlalchemy import update

from bot.delivery import attachments
from bot.delivery.attachments import _collect, _pack
from db.blobs import write_blob
from db.queries.jobs import get_job
from db.tables import OutputFile
from db.types import Viewer
from tests.bot.talk import (
    Talk,
    add_file,
    review_file,
    words,
)
from tests.fixtures.discord import World


async def replace_scored(world: World, job: int, filename: str, data: bytes) -> None:
    """Puts another file in the place of a job's scored one."""

    def store() -> None:
        blob_id = write_blob(
            world.db, [data[at : at + 2**20] for at in range(0, len(data), 2**20)], owner=world.alice.id
        )
        with world.db.begin() as session:
            where = (OutputFile.job_id == job, OutputFile.kind == "scored")
            session.execute(update(OutputFile).where(*where).values(blob_id=blob_id, filename=filename))

    await asyncio.to_thread(store)


async def test_a_file_over_discords_limit_is_packed_or_named(world: World) -> None:
    alice = Talk(world, "guild", world.alice)
    job = await add_file(world, world.alice, review_file(6, empty=1))
    await world.work()
    over = 26 * 2**20
    await replace_scored(world, job, "scored.csv", b"review\r\n" * (over // 8))
    shown = await alice.slash("jobs download", job=job)
    assert len(gzip.decompress(world.attachment(shown, "scored.csv.gz"))) == over
    noise = os.urandom(over)
    await replace_scored(world, job, "scored.csv", noise)
    shown = await alice.slash("jobs download", job=job)
    parts = [one for one in shown.attachments if "scored.csv.gz." in one.filename]
    assert [one.filename for one in parts] == ["scored.csv.gz.001", "scored.csv.gz.002"]
    joined = b"".join(world.attachment(shown, one.filename) for one in parts)
    assert gzip.decompress(joined) == noise
    assert len(shown.attachments) == 3, "the rejected rows still come"
    assert "comes in 2 parts" in words(shown)


async def test_what_no_message_can_hold_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MOST_PARTS", 1)
    job = await add_file(world, world.alice, review_file(6, empty=1))
    await world.work()
    await replace_scored(world, job, "scored.csv", os.urandom(26 * 2**20))
    shown = await Talk(world, "guild", world.alice).slash("jobs download", job=job)
    assert [one.filename for one in shown.attachments if "scored.csv" in one.filename] == []
    assert len(shown.attachments) == 1, "the rejected rows still come"
    assert "more than the 25 MiB" in words(shown)


async def test_a_result_of_any_size_is_never_whole_in_memory(world: World) -> None:
    """Read from SQL, and read again by whoever sends it, part by part; packing one too long stops at the limit."""
    job = await add_file(world, world.alice, review_file(6))
    await world.work()
    size = 48 * 2**20
    await replace_scored(world, job, "scored.parquet", os.urandom(2**20) * 48)
    stored = await asyncio.to_thread(get_job, world.db, Viewer(world.alice.id, world.guild.id), job)

    def most() -> int:
        tracemalloc.start()
        try:
            (one,) = [file for file in _collect(world.bot, stored, 100 * 2**20).files if file.name == "scored.parquet"]
            sent = one.to_discord()
            read = sum(len(part) for part in iter(lambda: sent.fp.read(2**16), b""))
            assert read == size
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert await asyncio.to_thread(most) < 12 * 2**20


async def test_packing_stops_where_discord_takes_no_more() -> None:
    given: list[int] = []

    def parts() -> Iterator[bytes]:
        for number in range(100):
            given.append(number)
            yield os.urandom(2**16)

    out = io.BytesIO()
    assert not _pack(parts(), out, 2**18)
    assert len(given) < 10
    assert _pack([b"x" * 2**20], io.BytesIO(), 2**18)
