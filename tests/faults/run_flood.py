"""`make flood`: one member floods every command, button, menu, form and autocompletion while others use the bot.

The real bot in a process of its own, with the real worker, broker and database; Discord is SimCord's, in this process.
Times are taken where the bot's calls arrive, so all of it is inside our walls: from the interaction that leaves Discord
to the acknowledgement, and to the answer that takes its place. Prints both for the others, and how the flooder fared.

    python -m tests.faults.run_flood [--seconds 60] [--database sqlite|postgres]
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select

from db.tables import Job, Prediction
from tests.faults.crowd import REFUSED
from tests.faults.stage import Stage, staged
from tests.fixtures.reviews import csv_file, long_review, review
from tests.fixtures.workers import wait_until

COMMAND, COMPONENT, AUTOCOMPLETE, FORM = 2, 3, 4, 5
BUTTON, MENU = 2, 3
DEFERRED = {5, 6}
"""Callbacks that show "thinking ..." or nothing yet."""
ROWS = 2_000
"""Rows of the flooder's file."""
AT_ONCE = 24
"""Presses of one thing at the same moment."""
PAUSE_S = 0.5
"""Between two such bursts."""
BETWEEN_S = 0.2
"""Between two things that another member does."""
PATIENCE_S = 60.0
GOALS_MS = {"p50": 100.0, "p99": 1000.0}


@dataclass
class Asked:
    """One interaction and when what became of it arrived, by `time.perf_counter`."""

    what: str
    sent: float
    acknowledged: float = 0.0
    answered: float = 0.0
    refused: bool = False
    said: str = ""
    """The sentence of a refusal."""


@dataclass
class Watch:
    """Times of all interactions, taken in the thread of the world as the bot's calls arrive."""

    by_id: dict[int, Asked] = field(default_factory=dict)
    by_token: dict[str, Asked] = field(default_factory=dict)

    def __call__(self, method: str, path: str, body: Any) -> None:
        now, parts = time.perf_counter(), path.strip("/").split("/")
        if parts[0] == "interactions":
            asked = self.by_id.get(int(parts[1]))
            if asked is not None and not asked.acknowledged:
                asked.acknowledged = now
                if isinstance(body, dict) and body.get("type") not in DEFERRED:
                    self._answered(asked, now, body.get("data"))
        elif parts[0] == "webhooks" and method in ("PATCH", "POST"):
            asked = self.by_token.get(parts[2])
            if asked is not None and not asked.answered:
                self._answered(asked, now, body)

    def _answered(self, asked: Asked, now: float, body: Any) -> None:
        asked.answered = now
        said = str(body.get("content")) if isinstance(body, dict) else ""
        asked.refused = REFUSED in said
        asked.said = said.split("\n")[0] if asked.refused else ""


@dataclass
class Member:
    """Somebody who does things, in a channel of the server or in direct messages."""

    stage: Stage
    watch: Watch
    user: int
    channel: int

    def ask(self, what: str, kind: int, data: dict[str, Any], message: int = 0) -> Asked:
        """Sends an interaction, whatever became of the one before."""
        asked = Asked(what, 0.0)

        def noted(record: Any) -> None:
            self.watch.by_id[record.id] = self.watch.by_token[record.token] = asked

        asked.sent = time.perf_counter()
        self.stage.discord.interact(kind, self.channel, self.user, data, message, noted)
        return asked

    def slash(self, name: str, sub: str = "", **options: Any) -> Asked:
        """A slash command with strings, whole numbers and booleans."""
        return self.ask(f"/{name} {sub}".strip(), COMMAND, {"name": name, "options": _options(sub, options)})

    def type(self, name: str, sub: str, option: str, typed: str, kind: int) -> Asked:
        """Autocompletion of an option."""
        focused = [{"name": option, "type": kind, "value": typed, "focused": True}]
        options = [{"name": sub, "type": 1, "options": focused}] if sub else focused
        return self.ask(f"autocomplete {option}", AUTOCOMPLETE, {"name": name, "options": options})

    def press(self, custom_id: str, message: int, *values: str) -> Asked:
        """A button, or with values a menu."""
        data: dict[str, Any] = {"custom_id": custom_id, "component_type": MENU if values else BUTTON}
        if values:
            data["values"] = list(values)
        return self.ask(":".join(custom_id.split(":")[:2]), COMPONENT, data, message)

    def send_form(self, result: int) -> Asked:
        """The form behind Wrong?."""
        label = {"type": 18, "id": 1, "component": {"type": 3, "id": 2, "custom_id": "label", "values": ["negative"]}}
        note = {"type": 18, "id": 3, "component": {"type": 4, "id": 4, "custom_id": "note", "value": "no"}}
        data = {"custom_id": f"result:correction:{result}", "components": [label, note]}
        return self.ask("form", FORM, data)

    def shown(self, asked_what: Callable[[], Asked]) -> dict[str, Any]:
        """Does it, waits for the answer, and gives the message that shows it."""
        asked = asked_what()
        wait_until(lambda: asked.answered > 0, PATIENCE_S, what=asked.what)
        (number,) = [id_ for id_, one in self.watch.by_id.items() if one is asked]
        record = self.stage.discord.interaction(number)
        message = self.stage.discord.shown(record.channel_id, record.message_id)
        assert message is not None
        return message


