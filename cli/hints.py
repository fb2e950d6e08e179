"""What can be done about a refusal on the command line: code -> a sentence that names its options.

The messages themselves name none (common/messages.py), for the bot says them too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from common.errors import Problem
from common.rendering import render_stored

if TYPE_CHECKING:
    from db.types import JobView

_TEXT_COLUMN: Final = "Use --text-column."
_JOBS: Final = "`reelfeel jobs` lists those that the command line sent in."
_CANCEL: Final = "`reelfeel jobs cancel` cancels one."

HINTS: Final[dict[str, str]] = {
    "no_text_column": _TEXT_COLUMN,
    "ambiguous_column": _TEXT_COLUMN,
    "unknown_column": _TEXT_COLUMN,
    "no_reviews.labels": _TEXT_COLUMN,
    "archive_members.several": "Use --sheet with one of them.",
    "bad_option.sheet": "Use --sheet with one of them.",
    "bad_option.delimiter": "It was given with --delimiter.",
    "bad_option.encoding": "It was given with --encoding.",
    "bad_encoding": "Or name the encoding with --encoding.",
    "jobs_running": "Or use --cancel.",
    "not_found.job": _JOBS,
    "not_found.upload": _JOBS,
    "quota.jobs": f"{_CANCEL} With --wait, files wait for a place.",
    "quota.jobs_wait": f"{_CANCEL} With --wait, files wait for a place.",
    "no_longer_kept.file": "`reelfeel submit` sends it.",
    "gave_up_finish": "`reelfeel results --job` shows them; `reelfeel jobs resume` writes the file again.",
}


def with_hint(error: Problem) -> str:
    """The refusal in English, with its hint."""
    hint = HINTS.get(error.code)
    return str(error) if hint is None else f"{error} {hint}"


def failure_text(job: JobView) -> str | None:
    """Why a job failed, or what it waits for, in English with a hint; None where nothing is wrong."""
    if job.state == "needs_column":
        option = "--sheet" if job.asks == "sheet" else "--text-column"
        choice = "files could be meant" if job.asks == "sheet" else "columns could hold the reviews"
        listed = ", ".join(repr(one) for one in job.columns)
        return f"Several {choice}: {listed}. Submit the file again with {option} and one of them."
    if job.state != "failed":
        return None
    reason = render_stored(job.error_code, job.error_values) or job.error or "It failed."
    hint = HINTS.get(job.error_code or "")
    return reason if hint is None else f"{reason} {hint}"
