"""The tasks. Each takes a chunk's id; all that matters stands in SQL, so a task that dies leaves nothing undone.

They have different names, so that each gets its own queue and time limit, and one body, because SQL knows the kind.

What they do is loaded by the children of the pool alone (`worker.pool_child`): the Celery process, which only hands
messages on, then takes half the time to start, and its children begin as much sooner.
"""

from __future__ import annotations

from typing import Any

from celery import signals

from common.broker import names
from worker.app import app
from worker.task_requests import ChunkTask

# Imports inside functions: they run in the children of the pool, and the Celery process loads nothing of them.


def _open(**_: Any) -> None:
    from worker import pool_child

    pool_child.open_tools()


def work_on_chunk(chunk_id: int) -> None:
    """Does the work on one chunk, whatever its kind."""
    from worker import pool_child

    pool_child.work_on_chunk(chunk_id)


def work_on_review(chunk_id: int) -> None:
    """Scores the single review whose turn it is."""
    from worker import pool_child

    pool_child.work_on_review(chunk_id)


def score_rows_ahead(job_id: int, first_row: int, last_row: int) -> None:
    """Scores rows of a file that another worker is reading."""
    from worker import pool_child

    pool_child.score_rows_ahead(job_id, first_row, last_row)


def explain(review_id: int) -> None:
    """Explains one stored verdict for a report."""
    from worker import pool_child

    pool_child.explain(review_id)


def sweep() -> None:
    """Publishes whatever is due."""
    from worker import pool_child

    pool_child.sweep()


signals.worker_process_init.connect(_open)
app.task(name=names.SCORE_REVIEW, base=ChunkTask)(work_on_review)
for _name in (names.SCORE_CHUNK, names.INGEST_UPLOAD, names.FINISH_JOB):
    app.task(name=_name, base=ChunkTask)(work_on_chunk)
app.task(name=names.SCORE_AHEAD, base=ChunkTask)(score_rows_ahead)
app.task(name=names.SWEEP, base=ChunkTask)(sweep)
app.task(name=names.EXPLAIN_REVIEW, base=ChunkTask)(explain)