def _options(sub: str, options: dict[str, Any]) -> list[dict[str, Any]]:
    kinds = {str: 3, int: 4, bool: 5}
    leaves = [{"name": name, "type": kinds[type(value)], "value": value} for name, value in options.items()]
    return [{"name": sub, "type": 1, "options": leaves}] if sub else leaves


@dataclass
class Things:
    """What a member has to ask about: their job, some results, a list of results with its buttons."""

    job: int
    results: list[int]
    listed: int
    verdict: int
    """The message that shows the first result, with its buttons."""
    ids: dict[str, str]
    """custom_id of each button and menu under the list, by its kind."""


def things_of(member: Member) -> Things:
    """Of a member whose file is scored."""
    with member.stage.db.read() as session:
        job = session.scalar(select(Job.id).where(Job.owner_id == member.user, Job.kind == "file")) or 0
        found = session.scalars(select(Prediction.review_id).where(Prediction.owner_id == member.user).limit(50)).all()
    message = member.shown(lambda: member.slash("results", "search"))
    custom_ids = [part["custom_id"] for row in message["components"] for part in row["components"]]
    verdict = member.shown(lambda: member.slash("results", "show", id=found[0]))
    return Things(
        job,
        list(found),
        int(message["id"]),
        int(verdict["id"]),
        {":".join(one.split(":")[:2]): one for one in custom_ids},
    )


def flood(member: Member, mine: Things) -> Iterator[Callable[[], Asked]]:
    """Everything there is, for ever: what costs most comes more than once."""
    numbers = itertools.count()
    heavy: list[Callable[[], Asked]] = [
        lambda: member.slash("report", job=mine.job, file="html"),
        lambda: member.press(mine.ids["page:export"], mine.listed),
        lambda: member.slash("results", "search", query=f"nothing{next(numbers)}"),
        lambda: member.slash("privacy", "export"),
        lambda: member.slash("jobs", "download", job=mine.job),
        lambda: member.slash("report", job=mine.job, file="xlsx", by="week"),
    ]
    light: list[Callable[[], Asked]] = [
        lambda: member.slash("score", text=" ".join(long_review(next(numbers)) for _ in range(100))[:6000]),
        lambda: member.slash("jobs", "list"),
        lambda: member.slash("jobs", "status", job=mine.job),
        lambda: member.slash("results", "show", id=mine.results[0]),
        lambda: member.slash("correct", id=mine.results[1], label="negative"),
        lambda: member.slash("settings", sharing=False),
        lambda: member.slash("privacy", "show"),
        lambda: member.slash("status"),
        lambda: member.slash("about"),
        lambda: member.slash("help"),
        lambda: member.slash("upload"),
        lambda: member.press(f"result:details:{mine.results[0]}", mine.verdict),
        lambda: member.press(f"result:wrong:{mine.results[0]}", mine.verdict),
        lambda: member.press("result:pick", mine.listed, str(mine.results[0])),
        lambda: member.send_form(mine.results[2]),
        lambda: member.type("jobs", "status", "job", str(next(numbers)), 4),
        lambda: member.type("results", "search", "film", f"F{next(numbers)}", 3),
    ]
    for one in itertools.cycle([*heavy, *light]):
        yield from [one] * AT_ONCE


def use(member: Member, mine: Things) -> Iterator[Callable[[], Asked]]:
    """What somebody does who uses the bot."""
    numbers = itertools.count()
    return itertools.cycle(
        [
            lambda: member.slash("jobs", "list"),
            lambda: member.type("jobs", "status", "job", str(next(numbers) % 10), 4),
            lambda: member.slash("results", "show", id=mine.results[0]),
            lambda: member.press(f"result:details:{mine.results[0]}", mine.verdict),
            lambda: member.slash("results", "search", film="Film 1"),
            lambda: member.press(f"result:wrong:{mine.results[0]}", mine.verdict),
            lambda: member.send_form(mine.results[2]),
            lambda: member.slash("settings"),
            lambda: member.slash("help"),
        ]
    )


