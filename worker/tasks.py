"""The tasks. Each takes a chunk's id; all that matters stands in SQL, so a task that dies leaves nothing undone.

They have different names, so that each gets its own queue and time limit, and one body, because SQL knows the kind.

Each child of the pool loads the model and opens the database once, when it starts: TensorFlow-like runtimes and
database connections do not survive a fork, and a first review must not wait for a model.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from celery import signals

from common.broker import names
from common.broker.job_signals import JobSignals
from db.engine import Database
from db.errors import DbError
from worker import metrics
from worker.app import BROKER, SETTINGS, app
from worker.files.limits import Limits
from worker.jobs.chunk import process_chunk
from worker.jobs.explain import explain_review
from worker.jobs.next_review import process_next_review
from worker.limits import limits_of
from worker.memory import release_compiler_memory
from worker.sandbox.process import SPARE
from worker.sandbox.scratch import sweep_scratch
from worker.sweep import sweep_once
from worker.task_requests import ChunkTask

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


def _open(**_: Any) -> None:
    global _tools
    database = Database(SETTINGS.database(), text_keys=SETTINGS.sealing_keys())
    _tools = Tools(database, scorer_of(), JobSignals(str(BROKER)), limits_of(SETTINGS))
    if SETTINGS.warm_start:
        sweep_scratch()  # what the child left whose place we take
        SPARE.keep()  # before the model warms up: both take a while
        _tools.scorer.warm()
        release_compiler_memory()
    metrics.STARTED.inc()


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
    )


def _work(chunk_id: int, work: Callable[[Tools], object]) -> None:
    assert _tools is not None, "worker_process_init did not run"
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
    assert _tools is not None, "worker_process_init did not run"
    try:
        explain_review(_tools.db, _tools.scorer, review_id)
    except DbError as error:
        log.error("no explanation (%s)", type(error).__name__, extra={"error": type(error).__name__})


def sweep() -> None:
    """Publishes whatever is due; the timer of `worker.run` does the same without a broker."""
    assert _tools is not None, "worker_process_init did not run"
    try:
        sweep_once(_tools.db, _tools.signals, slots=SETTINGS.worker_processes)
    except DbError as error:
        log.error("no sweep (%s)", type(error).__name__, extra={"error": type(error).__name__})


signals.worker_process_init.connect(_open)
app.task(name=names.SCORE_REVIEW, base=ChunkTask)(work_on_review)
for _name in (names.SCORE_CHUNK, names.INGEST_UPLOAD, names.FINISH_JOB):
    app.task(name=_name, base=ChunkTask)(work_on_chunk)
app.task(name=names.SWEEP, base=ChunkTask)(sweep)
app.task(name=names.EXPLAIN_REVIEW, base=ChunkTask)(explain)
