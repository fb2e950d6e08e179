"""Contestants of the benchmark: rates and latencies are medians, each runs in a process of its own."""

from model.experiments.contestants import Task, latency, timed


def test_medians_of_rates_and_of_latency() -> None:
    rates = timed(Task("", [], [], [], repeats=3, calls=1), ["a", "b"], lambda texts: sum(range(20_000)))
    assert rates["reviews"] == 2
    assert rates["reviews_per_s"] > 0
    calls: list[str] = []
    found = latency(["a", "b"], calls.append, 4)
    assert calls == ["a", "a", "b", "a", "b"]
    assert 0 <= found["p50_ms"] <= found["p99_ms"]
