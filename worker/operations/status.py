"""`reelfeel status`: what a host wants to see at a glance, gathered, drawn in a terminal, or as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from common.broker.job_signals import BrokerUnavailable, JobSignals
from common.settings import MIB, Settings
from db.delivery.notices import undelivered
from db.engine import Database
from db.operations.overview import HOUR_S, overview
from db.operations.types import Beat, Overview
from db.privacy.clock_guard import PurgeState, purge_state
from db.queue.model_affinity import StrandedJob, stranded_jobs

MANY: Final = 1000
"""Where finished files that were not shown yet are not counted further."""
EMBEDDED: Final = Path("broker") / "valkey.sock"
"""Socket of the broker of `reelfeel up`, in the data folder (`worker.local.broker`)."""


@dataclass(frozen=True, slots=True)
class Status:
    """`broker`: "answers", "not running" (nothing is set and no `up` runs), or why it does not answer, in a sentence.

    `messages`: in the broker, by queue; None when it does not answer. `notices`: finished files not shown yet, at most
    `MANY`.
    """

    overview: Overview
    broker: str
    messages: dict[str, int] | None
    notices: int
    stranded: list[StrandedJob] = field(default_factory=list)
    """Jobs that wait for a worker with the model that began them."""
    quota: int | None = None
    """Bytes that all users together may store."""
    purge: PurgeState = field(default_factory=PurgeState)

    @property
    def per_second(self) -> float:
        """Reviews a second that all workers together stored in the last minute."""
        return sum(beat.number("per_second") for beat in self.overview.beats if beat.alive)

    @property
    def errors_hour(self) -> int:
        """Errors and warnings that the processes of the last hour logged in it."""
        return int(sum(beat.number("errors_hour") for beat in self.overview.beats if beat.age_s < HOUR_S))

    @property
    def broker_away(self) -> bool:
        """Whether there should be a broker, and is none."""
        return self.messages is None and self.broker != NOT_RUNNING


ANSWERS: Final = "answers"
NOT_RUNNING: Final = "not running"


def look(settings: Settings, db: Database) -> Status:
    """Asks database and broker. Raises DatabaseUnavailable, SchemaOutdated; a broker that is away is part of it."""
    db.check_schema()
    seen = overview(db)
    owed = len(undelivered(db, limit=MANY))
    broker, messages = _broker(settings)
    quota = settings.max_stored_mib * MIB
    return Status(seen, broker, messages, owed, stranded_jobs(db), quota, purge_state(db))


def _broker(settings: Settings) -> tuple[str, dict[str, int] | None]:
    url = settings.broker()
    socket = settings.data_dir / EMBEDDED
    if url is None and not socket.exists():
        return NOT_RUNNING, None
    signals = JobSignals(url or f"unix://{socket}")
    try:
        return ANSWERS, signals.lengths()
    except BrokerUnavailable as error:
        return str(error), None
    finally:
        signals.close()


def as_json(status: Status) -> dict[str, Any]:
    """The same for scripts; seconds and counts, no text of a review and no password."""
    seen = status.overview
    queue = seen.figures.queue
    return {
        "database": seen.database,
        "schema": seen.schema,
        "broker": status.broker,
        "messages": status.messages,
        "waiting": {"interactive": queue.waiting_interactive, "bulk": queue.waiting_bulk},
        "running": queue.running,
        "oldest_ring_s": queue.oldest_waiting_s,
        "oldest_review_s": seen.figures.oldest_s,
        "reviews_per_second": round(status.per_second, 1),
        "errors_last_hour": status.errors_hour,
        "jobs": {"unfinished": seen.figures.unfinished, "ended_last_hour": seen.figures.ended},
        "running_jobs": [asdict(job) for job in seen.running],
        "notices": status.notices,
        "waiting_for_their_model": [asdict(job) for job in status.stranded],
        "space": _space(status),
        "purge": {
            "last": None if status.purge.purged_at is None else status.purge.purged_at.isoformat(),
            "refused_since": None if status.purge.refused_since is None else status.purge.refused_since.isoformat(),
        },
        "processes": [_process(beat) for beat in seen.beats],
    }


def _space(status: Status) -> dict[str, Any]:
    seen = status.overview.figures.space
    return {} if seen is None else asdict(seen) | {"quota": status.quota}


def _space_words(status: Status) -> str:
    seen = status.overview.figures.space
    if seen is None:
        return "unknown"
    quota = "" if status.quota is None else f" of {_mib(status.quota)}"
    words = f"database {_mib(seen.database)}; files and texts {_mib(seen.stored)}{quota}"
    if seen.free is None:
        return words
    return f"{words}; disk {_mib(seen.free)} free, {'' if seen.reserve else 'no '}reserve for deleting"


def _mib(size: int) -> str:
    return f"{size / MIB:,.0f} MiB"


def _purge_words(status: Status) -> str:
    if status.purge.refused_since is not None:
        return f"refused: the clock jumped ahead (seen {status.purge.refused_since:%Y-%m-%d %H:%M} by it); set it right"
    return "never yet" if status.purge.purged_at is None else f"{status.purge.purged_at:%Y-%m-%d %H:%M} UTC"


def _process(beat: Beat) -> dict[str, Any]:
    return {
        "room": beat.room,
        "host": beat.host,
        "alive": beat.alive,
        "seen_s": round(beat.age_s, 1),
        "started_at": beat.started_at.isoformat(),
        **beat.facts,
    }


def draw(status: Status) -> RenderableType:
    """For a terminal."""
    return Group(_lines(status), *_jobs(status), *_processes(status))


def _lines(status: Status) -> Table:
    seen, queue = status.overview, status.overview.figures.queue
    table = Table.grid(padding=(0, 2))
    rows = [
        ("database", f"{seen.database}, schema {seen.schema}"),
        ("broker", _broker_words(status)),
        ("waiting", f"{queue.waiting_interactive:,} interactive, {queue.waiting_bulk:,} bulk chunks"),
        ("oldest", _oldest(status)),
        ("running", f"{queue.running:,} chunks"),
        ("speed", f"{status.per_second:,.0f} reviews/s in the last minute"),
        ("jobs", _counts(seen.figures.unfinished) or "none unfinished"),
        ("last hour", f"{_counts(seen.figures.ended) or 'no job ended'}; {status.errors_hour:,} errors and warnings"),
        ("notices", f"{_many(status.notices)} finished files not shown to their owners yet"),
    ]
    rows += [("space", _space_words(status)), ("purge", _purge_words(status))]
    rows += [
        ("waits", f"job {job.job_id} for a worker with {job.model}, since {job.seconds:.0f} s")
        for job in status.stranded
    ]
    for name, words in rows:
        table.add_row(Text(name, style="bold"), Text(words))
    return table


def _broker_words(status: Status) -> str:
    if status.messages is None:
        return status.broker
    return f"{status.broker}, " + ", ".join(f"{n:,} {queue}" for queue, n in status.messages.items()) + " messages"


def _oldest(status: Status) -> str:
    figures = status.overview.figures
    parts = [f"{kind} accepted {_time(since)} ago" for kind, since in sorted(figures.oldest_s.items(), reverse=True)]
    if figures.queue.oldest_waiting_s is not None:
        parts.append(f"rung for {_time(figures.queue.oldest_waiting_s)} ago and not taken")
    return ", ".join(parts) or "nothing waits"


def _jobs(status: Status) -> list[RenderableType]:
    if not status.overview.running:
        return []
    table = Table(box=None, padding=(0, 2), pad_edge=False)
    for name in ("job", "state", "", "rows", "since"):
        table.add_column(name, justify="right" if name in ("job", "rows", "since") else "left")
    for job in status.overview.running:
        share = job.rows_ended / job.rows_total if job.rows_total and job.state != "ingesting" else 0.0
        bar = ProgressBar(total=1.0, completed=share, width=24)
        rows = f"{job.rows_ended:,} of {job.rows_total:,}"
        table.add_row(str(job.id), job.state, bar, rows, _time(job.age_s))
    return [Text(), table]


def _processes(status: Status) -> list[RenderableType]:
    table = Table(box=None, padding=(0, 2), pad_edge=False)
    for name in ("process", "host", "seen", "state", "reviews/s", "errors/h", "restarts"):
        table.add_column(name, justify="left" if name in ("process", "host", "state") else "right")
    for beat in status.overview.beats:
        state = "gone" if not beat.alive else _state(beat)
        speed = f"{beat.number('per_second'):,.0f}" if beat.room == "worker" else ""
        restarts = f"{beat.number('restarts'):.0f}" if beat.room == "worker" else ""
        errors = f"{beat.number('errors_hour'):.0f}"
        table.add_row(beat.room, beat.host, f"{_time(beat.age_s)} ago", state, speed, errors, restarts)
    return [Text(), table] if status.overview.beats else [Text("\nno bot and no worker was seen within a day")]


def _state(beat: Beat) -> str:
    if beat.facts.get("standby"):
        return "standby"
    return "ready" if beat.facts.get("ready") else "not ready"


def _counts(by_name: dict[str, int]) -> str:
    return ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in by_name.items() if n)


def _many(n: int) -> str:
    return f"{n}" if n < MANY else f"{MANY} or more"


def _time(seconds: float) -> str:
    """0.4 s, 12 s, 3 min, 2.5 h."""
    for unit, size in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{max(0.0, seconds):.1f} s"
