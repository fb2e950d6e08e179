"""The kinds of faults: how each is done, and how what it broke is made whole again.

A fault has two moments: `strike`, and `mend` after `hold` seconds. Product code is never called to break something:
processes get signals, servers get commands, disks get full, and clocks are moved where the code reads them, in SQL.
"""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Literal

import psutil
from sqlalchemy import text as sql
from sqlalchemy import update

from common.broker.job_signals import JobSignals
from db.clock import db_time
from db.tables import Chunk
from tests.faults.crowd import Way
from tests.faults.deletions import deletion_and_resume, deletion_on_a_full_disk, step_during_a_purge
from tests.faults.stage import Stage
from tests.faults.strike import Strike

TRAP_S: Final = 15.0
"""How long a trap waits for the bot to come by."""
JUMP_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault. `kills_bot`, `stops_database`: what people may then see, beside a delay."""

    name: str
    strike: Callable[[Strike], None]
    about: str
    hold: tuple[float, float] = (0.0, 0.5)
    on: tuple[str, ...] = ("sqlite", "postgres")
    leases: float = 0.0
    """Least hold in lengths of a lease."""
    kills_bot: bool = False
    stops_database: bool = False
    mark: str = ""
    """Mark in a row of this fault's own work, see saboteur."""
    ways: tuple[Way, ...] = ()
    rows: int | None = None
    needs_root: bool = False
    lays: Literal["", "before", "after", "cut", "thinking"] = ""
    """The trap in Discord that is laid before the work is sent."""
    weight: int = 2
    has_own_work: bool = False
    """It sends a file of its own and waits until that is in work: nothing else may be broken meanwhile."""


# -------------------------------------------------------------------- workers


def _worker(it: Strike) -> int:
    return it.dice.randrange(len(it.stage.workers))


def _kill_worker(it: Strike) -> None:
    number = _worker(it)
    it.stage.workers[number].kill_parent()
    it.undo.append(lambda: it.stage.restart_worker(number))


def _kill_all_workers(it: Strike) -> None:
    for number in range(len(it.stage.workers)):
        it.stage.workers[number].kill_parent()
        it.undo.append(lambda number=number: it.stage.restart_worker(number))  # type: ignore[misc]


def _kill_celery(it: Strike) -> None:
    found = it.stage.workers[_worker(it)].celery_parents()
    if found:
        _kill(it.dice.choice(found))


def _kill_pool_child(it: Strike) -> None:
    children = [child for worker in it.stage.workers for child in worker.pool_children()]
    for child in it.dice.sample(children, min(len(children), it.dice.randint(1, 2))):
        _kill(child)


def _stop_worker(it: Strike) -> None:
    number = _worker(it)
    code = it.stage.workers[number].terminate(60)
    assert code == 0, f"SIGTERM of a worker ended with {code}"
    it.undo.append(lambda: it.stage.restart_worker(number))


def _freeze_pool(it: Strike) -> None:
    _freeze(it, it.stage.workers[_worker(it)].pool_children())


def _freeze_worker(it: Strike) -> None:
    _freeze(it, it.stage.workers[_worker(it)].family())


# -------------------------------------------------------------------- broker


def _kill_broker(it: Strike) -> None:
    it.stage.valkey.kill()
    it.undo.append(it.stage.valkey.start)


def _kill_broker_and_data(it: Strike) -> None:
    it.stage.valkey.kill()
    it.stage.lose_broker_data()
    it.undo.append(it.stage.valkey.start)


def _kill_broker_twice(it: Strike) -> None:
    it.stage.valkey.kill()
    if it.dice.random() < 0.5:
        it.stage.lose_broker_data()
    it.stage.valkey.start()
    time.sleep(it.dice.uniform(0, 1.5))
    it.stage.valkey.kill()
    it.undo.append(it.stage.valkey.start)


def _empty_broker(it: Strike) -> None:
    it.stage.valkey.flush()


