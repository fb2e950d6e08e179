"""Why one row is not scored: code -> reason, one table."""

from __future__ import annotations

from typing import Final

EMPTY: Final = "empty"
TOO_LONG: Final = "too_long"
RAGGED: Final = "ragged"
BAD_JSON: Final = "bad_json"
NOT_OBJECT: Final = "not_object"
NOT_TEXT: Final = "not_text"
TOO_DEEP: Final = "too_deep"
TOO_MANY_VALUES: Final = "too_many_values"
BAD_TEXT: Final = "bad_text"
UNCLOSED_QUOTE: Final = "unclosed_quote"
TOTAL: Final = "total"

_REASONS: Final = {
    EMPTY: "The review is empty.",
    TOO_LONG: "The review is longer than {max_review_chars:,} characters; shorten or split it.",
    RAGGED: "The row has more or fewer cells than the header; quote cells that hold the separator.",
    BAD_JSON: "The line is not valid JSON.",
    NOT_OBJECT: "The row is neither a JSON object nor a string.",
    NOT_TEXT: "The review is a number, a date, a list or null, not text.",
    TOO_DEEP: "The JSON has more than 200 lists or objects in one another.",
    TOO_MANY_VALUES: "The JSON holds more than 100,000 values (numbers, texts, lists and objects).",
    BAD_TEXT: "The review is not valid UTF-8.",
    UNCLOSED_QUOTE: "A quote is opened here and never closed, so the rest of the file belongs to this row; close it.",
    TOTAL: "The row is a total at the end of the table, not a review.",
}

Problem = tuple[str, str]
"""(code, reason)."""


def table(max_review_chars: int) -> dict[str, Problem]:
    """code -> (code, plain sentence), made once a file."""
    return {code: (code, reason.format(max_review_chars=max_review_chars)) for code, reason in _REASONS.items()}
