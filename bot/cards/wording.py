"""Counts in the words that several cards share."""

from __future__ import annotations

from common.i18n import trn


def reviews(count: int) -> str:
    """`1 review`, `1,000 reviews`."""
    return trn("{count} review", "{count} reviews", count)
