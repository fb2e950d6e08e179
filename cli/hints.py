"""What can be done about a refusal on the command line: code -> a sentence that names its options.

The messages themselves name none (common/messages.py), for the bot says them too.
"""

from __future__ import annotations

from typing import Final

from common.errors import Problem

_TEXT_COLUMN: Final = "Use --text-column."

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
}


def with_hint(error: Problem) -> str:
    """The refusal in English, with its hint."""
    hint = HINTS.get(error.code)
    return str(error) if hint is None else f"{error} {hint}"
