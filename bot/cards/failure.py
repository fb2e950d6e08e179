"""Why a job failed, as its cards say it."""

from __future__ import annotations

from bot.cards.base import escape, one_line
from bot.errors.hints import with_hint
from common.rendering import render_stored
from db.types import JobView


def failure_text(job: JobView, limit: int, *, single_line: bool = False) -> str | None:
    """The reason in the reader's language, at most `limit` characters of it, and a hint; None when none is stored.

    A job that failed under an older version has an English sentence, which stays English.
    """
    reason = render_stored(job.error_code, job.error_values) or job.error
    if reason is None:
        return None
    # The hint is ours: escaped, its commands would lose their looks.
    shown = one_line(reason, limit) if single_line else escape(reason, limit)
    return with_hint(shown, job.error_code) if job.error_values is not None else shown


def reference(job: JobView) -> str | None:
    """What to quote to whoever runs the bot: the code, and for what gave up the class of the last error."""
    cause = (job.error_values or {}).get("cause")
    return f"{job.error_code} · {cause}" if job.error_code and cause else job.error_code
