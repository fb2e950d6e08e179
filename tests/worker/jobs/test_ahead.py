"""What of a file is offered to other workers while it is read; what comes of it: scenarios/test_scored_ahead.py."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from worker.jobs.ahead import MOST_OFFERS, Ahead, Rows, offer_nothing


class Workers:
    """They take so many ranges at a time."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.offered: list[Rows] = []

    def __call__(self, job_id: int, ranges: Sequence[Rows]) -> int:
        assert job_id == 7
        assert 0 < len(ranges) <= MOST_OFFERS
        taken = ranges[: self.most]
        self.offered += taken
        return len(taken)


@pytest.mark.parametrize(
    ("most", "stored", "offered"),
    [
        (9, [5], []),
        (9, [10], [(1, 10)]),
        (9, [9, 10, 11], [(1, 10)]),
        (1, [35, 36], [(1, 10), (11, 20)]),
        (9, [35], [(1, 10), (11, 20), (21, 30)]),
        (9, [15, 25, 40], [(1, 10), (11, 20), (21, 30), (31, 40)]),
        (0, [50], []),
    ],
)
def test_rows_are_offered_in_order_and_once(most: int, stored: list[int], offered: list[Rows]) -> None:
    workers = Workers(most)
    ahead = Ahead(7, workers)
    for last in stored:
        ahead.stored(last, [], lambda: (10, 1))
    assert workers.offered == offered
    assert ahead.offered_to == (offered[-1][1] if offered else 0)


def test_the_size_of_a_chunk_is_asked_once() -> None:
    sizes = iter([(10, 1)])
    ahead = Ahead(7, Workers(1))
    for last in (5, 20, 40):
        ahead.stored(last, [], lambda: next(sizes))
    assert ahead.offered_to == 20


def test_an_offer_has_no_more_characters_than_a_chunk() -> None:
    """A file may begin with words and go on with novels: others would wait for who scores a chunk's number of them."""
    workers = Workers(9)
    ahead = Ahead(7, workers)
    ahead.stored(20, [], lambda: (10, 2))
    ahead.stored(40, [21, 23, 24, 26, 28, 29, 40], lambda: (10, 2))
    assert workers.offered == [(1, 10), (11, 20), (21, 24), (25, 29), (30, 39)]


def test_a_long_file_that_nobody_helps_with_makes_no_long_list() -> None:
    ahead = Ahead(7, Workers(MOST_OFFERS))
    ahead.stored(1_000_000, [], lambda: (25, 1))
    assert ahead.offered_to == 25 * MOST_OFFERS
    assert offer_nothing(7, [(1, 25)]) == 0
