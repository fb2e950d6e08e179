"""The interval of a share against the textbook."""

import pytest

from common.intervals import Interval, wilson


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    # Newcombe 1998, Statistics in Medicine 17, table I.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_by_the_textbook(count: int, total: int, low: float, high: float) -> None:
    assert wilson(count, total) == pytest.approx((low, high), abs=5e-5)


def test_all_and_none_reach_the_ends_exactly() -> None:
    assert wilson(0, 7).low == 0.0
    assert wilson(7, 7).high == 1.0


@pytest.mark.parametrize(("count", "total"), [(0, 0), (3, 2), (-1, 5)])
def test_what_is_no_share_is_refused(count: int, total: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(count, total)


def test_plain_values_have_six_places() -> None:
    assert Interval(1 / 3, 2 / 3).as_dict() == {"low": 0.333333, "high": 0.666667}
    assert Interval(-0.1, 0.1).includes_zero
    assert not Interval(0.1, 0.2).includes_zero
