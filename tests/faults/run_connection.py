"""`make faults`, its second half: the connection to Discord, with outages and hangs as long as real ones.

The bot runs in this process, on its own pauses, joined over real sockets (`tests.faults.real_sockets`); the suite plays
the same in short. Exit code 1 when a message was lost or doubled, or an acknowledgement came late.

    python -m tests.faults.run_connection [--only away,flapping,hang,stop,files]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from common.settings import Settings
from db.migrate import upgrade
from model import Scorer
from tests.faults.real_sockets import RealSockets, real_sockets
from tests.faults.scene import Scene, scene, until
from tests.fixtures.postgres_server import running_server
from tests.fixtures.reviews import csv_file, long_review

AWAY_S = (0.0, 2.0, 5.0, 20.0, 60.0)
BACK_S = 30.0
"""Longest time from the end of an outage to the last answer."""
HANG_S = 12.0
FILES = 30
FILES_A_SECOND = 10.0


def _send(near: RealSockets, number: int) -> list[int]:
    me, (first, second) = near.backend.bot_user.id, near.users[:2]
    return [
        near.write(near.dm_channel(first), first, long_review(number)),
        near.write(near.channel_id, second, f"<@{me}> {long_review(number)}"),
    ]


async def _sources(stage: Scene) -> list[int]:
    return [job["source_id"] for job in await stage.jobs()]


async def _all_there(stage: Scene, sent: list[int]) -> bool:
    return set(sent) <= set(await _sources(stage))


async def _answered(stage: Scene, sent: list[int]) -> str:
    """Scores what waits, and says what is wrong with the answers."""
    await stage.work()
    await until(lambda: _delivered(stage), 60)
    told = [one.reply_to for one in stage.discord.posted]
    wrong = [one for one in sent if told.count(one) != 1]
    doubled = len(await _sources(stage)) - len(set(await _sources(stage)))
    return f"{len(wrong)} not answered once, {doubled} doubled" if wrong or doubled else ""


async def _delivered(stage: Scene) -> bool:
    return all(job["delivered_at"] is not None for job in await stage.jobs())


async def away(stage: Scene) -> list[str]:
    """Every outage: nothing is lost, and the bot is back in time."""
    wrong, sent, number = [], list[int](), 0
    for seconds in AWAY_S:
        stage.discord.go_away()
        for _ in range(3):
            number += 1
            sent += _send(stage.discord, number)
            await asyncio.sleep(seconds / 3)
        stage.discord.come_back()
        began = time.monotonic()
        await until(partial(_all_there, stage, sent), BACK_S + 30)
        took = time.monotonic() - began
        said = await _answered(stage, sent)
        print(
            f"away {seconds:4.0f} s: all there {took:5.1f} s after its end; {said or 'each answered once'}", flush=True
        )
        wrong += [f"away {seconds:g} s: {said}"] if said else []
        wrong += [f"away {seconds:g} s: back after {took:.1f} s"] if took > BACK_S else []
    return wrong


async def flapping(stage: Scene) -> list[str]:
    """Connections that break each second for a quarter of a minute."""
    sent = []
    for number in range(15):
        stage.discord.break_off()
        sent += _send(stage.discord, 100 + number)
        await asyncio.sleep(1)
    began = time.monotonic()
    await until(partial(_all_there, stage, sent), BACK_S + 30)
    took = time.monotonic() - began
    said = await _answered(stage, sent)
    print(f"flapping 15 s: all there {took:.1f} s after its end; {said or 'each answered once'}", flush=True)
    return [f"flapping: {said}"] if said else [f"flapping: back after {took:.1f} s"] if took > BACK_S else []


async def stop(stage: Scene) -> list[str]:
    """As `hang`, of a PostgreSQL that does not run on: new connections hang too."""
    assert stage.server is not None
    return await hang(stage, stage.server.stopped())


async def hang(stage: Scene, stopped: AbstractContextManager[None] | None = None) -> list[str]:
    """A database that hangs for 12 s: no command loses its three seconds."""
    near, took = stage.discord, dict[int, float]()
    sent: dict[int, float] = {}

    def watch(_: str, path: str, __: Any) -> None:
        if path.startswith("/interactions/"):
            number = int(path.split("/")[2])
            took.setdefault(number, time.perf_counter() - sent[number])

    def noted(record: Any) -> None:
        sent[record.id] = time.perf_counter()

    near.watch = watch
    asks: list[dict[str, Any]] = [
        {"name": "score", "options": [{"name": "text", "type": 3, "value": long_review(1)}]},
        {"name": "jobs", "options": [{"name": "list", "type": 1, "options": []}]},
        {"name": "upload", "options": []},
    ]
    with stage.hanging_database() if stopped is None else stopped:
        end = time.monotonic() + HANG_S
        while time.monotonic() < end:
            for data in asks:
                await asyncio.to_thread(near.interact, 2, near.channel_id, near.users[0], data, 0, noted)
            await asyncio.sleep(0.5)
        await until(lambda: len(took) == len(sent), 5)
    worst = max(took.values())
    print(
        f"database hangs {HANG_S:g} s: {len(took)} commands, the slowest acknowledged after {worst:.2f} s", flush=True
    )
    await asyncio.sleep(3)
    return [f"hang: {worst:.1f} s"] if worst >= 3 else []


async def files(stage: Scene) -> list[str]:
    """Small files of many people within a moment: taken in, then told, so many a second."""
    near = stage.discord
    users = near.do(lambda: [near.backend.make_user(f"sender{n}").id for n in range(FILES)])
    channels = [near.dm_channel(user) for user in users]
    before = len(await stage.jobs())
    for n, (channel, user) in enumerate(zip(channels, users, strict=True)):
        near.write(
            channel, user, "", ("reviews.csv", csv_file(3, text=lambda row, n=n: long_review(1000 + 10 * n + row)))
        )
    began = time.monotonic()
    await until(lambda: _count(stage, before + FILES), 120)
    accepted = FILES / (time.monotonic() - began)
    assert stage.bot is not None
    await until(lambda: not stage.bot.notifier._looking)  # type: ignore[union-attr]
    stage.bot.notifier._looking = True  # all have ended before the first is told
    await stage.work()
    began = time.monotonic()
    stage.bot.notifier._looking = False
    await until(lambda: _delivered(stage), 120)
    told = FILES / (time.monotonic() - began)
    print(f"{FILES} small files: {accepted:.1f} a second taken in, {told:.1f} a second told", flush=True)
    slow = min(accepted, told) < FILES_A_SECOND
    return [f"files: {accepted:.1f} and {told:.1f} a second (on an idle machine?)"] if slow else []


async def _count(stage: Scene, jobs: int) -> bool:
    return len(await stage.jobs()) >= jobs


PLAYS: dict[str, Callable[[Scene], Awaitable[list[str]]]] = {
    "away": away,
    "flapping": flapping,
    "hang": hang,
    "stop": stop,
    "files": files,
}


ON_POSTGRES = {"stop"}


async def play(names: list[str]) -> list[str]:
    """Each on a database and in a Discord of its own; what was wrong."""
    wrong, scorer = [], Scorer()
    for name in names:
        with (
            ExitStack() as stack,
            tempfile.TemporaryDirectory(prefix="reelfeel-connection-") as folder,
            real_sockets() as near,
        ):
            server = stack.enter_context(running_server()) if name in ON_POSTGRES else None
            address = f"sqlite:///{Path(folder) / 'reelfeel.sqlite3'}" if server is None else server.url("postgres")
            upgrade(address)
            settings = Settings(database_url=address, data_dir=folder, max_active_jobs=1000, _env_file=None)  # type: ignore[arg-type,call-arg]
            async with scene(near, settings, scorer) as stage:
                stage.server = server
                await stage.start()
                wrong += await PLAYS[name](stage)
    return wrong


def main() -> int:
    """Plays and says what was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(PLAYS), help="some of them, with commas")
    wrong = asyncio.run(play(parser.parse_args().only.split(",")))
    print("\n".join(wrong) if wrong else "every promise held")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
