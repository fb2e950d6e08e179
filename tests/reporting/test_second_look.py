"""What deserves a second look, in words."""

from __future__ import annotations

from typing import Any

import pytest

from reporting.second_look import second_look


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({}, []),
        ({"copies": None, "adverts": None, "bursts": []}, []),
        ({"copies": {"count": 1, "rows": [3]}}, ["1 near-copy of an earlier row: 3"]),
        (
            {"copies": {"count": 5, "rows": [3, 4, 5, 6, 7]}},
            ["5 near-copies of earlier rows: 3, 4, 5, 6, 7"],
        ),
        (
            {"copies": {"count": 12, "rows": [3, 4, 5, 6, 7, 1200]}},
            ["12 near-copies of earlier rows: 3, 4, 5, 6, 7 and 7 more"],
        ),
        ({"adverts": {"count": 2, "rows": [9, 1200]}}, ["2 rows that read like adverts: 9, 1,200"]),
        (
            {"bursts": [{"day": "2026-03-01", "count": n, "first": 1, "last": 1200} for n in (1, 40)]},
            [
                "1 review on 2026-03-01 alone, from row 1 to 1,200",
                "40 reviews on 2026-03-01 alone, from row 1 to 1,200",
            ],
        ),
    ],
)
def test_each_kind_that_was_found_has_its_phrase(found: dict[str, Any], told: list[str]) -> None:
    assert second_look(found) == told


def test_copies_come_first_then_adverts_then_bursts() -> None:
    found = {
        "bursts": [{"day": "2026-03-01", "count": 2, "first": 1, "last": 2}],
        "adverts": {"count": 1, "rows": [1]},
        "copies": {"count": 1, "rows": [2]},
    }
    assert [line.split(" ")[1] for line in second_look(found)] == ["near-copy", "row", "reviews"]