def run(folder: Path, kind: str, seconds: float) -> bool:
    """Prints the figures on one database; whether the goals are met."""
    with staged(folder, kind, workers=1, disks=False) as stage:
        watch = Watch()
        stage.discord.watch = watch
        flooder, *others = [
            Member(stage, watch, user, stage.discord.channel_id if n % 2 == 0 else stage.discord.dm_channel(user))
            for n, user in enumerate(stage.discord.users[:3])
        ]
        for member in (flooder, *others):
            rows = ROWS if member is flooder else 40
            start = next(_starts)
            data = csv_file(rows, text=lambda n, start=start: f"{long_review(start + n)}")  # type: ignore[misc]
            stage.discord.write(stage.discord.dm_channel(member.user), member.user, "", ("reviews.csv", data))
        wait_until(lambda: _all_done(stage), 300, what="scoring the files")
        mine = {member.user: things_of(member) for member in (flooder, *others)}
        over = threading.Event()
        sent: list[Asked] = []
        used: list[Asked] = []
        scored: list[Asked] = []

        def drown() -> None:
            for one in flood(flooder, mine[flooder.user]):
                if over.is_set():
                    return
                sent.append(one())
                if len(sent) % AT_ONCE == 0:
                    over.wait(PAUSE_S)

        def live(member: Member) -> None:
            for number, one in enumerate(use(member, mine[member.user])):
                if over.wait(BETWEEN_S):
                    return
                used.append(one())
                if number % 10 == 0:
                    scored.append(member.slash("score", text=review(next(_starts))))

        people = [threading.Thread(target=drown), *(threading.Thread(target=live, args=(one,)) for one in others)]
        for one in people:
            one.start()
        time.sleep(seconds)
        over.set()
        for one in people:
            one.join()
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and not all(one.answered for one in [*used, *scored]):
            time.sleep(0.1)
        return report(kind, seconds, sent, used, scored)


_starts = itertools.count(1000, 100_000)


def _all_done(stage: Stage) -> bool:
    with stage.db.read() as session:
        states = session.scalars(select(Job.state).where(Job.kind == "file")).all()
    return len(states) == 3 and set(states) == {"done"}


def report(kind: str, seconds: float, sent: list[Asked], used: list[Asked], scored: list[Asked]) -> bool:
    """Prints; whether the goals are met for the acknowledgement and the answer of the others."""
    print(f"\n{kind}: {len(sent)} interactions of one member in {seconds:g} s ({len(sent) / seconds:.0f} a second)")
    good = True
    for name, times in (
        ("others, acknowledged", [one.acknowledged - one.sent for one in used if one.acknowledged]),
        ("others, answered", [one.answered - one.sent for one in used if one.answered]),
    ):
        p50, p99 = (np.percentile(np.asarray(times) * 1e3, [50, 99])).tolist() if times else (1e9, 1e9)
        met = p50 <= GOALS_MS["p50"] and p99 <= GOALS_MS["p99"]
        good = good and met
        print(
            f"  {name}: {len(times)} of {len(used)}, p50 {p50:.0f} ms, p99 {p99:.0f} ms" + ("" if met else "  MISSED")
        )
    verdicts = np.asarray([one.answered - one.sent for one in scored if one.answered]) * 1e3
    if len(verdicts):
        p50, worst = np.percentile(verdicts, 50), verdicts.max()
        print(f"  others, verdicts: {len(verdicts)} of {len(scored)}, p50 {p50:.0f} ms, longest {worst:.0f} ms")
    slow = Counter[str]()
    for one in used:
        slow[one.what] += not one.answered or one.answered - one.sent > GOALS_MS["p99"] / 1e3
    print(f"  over a second: {dict(+slow) or 'none'}")
    never = Counter(one.what for one in used if not one.answered)
    print(f"  never answered: {dict(never) or 'none'}")
    told = sum(one.refused for one in sent)
    print(f"  the flooder: {sum(one.answered > 0 for one in sent)} answered, of them {told} with a refusal")
    return good and len(used) == sum(one.answered > 0 for one in used)


def main() -> int:
    """Runs on both databases, or one."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--database", choices=("sqlite", "postgres"))
    arguments = parser.parse_args()
    good = True
    for kind in (arguments.database,) if arguments.database else ("sqlite", "postgres"):
        folder = Path(tempfile.mkdtemp(prefix="reelfeel-flood-"))
        try:
            good = run(folder, kind, arguments.seconds) and good
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    print("\ngoals met" if good else "\na goal was missed")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
