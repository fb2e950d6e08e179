"""Records of the running system: which process counts as gone, and its facts as numbers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from db.operations.types import EVERY_S, LATE_S, Beat, Fact


def beat(age_s: float = 0.0, **facts: Fact) -> Beat:
    return Beat("a", "worker", "host", datetime(2026, 1, 1, tzinfo=UTC), age_s, facts)


@pytest.mark.parametrize(("age_s", "alive"), [(0.0, True), (3 * EVERY_S, True), (LATE_S, True), (LATE_S + 0.1, False)])
def test_a_process_is_gone_after_three_missed_beats(age_s: float, alive: bool) -> None:
    assert beat(age_s).alive is alive


@pytest.mark.parametrize(("value", "number"), [(2, 2.0), (0.5, 0.5), (True, 1.0), ("x", 0.0), (None, 0.0)])
def test_a_fact_as_a_number(value: Fact, number: float) -> None:
    assert beat(lanes=value).number("lanes") == number
    assert beat().number("lanes") == 0.0
