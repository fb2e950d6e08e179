"""What the supervisor of a worker knows of its children, as metrics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from worker.processes.supervisor import Child


class ChildMetrics(Collector):
    """`reelfeel_worker_up` (takes messages) and `reelfeel_worker_restarts_total`, each by worker."""

    def __init__(self, children: Sequence[Child]) -> None:
        self._children = list(children)

    def collect(self) -> Iterable[Metric]:
        """As it is now."""
        up = GaugeMetricFamily("reelfeel_worker_up", "Whether this Celery worker takes messages", labels=["worker"])
        restarts = CounterMetricFamily(
            "reelfeel_worker_restarts", "How often this Celery worker was started again", labels=["worker"]
        )
        for child in self._children:
            up.add_metric([child.name], float(child.ready))
            restarts.add_metric([child.name], max(0, child.starts - 1))
        return [up, restarts]
