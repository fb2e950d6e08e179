"""The whole way of a review: Discord, SQL, broker, worker processes, SQL, Discord; on both databases."""

from __future__ import annotations

import asyncio
import csv
import io
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select

from common.broker.job_signals import JobSignals
from common.settings import Settings
from db.tables import Prediction
from model import Scorer
from tests.fixtures.discord import World, running_world
from tests.fixtures.reviews import csv_file
from tests.fixtures.workers import StartWorker

GOOD = "A warm, funny and quietly brave film. I loved every minute of it."
ROWS = 300
PATIENCE_S = 60.0


async def seen(world: World, condition: Callable[[], bool]) -> None:
    """Discord's clock and the worker's processes go on until it is so."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it did not come to Discord in time"
        await asyncio.sleep(0.05)  # the work is done in other processes, which this loop cannot await
        await world.tick(1)


async def test_a_review_and_a_file_go_the_whole_way(
    any_url: str, redis_url: str, worker_process: StartWorker, scorer: Scorer, tmp_path: Path
) -> None:
    worker_process(any_url, redis_url)
    settings = Settings(database_url=any_url, data_dir=tmp_path, _env_file=None)  # type: ignore[call-arg]
    signals = JobSignals(redis_url)
    try:
        async with running_world(settings, scorer, signals, patience_s=PATIENCE_S) as world:
            channel = world.alice.user.dm_channel
            await world.dm(world.alice, GOOD)
            # A busy machine shows "in the queue" first, and makes the same message the verdict.
            await seen(
                world, lambda: any("Positive" in embed.title for one in world.messages(channel) for embed in one.embeds)
            )
            card = world.last(channel).embeds[0]
            assert "I loved every minute of it" in card.description
            assert scorer.version in card.footer.text

            await world.dm(world.alice, "", ("festival.csv", csv_file(ROWS, empty=(7, 99))))
            await seen(world, lambda: "is finished" in world.last(channel).content)
            (job,) = [message for message in world.messages(channel) if message.attachments]
            rows = list(csv.DictReader(io.StringIO(world.attachment(job, ".scored.csv").decode("utf-8-sig"))))
            assert [row["id"] for row in rows] == [str(number) for number in range(1, ROWS + 1)]
            assert [row["id"] for row in rows if not row["label"]] == ["7", "99"]
            rejected = list(csv.DictReader(io.StringIO(world.attachment(job, "rejected-rows.csv").decode("utf-8-sig"))))
            assert [row["row_number"] for row in rejected] == ["7", "99"]
            with world.db.read() as session:
                assert session.scalar(select(func.count(Prediction.review_id))) == ROWS - 2 + 1
    finally:
        signals.close()
