"""Message deletions: the bot's own messages that show what was deleted here, until the bot has deleted them too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from db.clock import db_time
from db.dialect import insert_for
from db.engine import Database
from db.tables import Job, MessageDeletion, Review, SentMessage

NOBODY: Final = 0
"""The owner of what belonged to an erased user, or whose words went with the retention time; no user has this id."""
MAX_TRIES: Final = 8
"""Tries after which a message is given up: by then the chat service has refused it for hours."""
FIRST_WAIT_S: Final = 30.0
"""Wait after the first try that failed; four times as long after each further one."""


@dataclass(frozen=True, slots=True)
class PendingDeletion:
    """A message to delete."""

    id: int
    channel_id: int
    message_id: int
    tries: int


def schedule_deletion(session: Session, job_ids: Sequence[int]) -> int:
    """Puts the jobs' cards, and whatever else was sent about them, down for deletion, in the caller's transaction; how
    many messages there are."""
    shown = (Job.id.in_(job_ids), Job.message_id.is_not(None), Job.channel_id.is_not(None))
    scheduled = select(MessageDeletion.message_id)
    messages = session.execute(
        select(Job.channel_id, Job.message_id).where(*shown, Job.message_id.not_in(scheduled)).distinct()
    ).all()
    _schedule(session, [(where, which) for where, which in messages if where is not None and which is not None])
    return len(messages) + schedule_sent(session, SentMessage.job_id.in_(job_ids))


@dataclass(frozen=True, slots=True)
class About:
    """Whose words a message shows: of which job of theirs, or in answer to which message of theirs, where it is one.

    `review_id`: which row of the job is quoted. `shared`: the job was, when it was read.
    """

    owner_id: int
    job_id: int | None = None
    source_id: int | None = None
    review_id: int | None = None
    shared: bool = False


def remember_sent(db: Database, channel_id: int, message_id: int, *about: About) -> None:
    """Notes a message of the bot's own with somebody's words in it that is not the card of their job.

    It goes when one of those jobs, source messages or owners is deleted; at once, when the job or what is quoted of it
    was deleted or taken down meanwhile. Name no job whose words were gone already when it was read.
    """
    rows: list[dict[str, int | None]] = []
    for owner_id, job_id, source_id in dict.fromkeys((one.owner_id, one.job_id, one.source_id) for one in about):
        whose = {"owner_id": owner_id, "job_id": job_id, "source_id": source_id}
        rows.append({"channel_id": channel_id, "message_id": message_id, **whose})
    with db.begin() as session:
        if _is_gone(session, about):
            _schedule(session, [(channel_id, message_id)])
        elif rows:
            session.execute(insert(SentMessage), rows)


def _is_gone(session: Session, about: Sequence[About]) -> bool:
    """Whether any of this was deleted or taken down since it was read.

    Under the jobs' locks it is not until the transaction ends: whoever deletes or takes down has to have them.
    """
    ids = {one.job_id for one in about if one.job_id is not None}
    if not ids:
        return False
    jobs = session.scalars(select(Job).where(Job.id.in_(ids)).order_by(Job.id).with_for_update()).all()
    withdrawn = {one.job_id for one in about if one.shared}
    if any(job.emptied or (job.id in withdrawn and not job.shared) for job in jobs):
        return True
    # One result is deleted without its job; that of a message is all that it has.
    quoted = {one.review_id for one in about if one.review_id is not None}
    messages = [job.id for job in jobs if job.kind == "message"]
    wordless = and_(or_(Review.id.in_(quoted), Review.job_id.in_(messages)), Review.text.is_(None))
    return session.scalar(select(Review.id).where(wordless).limit(1)) is not None


def schedule_sent(session: Session, which: ColumnElement[bool]) -> int:
    """Puts messages of `remember_sent` down for deletion, in the caller's transaction; how many there were."""
    gone = delete(SentMessage).where(which).returning(SentMessage.channel_id, SentMessage.message_id)
    places = session.execute(gone.execution_options(synchronize_session=False)).all()
    _schedule(session, [(channel_id, message_id) for channel_id, message_id in places])
    return len(places)


def _schedule(session: Session, places: Sequence[tuple[int, int]]) -> None:
    if places:
        rows = [{"channel_id": where, "message_id": which} for where, which in places]
        session.execute(insert_for(session, MessageDeletion).on_conflict_do_nothing(), rows)


def card_was_sent(session: Session, job_id: int, channel_id: int, message_id: int, *, shared: bool) -> bool:
    """Whether the job may have this message as its card; one of a job that was deleted or taken down meanwhile goes at
    once. `shared`: whether it was, when it was read."""
    if not _is_gone(session, [About(NOBODY, job_id, shared=shared)]):
        return True
    _schedule(session, [(channel_id, message_id)])
    return False


def due_deletions(db: Database, *, limit: int = 20) -> list[PendingDeletion]:
    """Messages whose turn it is, oldest first."""
    columns = (MessageDeletion.id, MessageDeletion.channel_id, MessageDeletion.message_id, MessageDeletion.tries)
    query = select(*columns).where(MessageDeletion.not_before <= db_time()).order_by(MessageDeletion.id).limit(limit)
    with db.read() as session:
        return [PendingDeletion(*row) for row in session.execute(query)]


def finish_deletion(db: Database, deletion: PendingDeletion) -> None:
    """The message is gone, or can never be deleted."""
    with db.begin() as session:
        session.execute(delete(MessageDeletion).where(MessageDeletion.id == deletion.id))


def retry_later(db: Database, deletion: PendingDeletion) -> None:
    """The chat service did not answer: again later, and after `MAX_TRIES` not at all."""
    if deletion.tries + 1 >= MAX_TRIES:
        finish_deletion(db, deletion)
        return
    later = {"tries": deletion.tries + 1, "not_before": db_time(FIRST_WAIT_S * 4**deletion.tries)}
    with db.begin() as session:
        session.execute(update(MessageDeletion).where(MessageDeletion.id == deletion.id).values(**later))
