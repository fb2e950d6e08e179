"""What a member can do about a refusal here: code -> a sentence that names commands and options of the bot.

The messages themselves name none (common/messages.py), for the command line says them too.
"""

from __future__ import annotations

from typing import Final

from common.errors import Problem
from common.i18n import mark, tr

_LIST_JOBS: Final = mark("`/jobs list` shows the jobs you can see.")
_CANCEL: Final = mark("`/jobs cancel` cancels a job.")
_TEXT_COLUMN: Final = mark("Give it with the option `text_column` of `/batch`.")
_SHEET: Final = mark("Give it with the option `sheet` of `/batch`.")
_DIRECT_MESSAGE: Final = mark("You can also send me the file as a direct message.")

HINTS: Final[dict[str, str]] = {
    "not_found.job": _LIST_JOBS,
    "not_found.upload": _LIST_JOBS,
    "not_found.file": _LIST_JOBS,
    "not_found.result": mark("`/results search` finds the results you can see."),
    "quota.jobs": _CANCEL,
    "quota.jobs_wait": _CANCEL,
    "quota.server": _DIRECT_MESSAGE,
    "quota.server_wait": _DIRECT_MESSAGE,
    "quota.user_space": mark("`/privacy delete` deletes all of yours at once."),
    "quota.server_space": _DIRECT_MESSAGE,
    "no_longer_kept.file": mark("Use `/batch` to send a file."),
    "no_column_wanted": _CANCEL,
    "jobs_running": _CANCEL,
    "gave_up_finish": mark("`/results search` finds them; `/jobs resume` writes the file again."),
    "no_text_column": _TEXT_COLUMN,
    "ambiguous_column": _TEXT_COLUMN,
    "unknown_column": _TEXT_COLUMN,
    "no_reviews.labels": _TEXT_COLUMN,
    "bad_option.sheet": _SHEET,
    "bad_encoding": mark("Or name the encoding with the option `encoding` of `/batch`."),
}


def with_hint(sentence: str, code: str | None) -> str:
    """The sentence, and after it the hint for its code where there is one."""
    hint = HINTS.get(code or "")
    return sentence if hint is None else tr("{sentence} {hint}", sentence=sentence, hint=tr(hint))


def explained(error: Problem) -> str:
    """The refusal in the language of the running task, with its hint."""
    return with_hint(error.render(), error.code)
