"""The host's limits for files, as the readers take them."""

from __future__ import annotations

from common.settings import Settings
from worker.files.limits import Limits


def limits_of(settings: Settings) -> Limits:
    """Rows, bytes and characters that one file and one review may have here."""
    return Limits(
        max_rows=settings.max_rows,
        max_unpacked_bytes=settings.max_unpacked_bytes,
        max_review_chars=settings.max_review_chars,
    )
