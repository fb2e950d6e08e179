"""An acknowledgement that fails is a lost connection."""

from __future__ import annotations

from typing import Any

import pytest

from worker.task_requests import ChunkTask, RaisingRequest


class Unacknowledged:
    """As much of a request as an acknowledgement needs."""

    def __init__(self) -> None:
        self.acknowledged = False
        self.tries: list[tuple[Any, ...]] = []
        self.error: Exception | None = None

    def _on_ack(self, *arguments: Any) -> None:
        self.tries.append(arguments)
        if self.error is not None:
            raise self.error


def test_it_raises_what_the_connection_raises_and_may_be_tried_again() -> None:
    request = Unacknowledged()
    request.error = ConnectionError("Redis is away")
    with pytest.raises(ConnectionError):
        RaisingRequest.acknowledge(request)
    assert not request.acknowledged
    request.error = None
    RaisingRequest.acknowledge(request)
    RaisingRequest.acknowledge(request)
    assert request.acknowledged
    assert len(request.tries) == 2
    assert all(errors == () for _, errors in request.tries), "Celery would swallow these"


def test_all_tasks_use_it() -> None:
    assert ChunkTask.Request is RaisingRequest
