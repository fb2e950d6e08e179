"""Counts and times in the words that several cards share."""

from __future__ import annotations

from common.i18n import tr, trn


def reviews(count: int) -> str:
    """`1 review`, `1,000 reviews`."""
    return trn("{count} review", "{count} reviews", count)


def span(seconds: float) -> str:
    """A time in words a person would use: `40 s`, `3 min`, `1 h 20 min`."""
    if seconds < 90:
        return tr("{seconds} s", seconds=max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 90:
        return tr("{minutes} min", minutes=minutes)
    return tr("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)
