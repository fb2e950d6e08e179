"""What went with somebody is added up, every kind by itself."""

from __future__ import annotations

from dataclasses import astuple, fields

from db.privacy.types import Erased


def test_what_went_is_added_up_by_kind() -> None:
    kinds = len(fields(Erased))
    first, second = Erased(*range(kinds)), Erased(*(10**n for n in range(kinds)))
    assert astuple(first + second) == tuple(n + 10**n for n in range(kinds))
    assert first + Erased() == first
