"""How densely a file may be packed."""

from __future__ import annotations

from worker.files.limits import MAX_RATIO, is_bomb


def test_small_files_may_pack_as_well_as_they_like() -> None:
    assert not is_bomb(10, 1 << 20)
    assert is_bomb(1 << 20, (MAX_RATIO << 20) + 1)
