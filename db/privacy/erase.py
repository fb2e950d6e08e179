"""Erasing a user, and what is stored about one: texts, files, notices, settings, corrections go, scores stay.

Erasing goes job by job in short transactions, and the request stands in SQL until the last one: a process that dies
in between leaves a rest that the next purge takes (`resume_erasures`), and so does any other deletion of a file. What
stays is a score that names nobody: label, probability, day and model of each review, and the counts of each job.
Unfinished jobs are cancelled first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from db.clock import db_time
from db.delivery.message_deletions import schedule_deletion, schedule_sent
from db.dialect import insert_for
from db.engine import Database
from db.errors import JobsRunning
from db.privacy.purge import (
    JOBS,
    attached,
    changed_rows,
    disown,
    drop_files,
    drop_unattached,
    empty_rows,
    erase_texts,
    give_room_back,
    in_batches,
    mark_purge,
    truncate_wal,
)
from db.privacy.types import Erased, StoredData
from db.reserve import frees_space
from db.tables import (
    AuditLine,
    Blob,
    Continuation,
    Correction,
    DeletionRequest,
    Job,
    NoticeRow,
    OutputFile,
    Review,
    SentMessage,
    ServerDigest,
    Upload,
    UserSetting,
)
from db.types import TERMINAL, Viewer

ABANDONED_S: Final = 600.0
"""Age after which a request to be erased, or the mark of a deletion, was left by a process that died, seconds."""


def stored_data(db: Database, viewer: Viewer) -> StoredData:
    """What is kept about the viewer, whichever server it came from."""
    mine = Job.owner_id == viewer.user_id
    owned = select(Job.id).where(mine)
    uploads = select(Upload.blob_id).where(Upload.job_id.in_(owned), Upload.blob_id.is_not(None))
    outputs = select(OutputFile.blob_id).where(OutputFile.job_id.in_(owned))
    with db.read() as session:
        jobs, first, last = session.execute(
            select(func.count(), func.min(Job.created_at), func.max(Job.created_at)).where(mine)
        ).one()
        reviews, texts = session.execute(
            select(func.count(), func.count(Review.text)).join(Job, Job.id == Review.job_id).where(mine)
        ).one()
        files, size = session.execute(
            select(func.count(), func.coalesce(func.sum(Blob.size), 0)).where(Blob.id.in_(uploads.union_all(outputs)))
        ).one()
        unpurged = (mine, Job.purged_at.is_(None), Job.state.in_(TERMINAL))
        return StoredData(
            jobs=jobs,
            reviews=reviews,
            texts=texts,
            files=files,
            file_bytes=int(size),
            corrections=_count(session, Correction.user_id == viewer.user_id),
            notices=_count(session, NoticeRow.user_id == viewer.user_id),
            settings=session.get(UserSetting, viewer.user_id) is not None,
            audit_lines=_count(session, AuditLine.actor_id == viewer.user_id),
            first=first,
            last=last,
            oldest_text=session.scalar(select(func.min(Job.finished_at)).where(*unpurged)),
            running=_running(session, viewer.user_id),
        )


@frees_space
def erase_user(db: Database, viewer: Viewer) -> Erased:
    """Deletes everything about the viewer that is theirs; raises JobsRunning while a job of theirs is not finished.

    Returns when it is done: seconds for every 100,000 reviews. What the viewer sends in meanwhile is new, and stays.
    """
    done = Erased(*_request(db, viewer.user_id))
    return done + _finish_request(db, viewer.user_id)


@frees_space
def resume_erasures(db: Database) -> int:
    """Goes on with requests whose process died, and with files whose deletion broke off, for whatever reason it was
    begun; how many of both."""
    with db.read() as session:
        old = DeletionRequest.requested_at < db_time(-ABANDONED_S)
        users = session.scalars(select(DeletionRequest.user_id).where(old)).all()
    for user_id in users:
        _finish_request(db, user_id)
    with db.read() as session:
        # Files alone: what came of a message is emptied by the transaction that marks it, or has a request.
        begun = (Job.kind == "file", Job.purged_at.is_(None), Job.purge_begun_at < db_time(-ABANDONED_S))
        files = session.scalars(select(Job.id).where(*begun).order_by(Job.id)).all()
    for job_id in files:
        empty_rows(db, job_id)
        drop_files(db, job_id)
    if files:  # here too: a purge that doubts the clock ends before it comes to that
        give_room_back(db)
        truncate_wal(db)
    return len(users) + len(files)


def is_requested(db: Database, viewer: Viewer) -> bool:
    """Whether the viewer's deletion has begun and is not finished: what is left of it goes within two hours."""
    with db.read() as session:
        return session.get(DeletionRequest, viewer.user_id) is not None


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(condition)) or 0


