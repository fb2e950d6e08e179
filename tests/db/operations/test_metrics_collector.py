"""Metrics of the queue: what a scrape shows, also when the database is away."""

from __future__ import annotations

import pytest
from prometheus_client.core import Metric

from db.engine import Database
from db.operations import metrics_collector
from db.operations.metrics_collector import QueueCollector
from db.operations.overview import Figures, figures
from db.queue import cancel, claim
from db.queue.accept import accept_review
from tests.db.steps import ME, done_review, file_job, must, origin


def samples(metrics: list[Metric]) -> dict[str, float]:
    """Every sample that is not zero, by name and label."""
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for metric in metrics
        for sample in metric.samples
        if sample.value and "seconds" not in sample.name
    }


def test_a_scrape_shows_the_queue_and_the_jobs(db: Database) -> None:
    done_review(db)
    accepted = accept_review(db, origin(), "good")
    must(claim(db, accepted.chunk_id))
    accept_review(db, origin(), "waits")
    file_job(db, 4, chunk_rows=2)
    cancel(db, ME, file_job(db, 2))
    seen = samples(list(QueueCollector(lambda: figures(db)).collect()))
    sizes = {name: seen.pop(name) for name in list(seen) if name.endswith("_bytes")}
    assert sizes["reelfeel_stored_bytes"] == 2 * len(b"text\ngood\n") + 4 * 15 + 2 * 15  # two files and their texts
    assert ("reelfeel_disk_free_bytes" in sizes) == (db.engine.dialect.name == "sqlite")
    assert sizes["reelfeel_database_bytes"] > 1000
    assert seen == {
        "reelfeel_database_up": 1,
        "reelfeel_queue_chunks interactive": 1,
        "reelfeel_queue_chunks bulk": 2,
        "reelfeel_running_chunks": 1,
        "reelfeel_jobs active": 3,
        "reelfeel_jobs_ended_last_hour done": 1,
        "reelfeel_jobs_ended_last_hour cancelled": 1,
    }


def test_a_database_that_is_away_is_shown_and_nothing_else() -> None:
    def away() -> Figures:
        raise ConnectionError

    collected = list(QueueCollector(away).collect())
    assert [(sample.name, sample.value) for metric in collected for sample in metric.samples] == [
        ("reelfeel_database_up", 0)
    ]
    assert {metric.name for metric in QueueCollector(away).describe()} == {metric.name for metric in collected}


@pytest.mark.parametrize(("fresh_s", "queries"), [(60.0, 1), (0.0, 3)])
def test_the_database_is_asked_only_when_figures_are_old(
    sqlite_db: Database, monkeypatch: pytest.MonkeyPatch, fresh_s: float, queries: int
) -> None:
    monkeypatch.setattr(metrics_collector, "FRESH_S", fresh_s)
    asked: list[Figures] = []

    def query() -> Figures:
        asked.append(figures(sqlite_db))
        return asked[-1]

    collector = QueueCollector(query)
    for _ in range(3):
        collector.collect()
    assert len(asked) == queries
