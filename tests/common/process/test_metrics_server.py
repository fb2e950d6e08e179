"""Metrics of a process: served where the settings say, and errors counted by type."""

from __future__ import annotations

import urllib.request

import pytest
from prometheus_client import CollectorRegistry

from common.process.metrics_server import ErrorCount, PortTaken, serve


def test_they_are_served_until_it_stops_and_a_port_that_is_taken_is_named() -> None:
    registry = CollectorRegistry()
    errors = ErrorCount("reelfeel_test_errors", registry)
    server = serve(registry, host="127.0.0.1", port=0)
    errors("ValueError")
    errors("ValueError")
    errors("OSError")
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=10) as page:
        shown = page.read().decode()
    assert 'reelfeel_test_errors_total{kind="ValueError"} 2.0' in shown
    assert errors.total == 3
    with pytest.raises(PortTaken, match=f"port {server.port}.*REELFEEL_METRICS_PORT"):
        serve(registry, host="127.0.0.1", port=server.port)
    server.stop()
    again = serve(registry, host="127.0.0.1", port=server.port)
    again.stop()
