"""Sentences from code and values, in the language of the running task: `render`, and `english` for logs and hosts."""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from common.file_formats import one_of
from common.i18n import ENGLISH, language, listing, number, tr, trn, use_locale
from common.i18n import size as size_in_mib
from common.i18n.pieces import MIB
from common.messages import MESSAGES

SHOWN_NAMES: Final = 12
"""Most names that a sentence lists; it says how many more there are."""
NAME_CHARS: Final = 40


def names(given: Sequence[str]) -> dict[str, Any]:
    """Names as a value of a message, cut to what a sentence shows: a file may have 2,000 columns with long names."""
    return {"names": [shortened(name) for name in given[:SHOWN_NAMES]], "more": max(0, len(given) - SHOWN_NAMES)}


def shortened(name: str) -> str:
    """A name as a value of a message, at most 40 characters."""
    return name if len(name) <= NAME_CHARS else name[: NAME_CHARS - 1] + "…"


def render(code: str, values: Mapping[str, Any]) -> str:
    """The message of this code in the language of the running task; KeyError for an unknown code or a missing value."""
    template = MESSAGES[code]
    written = {name: WRITTEN[name](value) for name, value in values.items() if name in WRITTEN}
    if isinstance(template, tuple):
        return trn(*template, values["count"], **written)
    # Formatted here, because `tr` leaves the braces of a template alone when it is given no value at all.
    return tr(template).format_map(written)


def render_stored(code: str | None, values: Mapping[str, Any] | None) -> str | None:
    """As `render`; None for what this version has no message for, because another version stored it."""
    if code is None or values is None or code not in MESSAGES or not placeholders(code) <= values.keys():
        return None
    return render(code, values)


def english(code: str, values: Mapping[str, Any]) -> str:
    """As `render` in English, for the command line and logs."""
    with use_locale(ENGLISH):
        return render(code, values)


def placeholders(code: str) -> set[str]:
    """The names of the values that the message of this code needs."""
    template = MESSAGES[code]
    forms = template if isinstance(template, tuple) else (template,)
    needed = {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name is not None}
    return needed | ({"count"} if isinstance(template, tuple) else set())


def _quoted(name: str) -> str:
    """A name in quotes, on one line: line breaks and control characters are escaped."""
    return repr(shortened(name))


def _name_list(value: Mapping[str, Any]) -> str:
    """Names as `names` cut them, in quotes, with how many more there are."""
    listed = listing(_quoted(name) for name in value["names"])
    if not value["more"]:
        return listed
    return trn("{listed} and {count} more", "{listed} and {count} more", value["more"], listed=listed)


def _number_list(value: Sequence[int]) -> str:
    return listing(map(str, value))


def _choice(value: Sequence[str]) -> str:
    """`.csv, .tsv or .xlsx`."""
    if language() == ENGLISH:
        return one_of(value)
    from babel.lists import format_list  # as in common.i18n: English needs no Babel

    return format_list(value, style="or", locale=language())


def _duration(seconds: float) -> str:
    """A wait, never less than a minute: `12 min`, `3 h`."""
    minutes = max(1, math.ceil(seconds / 60))
    if minutes < 90:
        return tr("{minutes} min", minutes=number(minutes))
    return tr("{hours} h", hours=number(math.ceil(minutes / 60)))


def _size(size: int) -> str:
    """Bytes as MiB where there are so many: `1.5 MiB`, `1,000 bytes`."""
    if size < MIB:
        return trn("{count} byte", "{count} bytes", size)
    return size_in_mib(size, 0 if size % MIB == 0 else 1)


WRITTEN: Final[dict[str, Callable[[Any], str]]] = {
    "count": number,
    "limit": number,
    "row": number,
    "stored": number,
    "job": str,
    "result": str,
    "jobs": _number_list,
    "wait": _duration,
    "size": _size,
    "column": _quoted,
    "name": _quoted,
    "columns": _name_list,
    "names": _name_list,
    "kinds": _choice,
    "packings": _choice,
    "file": str,
    "suffix": str,
    "reason": str,
}
"""Placeholder -> how its value is written in the reader's language. Ids are not grouped: nobody types `1,234`."""
