"""Rounds of one trial: work is sent, faults strike, all is mended, and then every promise must hold."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from tests.faults.crowd import WAYS, Crowd, Sent
from tests.faults.faults import FILES, Fault, lay
from tests.faults.promises import broken, settled, strangers
from tests.faults.stage import Stage
from tests.faults.strike import Strike

DRAIN_S = 120.0
"""Longest wait for everything to be told after all is mended: worker restarts that back off are in it."""
LOOK_S = 1.0
PROCESSES = ("worker", "celery", "pool", "bot")
"""Faults of what needs broker and database to start."""
STRIKE_S = 0.8
UNHEARD_S = 3.0
"""After this long without a job or a word, what a dead bot did not hear is sent again, as a person would."""


@dataclass(slots=True)
class Round:
    """What happened in one round."""

    number: int
    database: str
    faults: list[str]
    sent: list[Sent] = field(default_factory=list)
    open_at: list[int] = field(default_factory=list)
    """Unfinished chunks and unanswered work at the moment of each strike."""
    again: int = 0
    recovery_s: float = 0.0
    broken: list[str] = field(default_factory=list)


class Trial:
    """Draws rounds from a seed and plays them on one stage."""

    def __init__(self, stage: Stage, dice: random.Random, evidence: Path) -> None:
        self.stage, self.dice, self.evidence = stage, dice, evidence
        self.crowd = Crowd(stage, random.Random(dice.random()))
        self.unheard_s = UNHEARD_S
        self._events: set[int] = set()
        self._looker = ThreadPoolExecutor(4, thread_name_prefix="look")
        self._mark = 0

    def play(self, number: int, faults: Sequence[Fault]) -> Round:
        """One round; what is broken is in its `broken`, with the evidence in a folder of its own."""
        played = Round(number, self.stage.kind, [fault.name for fault in faults])
        strikes = [Strike(self.stage, self.crowd, self.dice) for _ in faults]
        try:
            for fault, strike in zip(faults, strikes, strict=True):
                if fault.lays:
                    lay(strike, fault)
            self._send(played, faults)
            for fault, strike in zip(faults, strikes, strict=True):
                time.sleep(self.dice.uniform(0, STRIKE_S))
                played.open_at.append(self._open(played))
                fault.strike(strike)
            if self.dice.random() < 0.5:
                self._send(played, (), most=1)
            time.sleep(max((self._hold(fault) for fault in faults), default=0.0))
        except Exception as error:
            played.broken.append(f"the round ended with {type(error).__name__}: {error}")
        # Servers first: a worker or bot that finds none ends with 69, and only then is started again by its supervisor.
        for _, strike in sorted(zip(faults, strikes, strict=True), key=lambda pair: pair[0].name.startswith(PROCESSES)):
            self._mend(played, strike)
            self._events |= strike.events
            played.broken += strike.broken
        self._drain(played)
        self._judge(played, faults)
        if played.broken:
            self._keep(played)
        return played

    def _hold(self, fault: Fault) -> float:
        """Seconds between strike and mend."""
        return max(self.dice.uniform(*fault.hold), fault.leases * self.stage.lease_s * self.dice.uniform(1.0, 1.4))

    def _send(self, played: Round, faults: Sequence[Fault], *, most: int = 3) -> None:
        work = []
        for fault in faults:
            ways = fault.ways or WAYS
            if fault.mark:
                self._mark += 1
                mark = f"{fault.mark} {self.stage.kind}{self._mark}"
                work.append(self.crowd.make(self.dice.choice(ways), rows=fault.rows, mark=mark))
            elif fault.ways:
                work.append(self.crowd.make(self.dice.choice(ways), rows=fault.rows))
        if not any(one.is_file for one in work):  # a message is done in no time: only a file can be caught in work
            work.append(self.crowd.make(self.dice.choice(FILES)))
        work += [self.crowd.make(self.dice.choice(WAYS)) for _ in range(self.dice.randint(0, most))]
        for one in work:
            self.crowd.send(one)
            self._events.add(one.event)
            played.sent.append(one)

    def _open(self, played: Round) -> int:
        def look() -> int:
            with self.stage.db.read() as session:
                query = "SELECT count(*) FROM chunks WHERE state IN ('pending', 'queued', 'running')"
                return int(session.scalar(sql(query)) or 0)

        try:
            # In a thread: the database may be what was struck before, and a frozen one never answers.
            return self._looker.submit(look).result(LOOK_S)
        except Exception:
            return len(played.sent)

    def _mend(self, played: Round, strike: Strike) -> None:
        try:
            strike.mend()
        except (Exception, pytest.fail.Exception) as error:
            played.broken.append(f"could not be mended: {type(error).__name__}: {error}")

    # ---------------------------------------------------------------- after the faults

    def _drain(self, played: Round) -> None:
        began = time.monotonic()
        if not self.stage.bot.alive:
            played.broken.append("the bot ended by itself")
            self.stage.bot.start()
        waiting = list(played.sent)
        since = dict.fromkeys(map(id, waiting), began)
        while waiting:
            for one in list(waiting):
                if self._quietly(lambda one=one: settled(self.crowd, one)):  # type: ignore[misc]
                    if self.crowd.job(one) is None:
                        self._again(played, one)  # it was refused: a person sends it again
                        since[id(one)] = time.monotonic()
                    else:
                        waiting.remove(one)
                elif (
                    one.heard_by != self.stage.discord.generation and time.monotonic() - since[id(one)] > self.unheard_s
                ):
                    if self._quietly(lambda one=one: self.crowd.job(one) is None):  # type: ignore[misc]
                        self._again(played, one)
                    since[id(one)] = time.monotonic()
            if time.monotonic() - began > DRAIN_S:
                played.broken += [f"{one.way} {one.event} is not settled after {DRAIN_S:g} s" for one in waiting]
                break
            time.sleep(0.1)
        played.recovery_s = time.monotonic() - began

    def _again(self, played: Round, one: Sent) -> None:
        played.again += 1
        self.crowd.send(one)
        self._events.add(one.event)

    @staticmethod
    def _quietly(look: Callable[[], bool]) -> bool:
        try:
            return look()
        except Exception:  # a database that is still on its way back
            return False

    def _judge(self, played: Round, faults: Sequence[Fault]) -> None:
        stops, kills = any(f.stops_database for f in faults), any(f.kills_bot for f in faults)
        try:
            played.broken += broken(self.crowd, played.sent, stops_database=stops, kills_bot=kills)
            played.broken += strangers(self.crowd, self._events)
        except Exception as error:
            played.broken.append(f"could not be judged: {type(error).__name__}: {error}")

    def _keep(self, played: Round) -> None:
        folder = self.evidence / f"round-{played.number:03d}-{played.database}"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(self.stage.logs, folder / "logs", dirs_exist_ok=True)
        plan = {
            "faults": played.faults,
            "broken": played.broken,
            "sent": [f"{one.way} rows {one.rows} events {[*one.before, one.event]} {one.mark}" for one in played.sent],
            "posted": [str(one) for one in self.stage.discord.posted[-60:]],
            "transcript": [f"{kind} {what}" for kind, what, _ in self.stage.discord.backend.transcript[-300:]],
        }
        for table in ("jobs", "chunks"):
            try:
                with self.stage.db.read() as session:
                    rows = session.execute(sql(f"SELECT * FROM {table} ORDER BY id DESC LIMIT 40")).mappings()
                    plan[table] = [{name: str(value) for name, value in row.items()} for row in rows]
            except Exception as error:
                plan[table] = [f"not readable: {error}"]
        (folder / "round.json").write_text(json.dumps(plan, indent=1))
