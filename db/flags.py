"""Flags of a verdict as one column stores them: their names with a comma between, empty for none."""

from __future__ import annotations

from collections.abc import Iterable


def join_flags(flags: Iterable[str]) -> str:
    """Flags as they are stored."""
    return ",".join(flags)


def split_flags(stored: str) -> tuple[str, ...]:
    """The flags out of what is stored."""
    return tuple(stored.split(",")) if stored else ()
