"""Visibility: who sees which rows. Every query with a viewer goes through `visible_clauses` or `visible`.

An owner sees their own: everything from a direct message; in a server, what came from that server or from direct
messages. Others in a server see what was shared in a channel that they can see. What was shared before it was known
in which channel is its owner's alone.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.tables import Job, Prediction
from db.types import Viewer

Scoped = type[Job] | type[Prediction]


def visible_clauses(viewer: Viewer, table: Scoped) -> list[ColumnElement[bool]]:
    """Conditions of which at most one holds for a row: each is served by an index of its own."""
    mine = table.owner_id == viewer.user_id
    if viewer.guild_id is None:
        return [mine]
    here = or_(table.guild_id.is_(None), table.guild_id == viewer.guild_id)
    seen = and_(table.guild_id == viewer.guild_id, table.shared, table.shared_in.in_(sorted(viewer.channels)))
    return [and_(mine, here), and_(seen, table.owner_id != viewer.user_id)]


def visible(viewer: Viewer, table: Scoped) -> ColumnElement[bool]:
    """The condition for a row to be seen by the viewer."""
    return or_(*visible_clauses(viewer, table))


def visible_job(session: Session, viewer: Viewer, job_id: int) -> Job:
    """The job; NotFound when it does not exist or may not be seen."""
    job = session.scalar(select(Job).where(Job.id == job_id, visible(viewer, Job)))
    if job is None:
        raise NotFound("job", job_id)
    return job
