"""`make memory`: fifty members press reports, exports and downloads; what the bot and its children hold meanwhile.

The real bot in a process of its own, with the real worker, broker and database; Discord is SimCord's, in this process.
Samples the resident memory of the bot and of its children together and prints it for each stretch of time. The first
half is for starting and filling; in the second half it must not grow by more than `MAY_GROW_MIB`.

    python -m tests.faults.run_memory [--seconds 180] [--members 50]
"""

from __future__ import annotations

import argparse
import itertools
import re
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
from sqlalchemy import select

from db.tables import Job
from tests.faults.run_flood import Asked, Member, Watch, things_of
from tests.faults.stage import Stage, staged
from tests.fixtures.reviews import long_review
from tests.fixtures.workers import wait_until

ROWS = 400
"""Rows of the file that all of them ask about."""
EVERY_S = 0.5
STRETCHES = 12
"""So many stretches of time are printed, and the second half of them compared."""
MAY_GROW_MIB = 20.0
EACH_S = 12.0
"""A member presses something so often, one after the other."""


def held(pid: int) -> tuple[float, float, int]:
    """MiB of the bot, MiB of its children, and how many they are. Shared pages count in each."""
    bot = psutil.Process(pid)
    sizes = []
    for child in bot.children(recursive=True):
        try:
            sizes.append(child.memory_info().rss / 2**20)
        except psutil.Error:  # it has ended
            continue
    return bot.memory_info().rss / 2**20, sum(sizes), len(sizes)


def press(members: list[Member], job: int, watch_s: float, over: threading.Event) -> list[Asked]:
    """Everybody's presses in turn until it is over."""
    numbers, asked = itertools.count(), list[Asked]()
    mine = things_of(members[0])

    def deeds(member: Member) -> list[Callable[[], Asked]]:
        return [
            lambda: member.slash("report", job=job),
            lambda: member.slash("report", film=f"Film {next(numbers) % 7}"),
            lambda: member.slash("report", job=job, by="film", file="html"),
            lambda: member.slash("jobs", "download", job=job),
            lambda: member.slash("results", "search", film=f"Film {next(numbers) % 7}"),
            lambda: member.slash("report", job=job, by="week", file="xlsx"),
        ]

    rounds = [itertools.cycle(deeds(member)) for member in members]
    for n in itertools.count():
        asked.append(next(rounds[n % len(members)])())
        if n % 20 == 0:
            asked.append(members[0].press(mine.ids["page:export"], mine.listed))
        if over.wait(watch_s):
            return asked
    raise AssertionError("for ever")  # pragma: no cover


def run(folder: Path, seconds: float, count: int) -> bool:
    """Prints the figures; whether the memory stayed."""
    with staged(folder, "sqlite", workers=1, disks=False, users=count) as stage:
        watch = Watch()
        stage.discord.watch = watch
        members = [Member(stage, watch, user, stage.discord.channel_id) for user in stage.discord.users]
        lines = ["review,film", *(f'"{long_review(n)}",Film {n % 7}' for n in range(ROWS))]
        file = ("reviews.csv", "\n".join(lines).encode())
        stage.discord.slash(stage.discord.channel_id, members[0].user, "batch", file=file, share=True)
        wait_until(lambda: _done(stage) is not None, 300, what="scoring the file")
        job, over, asked = _done(stage) or 0, threading.Event(), list[Asked]()
        pressing = threading.Thread(target=lambda: asked.extend(press(members, job, EACH_S / count, over)))
        pressing.start()
        samples: list[tuple[float, float, int]] = []
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            samples.append(held(stage.bot.pid))
            time.sleep(EVERY_S)
        over.set()
        pressing.join()
    return report(seconds, asked, samples)


def _done(stage: Stage) -> int | None:
    with stage.db.read() as session:
        return session.scalar(select(Job.id).where(Job.kind == "file", Job.state == "done"))


def report(seconds: float, asked: list[Asked], samples: list[tuple[float, float, int]]) -> bool:
    """Prints each stretch; whether the second half stayed within what it may grow by."""
    answered, refused = sum(one.answered > 0 for one in asked), sum(one.refused for one in asked)
    print(f"{len(asked)} presses in {seconds:g} s, {answered} answered, of them {refused} with a refusal")
    for said, often in Counter(re.sub(r"[0-9]+", "N", one.said) for one in asked if one.said).most_common(3):
        print(f"  {often} times: {said}")
    stretches = [np.asarray(part) for part in np.array_split(np.asarray(samples), STRETCHES)]
    most = []
    for number, part in enumerate(stretches, start=1):
        most.append(float((part[:, 0] + part[:, 1]).max()))
        print(
            f"  until {seconds * number / STRETCHES:4.0f} s: bot {part[:, 0].max():4.0f} MiB, "
            f"{part[:, 2].max():.0f} children {part[:, 1].max():4.0f} MiB, together at most {most[-1]:4.0f} MiB"
        )
    quarter = STRETCHES // 4
    growth = max(most[-quarter:]) - max(most[2 * quarter : 3 * quarter])
    print(f"last quarter against the one before: {growth:+.0f} MiB (may be {MAY_GROW_MIB:+.0f})")
    return growth <= MAY_GROW_MIB


def main() -> int:
    """Runs it once."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--members", type=int, default=50)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="reelfeel-memory-"))
    try:
        good = run(folder, arguments.seconds, arguments.members)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("flat" if good else "it grew")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
