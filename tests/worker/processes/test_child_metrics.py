"""What a supervisor tells of its children."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest

from worker.processes.child_metrics import ChildMetrics
from worker.processes.supervisor import Child


def test_a_child_is_up_when_it_is_ready_and_its_first_start_is_no_restart() -> None:
    bulk, interactive, new = Child("bulk", []), Child("interactive", []), Child("new", [])
    bulk.ready, bulk.starts = True, 3
    interactive.starts = 1
    registry = CollectorRegistry()
    registry.register(ChildMetrics([bulk, interactive, new]))
    lines = generate_latest(registry).decode().splitlines()
    for line in (
        'reelfeel_worker_up{worker="bulk"} 1.0',
        'reelfeel_worker_up{worker="interactive"} 0.0',
        'reelfeel_worker_restarts_total{worker="bulk"} 2.0',
        'reelfeel_worker_restarts_total{worker="interactive"} 0.0',
        'reelfeel_worker_restarts_total{worker="new"} 0.0',
    ):
        assert line in lines
