"""The properties of properties.py for a few seconds; `make fuzz` runs them for minutes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from tests.worker.scenarios.properties import PROPERTIES

EXAMPLES = {"random": 60, "damaged": 150, "parquet": 80, "workbook": 40, "round_trip": 80}


@pytest.mark.parametrize("name", sorted(PROPERTIES))
def test_property(name: str) -> None:
    settings(
        max_examples=EXAMPLES[name],
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )(PROPERTIES[name])()
