"""Writes what a finished file job hands back: the user's rows with verdicts, and the rows that got none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from db import queue
from db.engine import Database
from db.types import Claim, Output, OutputKind
from worker import metrics
from worker.files.errors import FileError
from worker.files.limits import Limits
from worker.files.writers.write import write_rejected
from worker.jobs.ingest import options_of, stored_file
from worker.jobs.lease_keeper import LeaseKeeper, LeaseLost
from worker.jobs.scored_rows import scored_rows
from worker.jobs.stream_pipe import StreamPipe
from worker.sandbox.process import SPARE
from worker.sandbox.writing import write_guarded


def finish(db: Database, claim: Claim, *, limits: Limits, lease_s: float) -> bool:
    """Stores the scored file, and a list of rejected rows where there are any, and ends the job.

    Returns whether that was stored; False when the chunk was lost to another worker or cancelled. Raises
    ReaderFailed when the process that reads the file broke down.
    """
    try:
        with LeaseKeeper(db, claim, lease_s=lease_s) as lease:
            with metrics.stage("write"):
                outputs = [_scored(db, claim, limits, lease), *_rejected(db, claim, lease)]
            lease.check()
            return queue.finish_job(db, claim, outputs)
    except FileError as error:
        return queue.fail_job(db, claim, error.code, error.values)
    except LeaseLost:
        return False


def _scored(db: Database, claim: Claim, limits: Limits, lease: LeaseKeeper) -> Output:
    upload = queue.open_upload(db, claim)
    aspects = bool(upload.options.get("aspects"))
    # Taken by this thread, which lives on: Linux ties a child to the thread that started it
    with stored_file(db, upload) as (file, scratch), SPARE.lent() as reader:

        def write(out: BinaryIO) -> str:
            return write_guarded(
                reader,
                file,
                upload.filename,
                scratch,
                scored_rows(db, claim.job_id, aspects=aspects),
                out,
                limits=limits,
                format=upload.file_format,
                options=options_of(upload),
                check=lease.check,
                aspects=aspects,
            )

        return _store(db, claim, "scored", write, lease)


def _rejected(db: Database, claim: Claim, lease: LeaseKeeper) -> list[Output]:
    rows = queue.iter_rejected(db, claim.job_id)
    first = next(rows, None)
    if first is None:
        return []
    return [_store(db, claim, "rejected", lambda out: write_rejected(chain([first], rows), out), lease)]


def _store(
    db: Database, claim: Claim, kind: OutputKind, write: Callable[[BinaryIO], str], lease: LeaseKeeper
) -> Output:
    """Stores what `write` writes, while it writes: the database has its own work with it."""
    with StreamPipe(write) as piped:
        blob_id = queue.write_output(db, claim, _while_held(piped, lease))
        return Output(kind, piped.result, blob_id)


def _while_held(parts: Iterable[bytes], lease: LeaseKeeper) -> Iterator[bytes]:
    for part in parts:
        lease.check()
        yield part
    lease.check()
