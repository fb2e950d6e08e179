"""The task of a chunk: every kind has one, and only what waits on the interactive queue is a single review."""

from __future__ import annotations

from typing import get_args

import pytest

from common.broker.names import FINISH_JOB, INGEST_UPLOAD, SCORE_CHUNK, SCORE_REVIEW, Kind, Queue, task_name


@pytest.mark.parametrize(
    ("kind", "interactive", "bulk"),
    [
        ("ingest", INGEST_UPLOAD, INGEST_UPLOAD),
        ("score", SCORE_REVIEW, SCORE_CHUNK),
        ("finish", FINISH_JOB, FINISH_JOB),
    ],
)
def test_the_task_that_works_on_a_chunk(kind: Kind, interactive: str, bulk: str) -> None:
    assert [task_name(kind, queue) for queue in get_args(Queue)] == [interactive, bulk]
