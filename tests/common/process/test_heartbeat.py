"""The heartbeat of a process: it outlives its database, and rates are of their window."""

from __future__ import annotations

import threading

from common.process.heartbeat import Pulse, Rate


def test_rates_are_of_their_window() -> None:
    rate = Rate(60)
    for second in range(0, 200, 10):
        rate.note(second * 5.0, second)
    assert rate.per_second == 5.0
    assert rate.grown == 300.0
    for second in range(200, 300, 10):
        rate.note(1000.0, second)
    assert rate.per_second == 0.0


def test_a_pulse_outlives_a_database_that_is_away_and_says_farewell() -> None:
    calls, back = [], threading.Event()

    def beating() -> None:
        calls.append("beat")
        if len(calls) < 3:
            raise OSError("away")
        back.set()

    pulse = Pulse(beating, lambda: calls.append("farewell"), every_s=0.01)
    pulse.start()
    assert back.wait(10)
    pulse.stop()
    assert calls[-1] == "farewell"


def test_news_are_beaten_at_once() -> None:
    beats, enough = [], threading.Event()

    def beat() -> None:
        beats.append(1)
        if len(beats) == 2:
            enough.set()

    pulse = Pulse(beat, lambda: None, every_s=3600)
    pulse.start()
    pulse.wake()
    assert enough.wait(10)
    pulse.wake()
    pulse.stop()
