"""Files over Discord's limit are packed or named."""

from __future__ import annotations

import asyncio
import gzip
import os

from sqlalchemy import update

from db.blobs import write_blob
from db.tables import OutputFile
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
    await replace_scored(world, job, "scored.csv", os.urandom(over))
    shown = await alice.slash("jobs download", job=job)
    assert [one.filename for one in shown.attachments if "scored.csv" in one.filename] == []
    assert len(shown.attachments) == 1, "the rejected rows still come"
    assert "more than the 25 MiB" in words(shown)
    assert "parts" in words(shown)
