"""Nonces: by them Discord gives the first message again instead of a second one with the same.

Discord keeps them for minutes and for the bot, whatever database it runs on: a backup that was restored, a fresh data
folder or a second installation gives job numbers twice. So each holds the id of what was sent, which Discord gives
once only.
"""

from __future__ import annotations

import string
from typing import Final, Literal

from db.types import JobView

LONGEST: Final = 25
"""Characters that Discord takes."""
_DIGITS: Final = string.digits + string.ascii_letters

Shown = Literal["card", "again", "end", "owner"]
"""A job's first message, one in the place of a card that Discord lets nobody change, the call, a direct message."""
_LETTERS: Final[dict[Shown, str]] = {"card": "c", "again": "a", "end": "e", "owner": "o"}


def of_job(job: JobView, shown: Shown) -> str:
    """For a message about a job; a card has one for all versions, for it is edited."""
    version = "" if shown == "card" else _short(job.version)
    return f"{start_of_job(job.source_id, job.id)}{_LETTERS[shown]}{version}"[:LONGEST]


def start_of_job(source_id: int, job_id: int) -> str:
    """What those of one job begin with."""
    return f"{_short(source_id)}.{_short(job_id)}."


def of_message(message_id: int, answer: str) -> str:
    """For an answer to a message; `answer`: which of them, up to 13 letters."""
    return f"{_short(message_id)}.{answer}"[:LONGEST]


def of_digest(guild_id: int, what: str) -> str:
    """For a post of a server's digest; `what`: which one, up to 13 letters."""
    return f"{_short(guild_id)}.{what}"[:LONGEST]


def _short(number: int) -> str:
    """A number in digits and letters: 64 bits in 11 characters."""
    number, digits = abs(number), ""
    while True:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
        if not number:
            return digits
