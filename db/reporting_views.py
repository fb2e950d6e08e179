"""The reporting schema: views that other tools may rely on. Made by migrations, described in docs/database.md.

Columns here are a promise: a later version may add some at the end, and renames or drops none.
"""

from __future__ import annotations

from typing import Final

_COUNTS: Final = ("reviews", "positive", "negative", "uncertain", "flagged", "average_probability")
_STARS: Final = ("with_stars", "average_stars", "rated", "agreed")

VIEWS: Final[dict[str, tuple[str, ...]]] = {
    "reporting_jobs": (
        "job_id", "kind", "state", "film", "shared", "in_server", "created_at", "started_at", "finished_at",
        "rows_total", "rows_scored", "rows_rejected", "rows_failed", "positive", "negative", "uncertain", "model",
    ),
    "reporting_verdicts": (
        "review_id", "job_id", "film", "day", "label", "probability", "flags", "model", "created_at",
        "estimated_stars", "mixed", "given_stars",
    ),
    "reporting_reviews": (
        "review_id", "job_id", "row_number", "film", "day", "text", "sealed", "label", "probability", "flags", "model",
        "created_at", "estimated_stars", "mixed", "given_stars", "near_copy", "advert", "burst",
    ),
    "reporting_days": ("job_id", "day", *_COUNTS, *_STARS),
    "reporting_films": ("job_id", "film", *_COUNTS, *_STARS),
    "reporting_films_daily": ("film", "day", *_COUNTS, *_STARS),
    "reporting_aspects": (
        "review_id", "job_id", "film", "day", "aspect", "polarity", "probability", "start_char", "end_char",
    ),
    "reporting_rejected": ("job_id", "row_number", "code", "reason"),
    "reporting_quality": (
        "review_id", "job_id", "film", "day", "model", "label", "probability", "corrected_label", "agreed",
        "corrected_at",
    ),
}  # fmt: skip
"""Each view and its columns, in order. None holds a note or whose it is, and none but `WITH_TEXTS` a text."""
WITH_TEXTS: Final = "reporting_reviews"
