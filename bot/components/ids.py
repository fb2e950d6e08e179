"""The custom_id of every button, menu and form: how it is written, and the pattern by which a press finds its handler.

A custom_id holds all that a press needs, so a button works after a restart of the bot. Discord takes 100 characters.
"""

from __future__ import annotations

import re
from typing import Final


class CustomId:
    """A kind of custom_id, `NAME:VALUE:VALUE`; each value has its pattern, with a group by which it is read."""

    def __init__(self, name: str, *values: str) -> None:
        """`values`: a pattern with one named group for each value."""
        self.name = name
        self.pattern = re.compile(":".join((re.escape(name), *values)))

    def of(self, *values: object) -> str:
        """The custom_id with these values. Raises ValueError where no press of it would find its handler."""
        custom_id = ":".join((self.name, *map(str, values)))
        if self.pattern.fullmatch(custom_id) is None:
            raise ValueError(f"{custom_id!r} is no custom_id of {self.name}")
        return custom_id


_ID: Final = r"(?P<id>\d{1,18})"
"""The number of a job or result."""
_USER: Final = r"(?P<id>\d{1,20})"
_KEY: Final = r"(?P<key>[0-9a-f]{16})"
"""The key of a continuation in SQL."""

CANCEL: Final = CustomId("job:cancel", _ID)
RETRY: Final = CustomId("job:retry", _ID)
COLUMN: Final = CustomId("job:column", _ID)
REREAD: Final = CustomId("job:reread", _ID)
REUSE: Final = CustomId("job:reuse", _ID)
AGAIN: Final = CustomId("job:again", _KEY)
FILES: Final = CustomId("job:files", _KEY)
NEGATIVES: Final = CustomId("job:negatives", _ID)
DOWNLOAD: Final = CustomId("job:download", _ID)
PICK_JOB: Final = CustomId("job:pick")
PAGE: Final = CustomId("page", r"(?P<way>previous|next)", _KEY, r"(?P<page>\d{1,9})")
EXPORT: Final = CustomId("page:export", _KEY)
DETAILS: Final = CustomId("result:details", _ID)
WRONG: Final = CustomId("result:wrong", _ID)
DELETE: Final = CustomId("result:delete", _ID)
PICK_RESULT: Final = CustomId("result:pick")
CORRECTION: Final = CustomId("result:correction", _ID)
EXAMPLE: Final = CustomId("greeting:example", _ID)
READ_AS: Final = CustomId("text:read", r"(?P<way>one|lines)", _KEY)
FORGET: Final = CustomId("privacy:forget", _USER)
UPLOAD: Final = CustomId("reelfeel:upload")
