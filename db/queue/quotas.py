"""Quotas: what may wait at one time of a user, a server and everybody, and what a user may send in within a day.

Checked when a file is sent in, in the transaction that would accept it: what was accepted once is always scored. So the
rows of a file, which nobody knows before it is read, count from the next file on. Single reviews are never refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from sqlalchemy import ColumnElement, func, literal_column, select, true
from sqlalchemy.orm import Session

from common.settings import MIB, Settings
from db.clock import db_time
from db.dialect import wait_exclusive
from db.errors import DayUsedUp, NoSpace, QueueFull, QuotaExceeded, ServerFull
from db.tables import GuildSetting, Job

QUOTA_LOCK: Final = 0x0A << 56
"""PostgreSQL advisory lock that makes uploads at one moment count each other."""
DAY_S: Final = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Quotas:
    """The host's limits; None: no limit."""

    user_jobs: int | None = None
    """Unfinished file jobs of one user; a server may set a lower number for its members there."""
    user_rows: int | None = None
    """Reviews that one user sends in within 24 hours."""
    server_jobs: int | None = None
    """Unfinished file jobs of one server."""
    queued_rows: int | None = None
    """Reviews of all users that wait for their verdict."""

    user_bytes: int | None = None
    """Bytes of stored files and of the texts read from them, of one user."""
    server_bytes: int | None = None
    """The same of one server."""
    host_bytes: int | None = None
    """The same of all."""


NO_LIMITS: Final = Quotas()


def quotas_of(settings: Settings) -> Quotas:
    """The host's limits on what may wait at one time."""
    return Quotas(
        user_jobs=settings.max_active_jobs,
        user_rows=settings.max_rows_per_day,
        server_jobs=settings.max_server_jobs,
        queued_rows=settings.max_queued_rows,
        user_bytes=settings.max_user_mib * MIB,
        server_bytes=settings.max_server_mib * MIB,
        host_bytes=settings.max_stored_mib * MIB,
    )


class UnfinishedJob(NamedTuple):
    """A file job that has not ended."""

    owner_id: int
    guild_id: int | None
    rows_done: int
    rows_left: int
    started_at: datetime | None


def lock_quotas(session: Session) -> None:
    """Until the transaction ends no other upload is counted or accepted."""
    wait_exclusive(session, QUOTA_LOCK)


def check_quotas(session: Session, owner_id: int, guild_id: int | None, quotas: Quotas, *, size: int = 0) -> None:
    """Raises QuotaExceeded, or its subclass for the limit that was reached, when no further file may be taken in;
    NoSpace, when there is no room for one of `size` bytes."""
    check_space(session, owner_id, guild_id, quotas, size)
    jobs = _unfinished(session)
    now = session.scalar(select(db_time()))
    assert now is not None
    mine = [job for job in jobs if job.owner_id == owner_id]
    _check_jobs(mine, quotas.user_jobs, now)
    if guild_id is not None:
        here = [job for job in jobs if job.guild_id == guild_id]
        members = select(GuildSetting.max_active_jobs).where(GuildSetting.guild_id == guild_id)
        _check_jobs([job for job in mine if job in here], session.scalar(members), now)
        if quotas.server_jobs is not None and len(here) >= quotas.server_jobs:
            raise ServerFull(quotas.server_jobs, len(here), _first_end(here, now))
    if quotas.user_rows is not None:
        _check_day(session, owner_id, quotas.user_rows, now)
    waiting = sum(job.rows_left for job in jobs)
    if quotas.queued_rows is not None and waiting >= quotas.queued_rows:
        rate = sum(_rate(job, now) for job in jobs)
        raise QueueFull(quotas.queued_rows, waiting, (waiting - quotas.queued_rows) / rate if rate else None)


def check_space(session: Session, owner_id: int, guild_id: int | None, quotas: Quotas, size: int) -> None:
    """Raises NoSpace when a file of `size` bytes has no room. One of 0 bytes always has: nothing comes with it."""
    mine, here = Job.owner_id == owner_id, Job.guild_id == guild_id
    asked: list[tuple[Literal["user", "server", "host"], int | None, ColumnElement[bool]]] = [
        ("user", quotas.user_bytes, mine),
        ("server", quotas.server_bytes if guild_id is not None else None, here),
        ("host", quotas.host_bytes, true()),
    ]
    for whose, space, which in asked:
        if not size or space is None:
            continue
        used = stored_bytes(session, which)
        if used + size > space:
            raise NoSpace(whose, used=used, space=space, size=size)


def stored_bytes(session: Session, which: ColumnElement[bool]) -> int:
    """Bytes of stored files, and of the texts read from them, of the jobs that fit: an index holds those that have
    any."""
    total = session.scalar(select(func.sum(Job.stored_bytes)).where(which, Job.stored_bytes > literal_column("0")))
    return int(total or 0)


def _check_jobs(jobs: Sequence[UnfinishedJob], limit: int | None, now: datetime) -> None:
    if limit is not None and len(jobs) >= limit:
        raise QuotaExceeded(limit, len(jobs), _first_end(jobs, now))


def _check_day(session: Session, owner_id: int, limit: int, now: datetime) -> None:
    recent = (Job.owner_id == owner_id, Job.created_at > db_time(-DAY_S))
    if (session.scalar(select(func.sum(Job.rows_total)).where(*recent)) or 0) < limit:
        return
    sent = session.execute(select(Job.created_at, Job.rows_total).where(*recent).order_by(Job.created_at)).all()
    left = rows = sum(n for _, n in sent)
    for made, n in sent:
        left -= n
        if left < limit:
            raise DayUsedUp(limit, rows, (made + timedelta(seconds=DAY_S) - now).total_seconds())


def _unfinished(session: Session) -> list[UnfinishedJob]:
    left = Job.rows_total - Job.rows_done - Job.rows_rejected - Job.rows_failed
    columns = (Job.owner_id, Job.guild_id, Job.rows_done, left, Job.started_at)
    # These are few, and have an index of their own.
    rows = session.execute(select(*columns).where(Job.finished_at.is_(None), Job.kind == "file"))
    return [UnfinishedJob(*row) for row in rows]


def _rate(job: UnfinishedJob, now: datetime) -> float:
    """Reviews a second since the job began; 0 when it has none yet."""
    if job.started_at is None or not job.rows_done:
        return 0.0
    return job.rows_done / max(1.0, (now - job.started_at).total_seconds())


def _first_end(jobs: Sequence[UnfinishedJob], now: datetime) -> float | None:
    """Seconds until the first of the jobs ends, as far as one can tell."""
    ends = [job.rows_left / rate for job in jobs if (rate := _rate(job, now))]
    return min(ends, default=None)
