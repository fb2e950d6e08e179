"""Jobs and results as the database gives them, for tests of cards that need no database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from db.types import Bucket, JobView, Report, ResultView

MADE = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOSTILE = "@everyone <@1> [free](https://evil.example) **bold** ```code``` # head\n\u202e" + "*_~`|" * 400


def job(**changes: Any) -> JobView:
    """A finished file job of user 1 in guild 5."""
    values: dict[str, Any] = {
        "id": 42, "kind": "file", "state": "done", "owner_id": 1, "guild_id": 5, "channel_id": 6, "message_id": 7,
        "source": "message", "source_id": 8, "reply_to": None, "shared": False, "film": None,
        "filename": "reviews.csv", "title": "reviews.csv", "created_at": MADE, "started_at": MADE,
        "finished_at": MADE, "rows_total": 1000, "rows_done": 990, "rows_rejected": 7, "rows_failed": 3,
        "n_positive": 600, "n_negative": 300, "n_uncertain": 90, "histogram": (0,) * 20, "error_code": None,
        "error": None, "columns": (), "version": 3, "rendered_version": 3, "delivered_at": MADE, "model": "m-1",
    }  # fmt: skip
    changes.setdefault("title", changes.get("filename", values["filename"]) or changes.get("film") or "Review 42")
    return JobView(**{**values, **changes})


def result(**changes: Any) -> ResultView:
    """A verdict of user 1 on a message in guild 5."""
    values: dict[str, Any] = {
        "id": 9, "job_id": 42, "row_number": 1, "text": "A fine film.", "film": "Heat", "label": "positive",
        "probability": 0.97, "flags": ("too_short",), "explanation": None, "model": "m-1", "created_at": MADE,
        "owner_id": 1, "guild_id": 5, "channel_id": 6, "reply_to": 7, "source": "message",
    }  # fmt: skip
    return ResultView(**{**values, **changes})


def report(**changes: Any) -> Report:
    """Ten reviews on two days."""
    values: dict[str, Any] = {
        "total": 10, "n_positive": 6, "n_negative": 3, "n_uncertain": 1, "mean_probability": 0.62,
        "histogram": (1, 2, *(0,) * 16, 3, 4), "rejected": 2,
        "buckets": [Bucket("2026-03-09", 4, 1, 2, 1, 0.4), Bucket("2026-03-10", 6, 5, 1, 0, 0.77)],
        "most_positive": [result()], "most_negative": [result(id=10, label="negative", probability=0.02)],
    }  # fmt: skip
    return Report(**{**values, **changes})


def assert_harmless(text: str) -> None:
    assert "@everyone" not in text
    assert "<@1>" not in text
    assert "](https://evil" not in text
    assert "**bold**" not in text
    assert "\u202e" not in text
