"""The tasks: one for each kind of chunk and queue that a message may name."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from common.broker.names import Kind, Queue, task_name
from tests.worker.test_app import imported


def test_whatever_a_chunk_is_there_is_a_task_for_it(tmp_path: Path) -> None:
    tasks = imported(tmp_path, REDIS_URL="redis://127.0.0.1:1/0").stdout.splitlines()[0].split()
    wanted = {task_name(kind, queue) for kind in get_args(Kind) for queue in get_args(Queue)}
    assert len(wanted) == 4
    assert wanted <= set(tasks)
