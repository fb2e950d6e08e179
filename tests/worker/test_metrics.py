"""What a worker counts."""

from __future__ import annotations

import pytest

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