def _freeze_broker(it: Strike) -> None:
    it.stage.valkey.freeze()
    it.undo.append(it.stage.valkey.thaw)


# -------------------------------------------------------------------- database


def _restart_postgres(it: Strike) -> None:
    it.stage.crash_postgres()
    assert it.stage.postgres is not None
    it.undo.append(it.stage.postgres.start)


def _pause_postgres(it: Strike) -> None:
    _freeze(it, it.stage.postgres_processes())


def _cut_connections(it: Strike) -> None:
    assert it.stage.postgres is not None
    for _ in range(it.dice.randint(1, 3)):
        it.stage.postgres.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = 'reelfeel' AND pid <> pg_backend_pid()"
        )
        time.sleep(it.dice.uniform(0, 0.3))


def _lock_sqlite(it: Strike) -> None:
    path = it.stage.db.url.database
    assert path is not None
    other = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")

    def release() -> None:
        other.execute("ROLLBACK")
        other.close()

    it.undo.append(release)


def _fill(it: Strike, disk: Any) -> None:
    disk.fill()
    it.undo.append(disk.free)


def _fill_database(it: Strike) -> None:
    _fill(it, it.stage.disk)
    if it.stage.postgres is not None:
        it.undo.append(lambda: _revive_postgres(it.stage))
        it.undo[-2:] = reversed(it.undo[-2:])  # room first


def _revive_postgres(stage: Stage) -> None:
    """A server without room for its log stops altogether; a host starts it again once there is some."""
    assert stage.postgres is not None
    process = stage.postgres.process
    if process is None or process.poll() is not None:
        stage.postgres.start()


def _fill_temp(it: Strike) -> None:
    _fill(it, it.stage.temp)


# -------------------------------------------------------------------- bot


def _kill_bot(it: Strike) -> None:
    it.stage.bot.kill()
    it.undo.append(it.stage.bot.start)


def _stop_bot(it: Strike) -> None:
    code = it.stage.bot.terminate()
    assert code == 0, f"SIGTERM of the bot ended with {code}"
    it.undo.append(it.stage.bot.start)


def _freeze_bot(it: Strike) -> None:
    it.stage.bot.send(signal.SIGSTOP)
    it.undo.append(lambda: it.stage.bot.send(signal.SIGCONT))


def _tells(method: str, path: str, body: Any) -> bool:
    """Whether a call tells somebody about work: a card, an edit of one, the end of 'thinking...'."""
    return (method in ("POST", "PATCH") and "/messages" in path) or "@original" in path


def _defers(method: str, path: str, body: Any) -> bool:
    """Whether a call shows 'thinking...'."""
    return path.startswith("/interactions/") and path.endswith("/callback") and (body or {}).get("type") == 5


def lay(it: Strike, fault: Fault) -> None:
    """Lays the fault's trap, before any work is sent."""
    if fault.lays == "thinking":
        it.traps.append(it.stage.discord.trap(_defers, "after"))
        return
    times = 1 if fault.lays != "cut" else 2
    for _ in range(times):
        when: Any = it.dice.choice(("before", "after")) if fault.lays == "cut" else fault.lays
        it.traps.append(it.stage.discord.trap(_tells, when, cut=fault.lays == "cut"))


def _lift(it: Strike) -> None:
    for trap in it.traps:
        if trap in it.stage.discord.traps:
            it.stage.discord.traps.remove(trap)


def _trapped(it: Strike) -> None:
    """The bot dies in the call that tells of the work."""
    it.traps[0].sprung.wait(TRAP_S)
    it.stage.bot.kill()
    _lift(it)
    it.undo.append(it.stage.bot.start)


def _cut_discord(it: Strike) -> None:
    """The connection is cut before or after Discord did what it was asked, and the bot cannot know which."""
    it.traps[0].sprung.wait(TRAP_S)
    it.undo.append(lambda: _lift(it))


# -------------------------------------------------------------------- messages and clocks


