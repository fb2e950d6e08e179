"""What a worker counts."""

from __future__ import annotations

import runpy
from typing import get_args

import pytest

from common.broker.names import Kind, Queue
from worker import metrics


def seconds(stage: str) -> float:
    return metrics.REGISTRY.get_sample_value("reelfeel_stage_seconds_total", {"stage": stage}) or 0.0


def test_a_stage_is_counted_even_when_it_fails() -> None:
    before = seconds("write"), seconds("read")
    with pytest.raises(KeyError), metrics.stage("write"):
        raise KeyError
    assert seconds("write") > before[0]
    assert seconds("read") == before[1]


def test_errors_are_counted_by_type() -> None:
    metrics.count_error("TestError")
    metrics.count_error("TestError")
    assert metrics.REGISTRY.get_sample_value("reelfeel_errors_total", {"kind": "TestError"}) == 2


def test_series_are_there_before_the_first_work() -> None:
    """`FilesStall` asks for a rate of zero: of no series it is no number, and the alert would be silent."""
    value = runpy.run_path(str(metrics.__file__))["REGISTRY"].get_sample_value
    assert {value("reelfeel_reviews_scored_total", {"queue": queue}) for queue in get_args(Queue)} == {0}
    for kind in get_args(Kind):
        assert value("reelfeel_chunk_seconds_count", {"kind": kind}) == 0
        for outcome in ("stored", "not_stored"):
            assert value("reelfeel_chunks_total", {"kind": kind, "outcome": outcome}) == 0
    assert {value("reelfeel_stage_seconds_total", {"stage": stage}) for stage in get_args(metrics.Stage)} == {0}
