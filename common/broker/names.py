"""The names under which the rooms meet: tasks, queues, the hint channel.

With `common.broker.job_signals` the only module of this room that `bot` may import; it imports nothing of ours.
"""

from __future__ import annotations

from typing import Final, Literal

Queue = Literal["interactive", "bulk"]
Kind = Literal["ingest", "score", "finish"]

INTERACTIVE: Final = "interactive"
BULK: Final = "bulk"

SCORE_REVIEW: Final = "reelfeel.score_review"
INGEST_UPLOAD: Final = "reelfeel.ingest_upload"
SCORE_CHUNK: Final = "reelfeel.score_chunk"
FINISH_JOB: Final = "reelfeel.finish_job"
SWEEP: Final = "reelfeel.sweep"
EXPLAIN_REVIEW: Final = "reelfeel.explain_review"
"""Takes a result's number, on the interactive queue; nothing is owed: a report does without."""

SCORE_AHEAD: Final = "reelfeel.score_ahead"
"""Takes a job's number, a first and a last row of its file, which is being read, on the bulk queue; nothing is owed."""

HINT_CHANNEL: Final = "reelfeel:jobs"
"""Redis pub/sub channel; the message is a job's id in decimal. A hint only: SQL is the truth."""


def task_name(kind: Kind, queue: Queue) -> str:
    """The Celery task that works on a chunk of this kind."""
    if kind == "ingest":
        return INGEST_UPLOAD
    if kind == "finish":
        return FINISH_JOB
    return SCORE_REVIEW if queue == INTERACTIVE else SCORE_CHUNK
