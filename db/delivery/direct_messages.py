"""Direct messages: the channels in which people wrote to the bot, and which of their messages were accepted."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import select

from db.delivery.message_deletions import NOBODY
from db.engine import Database
from db.tables import Job

LATEST: Final = 20_000
"""Of so many jobs, the newest, the channels are looked for."""


def dm_channels(db: Database, *, limit: int = 500) -> list[int]:
    """Ids of channels of direct messages that brought jobs, whose owners are not erased; the latest first."""
    sent_directly = (Job.source == "message", Job.guild_id.is_(None), Job.channel_id.is_not(None))
    newest = select(Job.channel_id).where(*sent_directly, Job.owner_id != NOBODY).order_by(Job.id.desc()).limit(LATEST)
    with db.read() as session:
        found = dict.fromkeys(one for one in session.scalars(newest) if one is not None)
    return list(found)[:limit]


def accepted_messages(db: Database, message_ids: Collection[int]) -> set[int]:
    """Those of the messages that became jobs."""
    query = select(Job.source_id).where(Job.source == "message", Job.source_id.in_(message_ids))
    with db.read() as session:
        return set(session.scalars(query))