def _running(session: Session, user_id: int) -> tuple[int, ...]:
    unfinished = (Job.owner_id == user_id, Job.state.not_in(TERMINAL))
    return tuple(session.scalars(select(Job.id).where(*unfinished).order_by(Job.id).limit(10)))


def _request(db: Database, user_id: int) -> tuple[int, int, int, int, int, int, int]:
    """Marks the jobs, stores the request, and deletes what hangs on no job; the counts of Erased."""
    with db.begin() as session:
        # First: whoever resumes one of these jobs waits here and then finds it marked, or was faster and is seen.
        mark_purge(session, Job.owner_id == user_id)
        running = _running(session, user_id)
        if running:
            raise JobsRunning(running)
        insert = insert_for(session, DeletionRequest).values(user_id=user_id, requested_at=db_time())
        again = insert.on_conflict_do_update(index_elements=["user_id"], set_={"requested_at": db_time()})
        session.execute(again)
        corrections = changed_rows(session, delete(Correction).where(Correction.user_id == user_id))
        notices = changed_rows(session, delete(NoticeRow).where(NoticeRow.user_id == user_id))
        settings = changed_rows(session, delete(UserSetting).where(UserSetting.user_id == user_id))
        changed_rows(session, delete(Continuation).where(Continuation.owner_id == user_id))
        changed_rows(session, update(ServerDigest).where(ServerDigest.set_by == user_id).values(set_by=None))
        messages = schedule_sent(session, SentMessage.owner_id == user_id)
    return 0, 0, 0, corrections, notices, settings, messages


def _finish_request(db: Database, user_id: int) -> Erased:
    done = Erased()
    for batch in in_batches(_ended(db, user_id, "message"), JOBS):
        with db.begin(bulk=True) as session:
            texts, _ = erase_texts(session, Review.job_id.in_(batch))
            done += Erased(texts=texts) + _disown(session, batch)
    for job_id in _ended(db, user_id, "file"):
        texts, _ = empty_rows(db, job_id)
        done += Erased(texts=texts)
        with db.begin(bulk=True) as session:  # before the job forgets where they are
            done += Erased(jobs=1, messages=schedule_deletion(session, (job_id,)))
        done += Erased(files=drop_files(db, job_id))
    done += Erased(files=_drop_unattached(db, user_id))
    with db.begin(bulk=True) as session:
        session.execute(delete(DeletionRequest).where(DeletionRequest.user_id == user_id))
    give_room_back(db)
    truncate_wal(db)
    return done


def _drop_unattached(db: Database, user_id: int) -> int:
    """Deletes the user's files that no job has and that were begun before they asked: what a worker that was cancelled
    still writes, or died writing. What they send in afterwards is new."""
    asked = select(DeletionRequest.requested_at).where(DeletionRequest.user_id == user_id).scalar_subquery()
    with db.read() as session:
        theirs = select(Blob.id).where(Blob.owner_id == user_id, Blob.created_at <= asked, ~attached())
        left = session.scalars(theirs).all()
    return sum(drop_unattached(db, blob_id) for blob_id in left)


def _ended(db: Database, user_id: int, kind: str) -> Sequence[int]:
    """The user's jobs of that kind that were marked when they asked: what they sent in afterwards is new."""
    theirs = (Job.owner_id == user_id, Job.kind == kind, Job.purge_begun_at.is_not(None))
    with db.read() as session:
        return session.scalars(select(Job.id).where(*theirs).order_by(Job.id)).all()


def _disown(session: Session, job_ids: Sequence[int]) -> Erased:
    """Takes everything from the jobs that leads back to who sent them, and their messages go."""
    messages = schedule_deletion(session, job_ids)
    return Erased(jobs=disown(session, job_ids), messages=messages)
