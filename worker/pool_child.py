"""What a child of the pool works with, and what it does for each task (`worker.tasks`).

It loads the model and opens the database once, when it starts: TensorFlow-like runtimes and database connections do not
survive a fork, and a first review must not wait for a model. The Celery process itself never loads this.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from common.broker.job_signals import JobSignals
from common.process.loading import end_loading
from db import queue
from db.engine import Database
from db.errors import DbError
from worker import metrics
from worker.app import BROKER, SETTINGS
from worker.files.limits import Limits
from worker.jobs.ahead import score_ahead
from worker.jobs.chunk import process_chunk
from worker.jobs.explain import explain_review
from worker.jobs.next_review import process_next_review
from worker.limits import limits_of
from worker.memory import release_compiler_memory
from worker.sandbox.process import SPARE
from worker.sandbox.scratch import sweep_scratch
from worker.sweep import sweep_once

if TYPE_CHECKING:
    from model import Scorer

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tools:
    """What one pool child works with."""

    db: Database
    scorer: Scorer
    signals: JobSignals
    limits: Limits


_tools: Tools | None = None
_warming = threading.Event()


def open_tools() -> None:
    """Once, when the child starts."""
    global _tools
    database = Database(SETTINGS.database(), text_keys=SETTINGS.sealing_keys())
    _tools = Tools(database, scorer_of(), JobSignals(str(BROKER)), limits_of(SETTINGS))
    if SETTINGS.warm_start:
        sweep_scratch()  # what the child left whose place we take
        SPARE.keep()  # before the model warms up: both take a while
        _tools.scorer.warm()
        release_compiler_memory()
        load_file_work()
    end_loading()
    metrics.STARTED.inc()
    if not SETTINGS.warm_start:
        take_what_waits()


def take_what_waits() -> None:
    """Scores a single review that waits already, without a message: that may have gone to the other Celery process,
    whose child warms up for files first, which takes a second."""
    assert _tools is not None, "open_tools did not run"
    with suppress(DbError):  # messages and sweeps come again
        waiting = queue.next_interactive(_tools.db)
        if waiting is not None:
            work_on_review(waiting)


def load_file_work() -> None:
    """What reading and writing files needs (`worker.jobs.chunk` imports it where it is used): a tenth of a second each,
    for which a lone file would have all workers wait."""
    import worker.jobs.finish  # here, so that processes for single reviews do not load it
    import worker.jobs.ingest  # noqa: F401 - as above


def scorer_of() -> Scorer:
    """The scorer of the settings: their model folder, or the shipped one."""
    from model import Scorer  # here, so that the Celery process itself does not carry the runtime

    return Scorer() if SETTINGS.model_dir is None else Scorer(SETTINGS.model_dir)


def work_on_chunk(chunk_id: int) -> None:
    """Does the work on one chunk, whatever its kind, and publishes what is due next."""
    _work(chunk_id, lambda tools: _process(tools, chunk_id))


def _process(tools: Tools, chunk_id: int) -> bool:
    return process_chunk(
        tools.db,
        tools.scorer,
        chunk_id,
        limits=tools.limits,
        on_change=tools.signals.publish_job_changed,
        lease_s=SETTINGS.lease_s,
        model_wait_s=SETTINGS.model_wait_s,
        offer=lambda job_id, ranges: tools.signals.offer_ahead(job_id, ranges[: SETTINGS.worker_processes]),
    )


def _work(chunk_id: int, work: Callable[[Tools], object]) -> None:
    assert _tools is not None, "open_tools did not run"
    try:
        work(_tools)
    except DbError as error:
        name = type(error).__name__
        log.error("chunk %d is left to the sweep (%s)", chunk_id, name, extra={"chunk": chunk_id, "error": name})
        return
    sweep()


def work_on_review(chunk_id: int) -> None:
    """Scores the single review whose turn it is (the message says only that one waits), and publishes what is due.

    After the first one this child gets ready to explain in a third of the processor's time.
    """
    _work(chunk_id, lambda tools: process_next_review(tools.db, partial(_process, tools)))
    if not _warming.is_set():
        _warming.set()
        threading.Thread(target=_warm_up, name="warm", daemon=True).start()


def _warm_up() -> None:
    """Puts a scorer with compiled code in the place of one without: another, so that reviews need not wait for it."""
    global _tools
    if _tools is None or _tools.scorer.is_warm:
        return
    scorer = scorer_of()
    scorer.warm()
    release_compiler_memory()
    _tools = replace(_tools, scorer=scorer)


def explain(review_id: int) -> None:
    """Explains one stored verdict for a report."""
    assert _tools is not None, "open_tools did not run"
    try:
        explain_review(_tools.db, _tools.scorer, review_id)
    except DbError as error:
        log.error("no explanation (%s)", type(error).__name__, extra={"error": type(error).__name__})


def score_rows_ahead(job_id: int, first_row: int, last_row: int) -> None:
    """Scores rows of a file that another worker is reading."""
    assert _tools is not None, "open_tools did not run"
    try:
        score_ahead(_tools.db, _tools.scorer, job_id, first_row, last_row)
    except DbError as error:
        log.info("nothing scored ahead (%s)", type(error).__name__, extra={"error": type(error).__name__})


def sweep() -> None:
    """Publishes whatever is due; the timer of `worker.run` does the same without a broker."""
    assert _tools is not None, "open_tools did not run"
    try:
        sweep_once(_tools.db, _tools.signals, slots=SETTINGS.worker_processes)
    except DbError as error:
        log.error("no sweep (%s)", type(error).__name__, extra={"error": type(error).__name__})
