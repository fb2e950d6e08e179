"""Numbers and shares as each locale writes them."""

from __future__ import annotations

import pytest

from common.i18n import number, percent, percent_range, percents, signed, use_locale

NARROW, WIDE = "\u202f", "\u00a0"
"""Spaces at which no line breaks."""


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        (None, ["1,234.5", "12,345", "-3"]),
        ("de", ["1.234,5", "12.345", "-3"]),
        ("fr", [f"1{NARROW}234,5", f"12{NARROW}345", "-3"]),
        ("es-ES", ["1234,5", "12.345", "-3"]),
        ("es", ["1234,5", "12.345", "-3"]),
        ("es-419", ["1,234.5", "12,345", "-3"]),
        ("ja", ["1,234.5", "12,345", "-3"]),
    ],
)
def test_numbers_are_grouped_and_pointed_by_the_whole_locale(locale: str | None, expected: list[str]) -> None:
    with use_locale(locale):
        assert [number(1234.5, 1), number(12345), number(-3)] == expected


@pytest.mark.parametrize(
    ("locale", "whole", "fine"),
    [
        (None, "93%", "93.4%"),
        ("de", f"93{WIDE}%", f"93,4{WIDE}%"),
        ("fr", f"93{WIDE}%", f"93,4{WIDE}%"),
        ("es-ES", f"93{WIDE}%", f"93,4{WIDE}%"),
        ("ja", "93%", "93.4%"),
    ],
)
def test_a_share_stands_with_the_sign_of_its_language(locale: str | None, whole: str, fine: str) -> None:
    with use_locale(locale):
        assert (percent(0.934), percent(0.934, 1)) == (whole, fine)


def test_a_share_is_never_rounded_to_a_certainty() -> None:
    shares = [0, 0.0049, 0.005, 0.5, 0.9949, 0.995, 0.9999, 1]
    assert [percent(share) for share in shares] == ["0%", "<1%", "0%", "50%", "99%", ">99%", ">99%", "100%"]
    with use_locale("de"):
        assert percent(0.9999) == f">99{WIDE}%"


def test_a_range_has_one_sign() -> None:
    assert percent_range(0.678, 0.741) == "68–74%"
    with use_locale("fr"):
        assert percent_range(0.678, 0.741) == f"68–74{WIDE}%"


def test_a_difference_has_its_sign() -> None:
    assert [signed(2.5, 1), signed(-2.5, 1), signed(0)] == ["+2.5", "-2.5", "+0"]
    with use_locale("de"):
        assert signed(0.125, 3) == "+0,125"


def test_a_region_that_babel_does_not_know_has_the_numbers_of_its_language() -> None:
    with use_locale("de_XX"):
        assert number(1234.5, 1) == "1.234,5"


@pytest.mark.parametrize(
    ("parts", "digits", "shown"),
    [
        ((1, 1, 1), 0, ["34%", "33%", "33%"]),
        ((505, 495), 0, ["51%", "49%"]),
        ((0.525, 0.475), 0, ["53%", "47%"]),
        ((9999, 1, 0), 0, [">99%", "<1%", "0%"]),
        ((5, 0, 0), 0, ["100%", "0%", "0%"]),
        ((0, 0), 0, ["0%", "0%"]),
        ((1, 1, 1), 1, ["33.4%", "33.3%", "33.3%"]),
    ],
)
def test_shares_of_a_whole_add_up(parts: tuple[float, ...], digits: int, shown: list[str]) -> None:
    assert percents(parts, digits) == shown
