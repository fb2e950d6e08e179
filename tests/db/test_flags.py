"""Flags as one column stores them."""

from __future__ import annotations

import pytest

from db.flags import join_flags, split_flags


@pytest.mark.parametrize(("flags", "stored"), [((), ""), (("a",), "a"), (("too_short", "b", "c"), "too_short,b,c")])
def test_flags_come_back_as_they_went(flags: tuple[str, ...], stored: str) -> None:
    assert join_flags(flags) == stored
    assert split_flags(stored) == flags
