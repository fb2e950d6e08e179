"""What of a file deserves a second look (`JobView.hygiene`), in words: near-copies, adverts, days with a burst."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from common.i18n import listing, number, trn

SHOWN: Final = 5
"""Numbers of rows that are named of each kind."""


def second_look(found: Mapping[str, Any]) -> list[str]:
    """A phrase for each kind that was found, with counts and rows; unescaped, and without anybody's words."""
    return [*_copies(found.get("copies")), *_adverts(found.get("adverts")), *map(_burst, found.get("bursts", ()))]


def _copies(found: Mapping[str, Any] | None) -> list[str]:
    if not found:
        return []
    rows = _rows(found["rows"], found["count"])
    return [
        trn(
            "{count} near-copy of an earlier row: {rows}",
            "{count} near-copies of earlier rows: {rows}",
            found["count"],
            rows=rows,
        )
    ]


def _adverts(found: Mapping[str, Any] | None) -> list[str]:
    if not found:
        return []
    rows = _rows(found["rows"], found["count"])
    return [
        trn(
            "{count} row that reads like an advert: {rows}",
            "{count} rows that read like adverts: {rows}",
            found["count"],
            rows=rows,
        )
    ]


def _burst(one: Mapping[str, Any]) -> str:
    return trn(
        "{count} review on {day} alone, from row {first} to {last}",
        "{count} reviews on {day} alone, from row {first} to {last}",
        one["count"],
        day=one["day"],
        first=number(one["first"]),
        last=number(one["last"]),
    )


def _rows(rows: Sequence[int], count: int) -> str:
    listed, rest = listing(number(row) for row in rows[:SHOWN]), count - min(SHOWN, len(rows))
    return trn("{listed} and {count} more", "{listed} and {count} more", rest, listed=listed) if rest > 0 else listed
