"""Channels of direct messages, and which messages were accepted."""

from __future__ import annotations

from sqlalchemy import update

from db.delivery.direct_messages import accepted_messages, dm_channels
from db.engine import Database
from db.queue.accept import accept_review
from db.tables import Job
from db.types import Origin


def test_channels_of_direct_messages_latest_first_and_what_came_of_them(db: Database) -> None:
    for number, (owner, guild, channel) in enumerate([(1, None, 11), (2, None, 12), (1, None, 11), (3, 9, 13)], 1):
        accept_review(db, Origin(owner, guild, channel, "message", 100 + number), "A fine film.")
    accept_review(db, Origin(4, None, 14, "interaction", 105), "A fine film.")
    assert dm_channels(db) == [11, 12]
    assert dm_channels(db, limit=1) == [11]
    assert accepted_messages(db, [101, 105, 106]) == {101}
    with db.begin() as session:
        session.execute(update(Job).where(Job.owner_id == 1).values(owner_id=0))
    assert dm_channels(db) == [12]
