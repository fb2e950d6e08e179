"""How densely a file may be packed."""

from __future__ import annotations

from worker.files.limits import MAX_RATIO, Limits, is_bomb


def test_small_files_may_pack_as_well_as_they_like() -> None:
    assert not is_bomb(10, 1 << 20)
    assert is_bomb(1 << 20, (MAX_RATIO << 20) + 1)


def test_a_bomb_is_more_than_the_ratio_and_more_than_the_size() -> None:
    at, packed = 32 << 20, 1_000_000
    assert not is_bomb(1, at)
    assert is_bomb(1, at + 1)
    assert not is_bomb(packed, 200 * packed)
    assert is_bomb(packed, 200 * packed + 1)


def test_a_line_may_be_four_times_a_review_and_never_less_than_four_mebibytes() -> None:
    assert Limits(1, 1, 1 << 20).max_line_chars == 4 << 20
    assert Limits(1, 1, (1 << 20) + 1).max_line_chars == (4 << 20) + 4
    assert Limits(1, 1, 10).max_line_chars == 4 << 20
