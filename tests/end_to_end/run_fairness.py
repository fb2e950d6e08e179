"""`make bench-fair`: how long a single message waits while files saturate the workers, and who gets how much of them.

The real bot under SimCord, a real broker, a real database and the real `reelfeel worker`. Files of long made-up reviews
of two users are worked on, the second sent in later; meanwhile one message after the other is sent, and timed from the
moment the bot receives it to the moment it replies. Stages come from the times that SQL keeps.

    python -m tests.end_to_end.run_fairness [--rows 40000] [--messages 200] [--database sqlite|postgresql] [--write]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select

from common.broker.job_signals import JobSignals, listen_hints
from common.settings import Settings
from db.engine import Database
from db.migrate import upgrade
from db.queue.accept import accept_upload
from db.tables import Job
from db.types import Origin
from model.serving.model_folder import SHIPPED, verify
from tests.fixtures.broker import Valkey
from tests.fixtures.discord import World, running_world
from tests.fixtures.postgres_server import running_server
from tests.fixtures.reviews import csv_file, long_review
from tests.fixtures.workers import WorkerProcess

PAGE = Path(__file__).parents[2] / "docs" / "internals" / "bench-fair.md"
BETWEEN_S = 0.15
STAGES = ("accept", "to the worker", "score and commit", "reply")
GOALS_MS = (100.0, 400.0)


@dataclass
class Sample:
    """One message: when it was received and answered (seconds of the system's clock), and its job."""

    received: float
    replied: float = 0.0
    made: float = 0.0
    started: float = 0.0
    finished: float = 0.0

    def stages(self) -> list[float]:
        """Milliseconds of each stage; they add up to the whole."""
        times = [self.received, self.made, self.started, self.finished, self.replied]
        return [1000 * (b - a) for a, b in pairwise(times)]

    @property
    def whole_ms(self) -> float:
        return 1000 * (self.replied - self.received)


@dataclass
class Watch:
    """Notes when the bot receives a message and when it sends the reply."""

    samples: dict[int, Sample] = field(default_factory=dict)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    def attach(self, world: World) -> None:
        """Wraps the two ends of the bot."""
        bot = world.bot
        state = bot._connection  # where discord.py hands on what the gateway brought
        send, dispatch = bot.outbox.send, state.dispatch

        def dispatched(event: str, /, *args: Any, **kwargs: Any) -> None:
            if event == "message" and args[0].author.id != bot.user.id:  # type: ignore[union-attr]
                self.samples[args[0].id] = Sample(time.time())
            dispatch(event, *args, **kwargs)

        async def sent(*args: Any, **kwargs: Any) -> Any:
            sample = self.samples.get(kwargs.get("reply_to") or 0)
            if sample is not None and not sample.replied:
                sample.replied = time.time()
                self.answered.set()
            return await send(*args, **kwargs)

        state.dispatch = dispatched
        bot.outbox.send = sent  # type: ignore[method-assign]

    def fill(self, db: Database) -> list[Sample]:
        """The answered messages with the times of their stages."""
        with db.read() as session:
            rows = session.execute(
                select(Job.source_id, Job.created_at, Job.started_at, Job.finished_at).where(Job.kind == "message")
            ).all()
        for source_id, *times in rows:
            sample = self.samples.get(source_id)
            if sample is not None and all(times):
                sample.made, sample.started, sample.finished = (at.timestamp() for at in times)
        return [sample for sample in self.samples.values() if sample.replied and sample.finished]


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of a fresh, migrated database."""
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'bench.sqlite3'}"
        upgrade(url)
        yield url
        return
    with running_server() as server:
        server.execute("CREATE DATABASE bench")
        upgrade(server.url("bench"))
        yield server.url("bench")


@asynccontextmanager
async def hearing(world: World, redis_url: str) -> AsyncIterator[None]:
    """Hints and the poll of each second, on the real clock."""

    async def hear() -> None:
        async for _ in listen_hints(redis_url):
            world.bot.notifier.wake()

    async def poll() -> None:
        while True:
            await asyncio.sleep(1)
            world.bot.notifier.wake()

    running = [asyncio.create_task(hear()), asyncio.create_task(poll())]
    try:
        yield
    finally:
        for task in running:
            while not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=0.2)


async def talk(world: World, watch: Watch, messages: int) -> None:
    """One message after the other, each answered before the next, with pauses of no fixed length."""
    chance = random.Random(1)
    for number in range(messages):
        watch.answered.clear()
        await world.dm(world.alice, f"{long_review(number)} Number {number}.")
        with suppress(TimeoutError):
            await asyncio.wait_for(watch.answered.wait(), 30)
        await asyncio.sleep(BETWEEN_S * 2 * chance.random())


def send_in(db: Database, signals: JobSignals, owner: int, rows: int, event: int) -> int:
    """A file job of `rows` long reviews that no other job has, for what is known already costs nothing."""
    origin = Origin(owner, None, 77, "cli", event)
    parts = [csv_file(rows, text=lambda number: f"{long_review(number)} Evening {event}.")]
    accepted = accept_upload(db, origin, filename="load.csv", parts=parts)
    if accepted.due:
        signals.publish_chunk(accepted.chunk_id, accepted.kind, accepted.queue)
    return accepted.job_id


def done(db: Database, *jobs: int) -> list[int]:
    """Rows done of each job."""
    with db.read() as session:
        found = dict(session.execute(select(Job.id, Job.rows_done).where(Job.id.in_(jobs))).all())
    return [found[job] for job in jobs]


async def until(db: Database, job: int, rows: int = 1, *, patience_s: float = 300) -> None:
    end = time.monotonic() + patience_s
    while (await asyncio.to_thread(done, db, job))[0] < rows:
        assert time.monotonic() < end, f"job {job} does not get on"
        await asyncio.sleep(0.05)


async def until_read(db: Database, *, patience_s: float = 300) -> None:
    end = time.monotonic() + patience_s
    while await asyncio.to_thread(_being_read, db):
        assert time.monotonic() < end, "a file is not read to its end"
        await asyncio.sleep(0.05)


@dataclass
class Result:
    """What one run on one database showed."""

    kind: str
    idle: list[Sample]
    reading: list[Sample]
    scoring: list[Sample]
    shares: list[tuple[str, list[int]]]


async def measure(kind: str, folder: Path, rows: int, messages: int, later_s: float) -> Result:
    with database(kind, folder) as url:
        valkey = Valkey()
        settings = Settings(database_url=url, data_dir=folder, _env_file=None)  # type: ignore[call-arg]
        db, signals = Database(url), JobSignals(valkey.url)
        worker = WorkerProcess(url, valkey.url, folder / "worker.log", processes=1, tuning={})
        try:
            async with running_world(settings, None, signals) as world, hearing(world, valkey.url):  # type: ignore[arg-type]
                return await _measure(kind, world, db, signals, rows, messages, later_s)
        finally:
            worker.kill()
            valkey.close()
            signals.close()
            db.dispose()


async def _talked(world: World, db: Database, messages: int) -> list[Sample]:
    watch = Watch()
    watch.attach(world)
    await talk(world, watch, messages)
    return await asyncio.to_thread(watch.fill, db)


async def _measure(
    kind: str, world: World, db: Database, signals: JobSignals, rows: int, messages: int, later_s: float
) -> Result:
    await _talked(world, db, 5)
    idle = await _talked(world, db, min(40, messages))
    first = await asyncio.to_thread(send_in, db, signals, 1, rows, 1)
    reading = await _talked(world, db, max(10, messages // 10))
    await until(db, first)
    await asyncio.sleep(later_s)
    before = (await asyncio.to_thread(done, db, first))[0]
    second = await asyncio.to_thread(send_in, db, signals, 2, rows, 2)
    await until(db, second)
    async with shared(db, {1: [first], 2: [second]}, rows) as both:
        scoring = await _talked(world, db, messages)
    shares = [(f"the second file sent in after {before:,} rows of the first", both)]
    many = [await asyncio.to_thread(send_in, db, signals, 1, rows, 10 + n) for n in range(5)]
    one = await asyncio.to_thread(send_in, db, signals, 2, rows, 20)
    await until_read(db)
    async with shared(db, {1: [first, *many], 2: [second, one]}, rows) as both:
        await _talked(world, db, max(10, messages // 4))
    shares.append(("one user with five files, another with one", both))
    return Result(kind, idle, reading, scoring, shares)


@asynccontextmanager
async def shared(db: Database, jobs: dict[int, list[int]], rows: int) -> AsyncIterator[list[int]]:
    """Rows done by the two users, counted only while both have work left: who is finished needs no share."""
    gained = [0, 0]

    def look() -> tuple[list[int], bool]:
        found = [done(db, *mine) for mine in jobs.values()]
        return [sum(one) for one in found], all(any(n < rows for n in one) for one in found)

    async def watch() -> None:
        start, _ = await asyncio.to_thread(look)
        while True:
            await asyncio.sleep(0.2)
            now, both = await asyncio.to_thread(look)
            if not both:
                return
            gained[:] = [b - a for a, b in zip(start, now, strict=True)]

    watching = asyncio.create_task(watch())
    try:
        yield gained
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


def _being_read(db: Database) -> bool:
    with db.read() as session:
        return session.scalar(select(Job.id).where(Job.state == "ingesting").limit(1)) is not None


def percentiles(samples: list[Sample]) -> tuple[float, float, float, float]:
    whole = [sample.whole_ms for sample in samples]
    return tuple(float(np.percentile(whole, q)) for q in (50, 90, 99, 100))  # type: ignore[return-value]


def report(results: list[Result], rows: int) -> str:
    """The page, in Markdown."""
    lines = [
        "# A single message while files are worked on",
        "",
        f"`make bench-fair`, {datetime.now(UTC):%Y-%m-%d}, with {verify(SHIPPED)}: "
        f"files of {rows:,} made-up reviews of about 200 words, "
        "one bulk process, bot, broker, database and load on one machine. Milliseconds from the bot's receiving a "
        "message of 200 words to its reply.",
        "",
        "| database | meanwhile | messages | p50 | p90 | p99 | longest |",
        "|---|---|---|---|---|---|---|",
    ]
    for result in results:
        for what, samples in (
            ("nothing", result.idle),
            ("a file is read", result.reading),
            ("two files are scored", result.scoring),
        ):
            figures = " | ".join(f"{value:.0f}" for value in percentiles(samples))
            lines.append(f"| {result.kind} | {what} | {len(samples)} | {figures} |")
    lines += ["", "Where the time goes while two files are scored (p50 / p99 of each stage):", ""]
    lines += [f"| database | {' | '.join(STAGES)} |", "|---" * (len(STAGES) + 1) + "|"]
    for result in results:
        stages = np.array([sample.stages() for sample in result.scoring])
        cells = [f"{np.percentile(column, 50):.0f} / {np.percentile(column, 99):.0f}" for column in stages.T]
        lines.append(f"| {result.kind} | {' | '.join(cells)} |")
    lines += ["", "Rows scored in the same time:", "", "| database | | first user | second user |", "|---|---|---|---|"]
    for result in results:
        for what, (one, other) in result.shares:
            lines.append(
                f"| {result.kind} | {what} | {one:,} ({one / max(1, one + other):.0%}) "
                f"| {other:,} ({other / max(1, one + other):.0%}) |"
            )
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=40_000)
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--later", type=float, default=5.0, help="seconds between the two files")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--write", action="store_true", help="writes docs/internals/bench-fair.md")
    given = parser.parse_args()
    results = []
    for kind in given.database or ["sqlite", "postgresql"]:
        folder = Path(tempfile.mkdtemp(prefix="reelfeel-fair-"))
        try:
            results.append(asyncio.run(measure(kind, folder, given.rows, given.messages, given.later)))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    text = report(results, given.rows)
    sys.stdout.write(text)
    if given.write:
        PAGE.write_text(text, encoding="utf-8")
    met = all(p50 <= GOALS_MS[0] and p99 <= GOALS_MS[1] for p50, _, p99, _ in (percentiles(r.scoring) for r in results))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