def _open_chunks(stage: Stage) -> list[Any]:
    with stage.db.read() as session:
        query = "SELECT id, kind, queue FROM chunks WHERE state IN ('pending', 'queued', 'running')"
        return list(session.execute(sql(query)).all())


def _deliver_again(it: Strike) -> None:
    """Every task that is open, five times at once, for as long as it lasts, from four senders."""
    stop = threading.Event()

    def ring() -> None:
        signals = JobSignals(it.stage.valkey.url)
        while not stop.wait(0.2):
            for chunk in _open_chunks(it.stage):
                for _ in range(5):
                    signals.publish_chunk(chunk.id, chunk.kind, chunk.queue)
        signals.close()

    pool = ThreadPoolExecutor(4)
    for _ in range(4):
        pool.submit(ring)

    def end() -> None:
        stop.set()
        pool.shutdown()

    it.undo.append(end)


def _jump(it: Strike, seconds: float) -> None:
    """The database's clock jumps by `seconds`: every time of open work is that much further from now."""
    with it.stage.db.begin() as session:
        kind = session.get_bind().dialect.name
        moved = (
            "strftime('%Y-%m-%d %H:%M:%f000', {0}, :by || ' seconds')"
            if kind == "sqlite"
            else "{0} + make_interval(secs => :by)"
        )
        columns = ("lease_until", "queued_at", "rung_at", "created_at")
        changes = ", ".join(f"{name} = {moved.format(name)}" for name in columns)
        session.execute(
            sql(f"UPDATE chunks SET {changes} WHERE state IN ('pending', 'queued', 'running')"), {"by": -seconds}
        )


def _jump_forward(it: Strike) -> None:
    _jump(it, JUMP_S)


def _jump_back(it: Strike) -> None:
    """Backwards, with the bells lost and a child dead, so that only the times can bring the work back."""
    _jump(it, -JUMP_S)
    _kill_pool_child(it)
    it.stage.valkey.flush()


def _two_on_one_chunk(it: Strike) -> None:
    """The lease of whatever runs ends now, again and again, and others are rung for it: two work on each chunk."""
    signals = JobSignals(it.stage.valkey.url)
    end = time.monotonic() + it.dice.uniform(0.5, 2.0)
    while time.monotonic() < end:
        with it.stage.db.begin() as session:
            session.execute(update(Chunk).where(Chunk.state == "running").values(lease_until=db_time(-1)))
        for chunk in _open_chunks(it.stage):
            for _ in range(2):
                signals.publish_chunk(chunk.id, chunk.kind, chunk.queue)
        time.sleep(0.25)
    signals.close()


# -------------------------------------------------------------------- helpers


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def _freeze(it: Strike, processes: list[psutil.Process]) -> None:
    stopped: list[psutil.Process] = []
    for process in processes:
        try:
            process.suspend()
            stopped.append(process)
        except psutil.NoSuchProcess:
            continue

    def resume() -> None:
        for process in stopped:
            try:
                process.resume()
            except psutil.NoSuchProcess:
                continue

    it.undo.append(resume)


def _nothing(it: Strike) -> None:
    """The fault is in the work itself."""


