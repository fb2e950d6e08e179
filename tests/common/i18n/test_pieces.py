"""Lists, pairs, quotes, sizes and times as each language has them."""

from __future__ import annotations

import pytest

from common.i18n import duration, in_brackets, listing, mib, pair, quote, shortened, size, use_locale

NARROW, WIDE = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        (None, ["a, b", "Heat: 1", "a (b)", "“a”", "25 MiB"]),
        ("de", ["a, b", "Heat: 1", "a (b)", "„a“", "25 MiB"]),
        ("fr", ["a, b", f"Heat{WIDE}: 1", "a (b)", f"«{WIDE}a{WIDE}»", "25 Mio"]),
        ("es", ["a, b", "Heat: 1", "a (b)", "«a»", "25 MiB"]),
        ("ja", ["a、b", "Heat：1", "a（b）", "「a」", "25 MiB"]),
    ],
)
def test_the_signs_between_pieces_are_the_languages_own(locale: str | None, expected: list[str]) -> None:
    with use_locale(locale):
        assert [listing("ab"), pair("Heat", "1"), in_brackets("a", "b"), quote("a"), mib(25)] == expected


def test_a_list_of_nothing_or_one_has_no_sign() -> None:
    assert [listing([]), listing(["a"])] == ["", "a"]


def test_a_long_list_says_how_many_are_left_out() -> None:
    assert [shortened("abc", most) for most in (3, 2, 1)] == ["a, b, c", "a, b and 1 more", "a and 2 more"]
    with use_locale("de"):
        assert shortened("abc", 1) == "a und 2 weitere"


def test_bytes_are_shown_in_mebibytes() -> None:
    assert [size(25 << 20), size(3 << 19, 1)] == ["25 MiB", "1.5 MiB"]
    with use_locale("fr"):
        assert size(3 << 19, 1) == "1,5 Mio"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 s"), (0.4, "1 s"), (89.4, "89 s"), (90, "2 min"), (3_600, "60 min"), (5_340, "89 min"),
        (5_400, "1 h 30 min"), (7_200, "2 h"), (7_260, "2 h 1 min"), (360_000, "100 h"),
    ],
)  # fmt: skip
def test_a_time_is_said_as_a_person_would(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_time_in_japanese_has_no_spaces() -> None:
    with use_locale("ja"):
        assert [duration(7_200), duration(5_400), duration(120), duration(5)] == ["2時間", "1時間30分", "2分", "5秒"]