FILES: Final[tuple[Way, ...]] = ("file", "batch")
ASKED: Final[tuple[Way, ...]] = ("score", "batch")
LONG: Final = (1.0, 6.0)
PG: Final = ("postgres",)
FAULTS: Final = (
    Fault("worker-kill", _kill_worker, "kill -9 of `reelfeel worker`", hold=(0, 2), weight=4),
    Fault("workers-kill", _kill_all_workers, "kill -9 of every worker at once", hold=(0, 2)),
    Fault("celery-kill", _kill_celery, "kill -9 of a Celery process, the pool's parent"),
    Fault("pool-kill", _kill_pool_child, "kill -9 of one or two scoring children", weight=4),
    Fault("worker-stop", _stop_worker, "SIGTERM of a worker in its work", hold=(0, 1)),
    Fault("pool-freeze", _freeze_pool, "scoring children stopped past their lease", leases=1.2),
    Fault("worker-freeze", _freeze_worker, "a whole worker stopped past its lease", leases=1.2),
    Fault("broker-kill", _kill_broker, "kill -9 of the broker, data kept", hold=(0, 3)),
    Fault("broker-lose", _kill_broker_and_data, "kill -9 of the broker, data lost", hold=(0, 3)),
    Fault("broker-twice", _kill_broker_twice, "kill -9 of the broker twice in a row", hold=(0, 1)),
    Fault("broker-flush", _empty_broker, "FLUSHALL"),
    Fault("broker-freeze", _freeze_broker, "broker stopped, connections open", hold=LONG),
    Fault(
        "pg-crash", _restart_postgres, "PostgreSQL down at once, up again", (0, 3), PG, stops_database=True, weight=4
    ),
    Fault("pg-pause", _pause_postgres, "PostgreSQL stopped, connections open", LONG, PG),
    Fault("pg-cut", _cut_connections, "all connections ended by PostgreSQL", on=PG, stops_database=True, weight=4),
    Fault("sqlite-lock", _lock_sqlite, "another writer holds SQLite's lock", LONG, ("sqlite",), weight=4),
    Fault("database-full", _fill_database, "database's disk full", (1, 5), stops_database=True, needs_root=True),
    Fault(
        "delete-full",
        deletion_on_a_full_disk,
        "cancelled and deleted while the database's disk is full",
        (0, 1),
        ("sqlite",),
        stops_database=True,
        needs_root=True,
        has_own_work=True,
    ),
    Fault("temp-full", _fill_temp, "no room for uploads in work", LONG, ways=FILES, needs_root=True),
    Fault("bot-kill", _kill_bot, "kill -9 of the bot at any moment", hold=(0, 2), kills_bot=True, weight=4),
    Fault(
        "bot-kill-untold", _trapped, "bot killed: accepted, not acknowledged", kills_bot=True, weight=4, lays="before"
    ),
    Fault("bot-kill-told", _trapped, "bot killed: told, not noted", kills_bot=True, weight=4, lays="after"),
    Fault(
        "bot-kill-early",
        _trapped,
        "bot killed: 'thinking...' is shown, nothing accepted",
        kills_bot=True,
        lays="thinking",
        ways=("score", "batch"),
    ),
    Fault("bot-stop", _stop_bot, "SIGTERM of the bot in its work", hold=(0, 1), kills_bot=True),
    Fault("bot-freeze", _freeze_bot, "the bot stopped for a while", hold=(0.5, 2.5), kills_bot=True),
    Fault("discord-cut", _cut_discord, "connection to Discord cut, before or after it did as asked", lays="cut"),
    Fault("row-kills-once", _nothing, "a row at which the scorer dies once", mark="MARK-DIE"),
    Fault("poison-row", _nothing, "a row at which the scorer dies always", mark="MARK-KILL", rows=3, weight=1),
    Fault("row-hangs", _nothing, "a scorer that sleeps past the soft limit", mark="MARK-SLOW"),
    Fault("row-deaf", _nothing, "a scorer that sleeps past the hard limit", mark="MARK-DEAF"),
    Fault("doubled", _deliver_again, "every task delivered 5 times by 4 senders", hold=(1, 4)),
    Fault("two-on-one", _two_on_one_chunk, "two workers on the same chunk"),
    Fault("clock-forward", _jump_forward, "the database's clock jumps an hour ahead"),
    Fault("clock-back", _jump_back, "an hour back, bells lost, a child dead"),
    Fault("clock-purge", step_during_a_purge, "100 days ahead, and back, while texts are purged", has_own_work=True),
    Fault(
        "delete-resume",
        deletion_and_resume,
        "somebody is deleted and presses Resume at one moment",
        weight=4,
        has_own_work=True,
    ),
)
BY_NAME: Final = {fault.name: fault for fault in FAULTS}
