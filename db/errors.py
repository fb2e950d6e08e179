"""What can go wrong here; every message is one plain sentence a user or a host can act on, and holds no secret."""

from __future__ import annotations

import math


class DbError(Exception):
    """Base of all errors of this room."""


class DatabaseUnavailable(DbError):
    """The database cannot be reached, or did not answer in time. Trying again later may help."""


class SchemaOutdated(DbError):
    """The tables are older (or newer) than this program."""


def _about(seconds: float) -> str:
    """A wait in words, never less than a minute: `about 12 min`, `about 3 h`."""
    minutes = max(1, math.ceil(seconds / 60))
    return f"about {minutes} min" if minutes < 90 else f"about {math.ceil(minutes / 60)} h"


class QuotaExceeded(DbError):
    """The user has as many unfinished file jobs as one user may have.

    `limit`: most unfinished jobs; `active`: unfinished jobs now; `wait_s`: seconds until one ends, None: unknown.
    """

    def __init__(self, limit: int, active: int, wait_s: float | None = None) -> None:
        self.limit, self.active, self.wait_s = limit, active, wait_s
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        jobs = "1 job" if self.active == 1 else f"{self.active} jobs"
        when = "" if self.wait_s is None else f" ({_about(self.wait_s)})"
        return (
            f"You have {jobs} running and the limit is {self.limit}: "
            f"wait until one is finished{when}, or cancel one with /jobs."
        )


class ServerFull(QuotaExceeded):
    """The server has as many unfinished file jobs as one server may have."""

    def _sentence(self) -> str:
        jobs = "1 job" if self.active == 1 else f"{self.active} jobs"
        when = "" if self.wait_s is None else f" ({_about(self.wait_s)})"
        return (
            f"This server has {jobs} running and the limit is {self.limit}: "
            f"try again when one is finished{when}, or send the file to me as a direct message."
        )


class DayUsedUp(QuotaExceeded):
    """The user sent in as many reviews within 24 hours as one user may; `active` is how many."""

    def _sentence(self) -> str:
        return (
            f"You sent in {self.active:,} reviews within 24 hours and the limit is {self.limit:,}: "
            f"send this file again in {_about(self.wait_s or 0)}."
        )


class QueueFull(QuotaExceeded):
    """As many reviews wait for their verdict as the host lets wait; `active` is how many."""

    def _sentence(self) -> str:
        when = "an hour" if self.wait_s is None else _about(self.wait_s)
        return (
            f"The queue is full: {self.active:,} reviews wait and the limit is {self.limit:,}. "
            f"Send this file again in {when}; single reviews are still scored at once."
        )


class NotFound(DbError):
    """It does not exist, or the viewer may not know that it does: the words are the same."""

    def __init__(self, what: str = "job", number: int | None = None) -> None:
        name = what if number is None else f"{what} {number}"
        super().__init__(f"There is no {name} that you can see here: /jobs and /results list what there is.")


class NotYours(DbError):
    """The viewer sees it, but only its owner may do this. Used nowhere where it would reveal that a thing exists."""

    def __init__(self, what: str = "result") -> None:
        super().__init__(f"Only the person who sent this {what} in can do that: ask them.")


class JobNotFinished(DbError):
    """The job has no verdict yet."""

    def __init__(self, job_id: int) -> None:
        super().__init__(f"Job {job_id} is not finished yet: look again in a moment.")


class JobFinished(DbError):
    """The job is done, cancelled or failed: it cannot be changed any more."""

    def __init__(self, job_id: int, state: str) -> None:
        super().__init__(f"Job {job_id} is already {state}: there is nothing left to change.")


class NothingToRetry(DbError):
    """The job is done, or still worked on: there is nothing to go on with."""

    def __init__(self, job_id: int, state: str) -> None:
        how = "is done" if state == "done" else "has not ended yet"
        super().__init__(f"Job {job_id} {how}: only a cancelled or failed job can be retried.")


class NoLongerKept(DbError):
    """The file or text of a job was deleted with the retention time or by its owner."""

    def __init__(self, job_id: int, kind: str) -> None:
        what, way = ("file", "send it again with /batch") if kind == "file" else ("text", "send it again")
        super().__init__(f"The {what} of job {job_id} is no longer kept, so it cannot be retried: {way}.")


class NoColumnWanted(DbError):
    """The job does not wait for a column to be chosen (any more)."""

    def __init__(self, job_id: int) -> None:
        super().__init__(f"Job {job_id} already has its text column: cancel it and send the file again to use another.")


class NoSuchColumn(DbError):
    """The chosen column is none of those the job asked about."""

    def __init__(self, column: str, candidates: tuple[str, ...]) -> None:
        super().__init__(f"The file has no column '{column}' to choose: take one of {', '.join(candidates)}.")


class BadCursor(DbError):
    """A page link that this search did not make."""

    def __init__(self) -> None:
        super().__init__("This page link is not valid for this search: search again.")


class BadTextKey(DbError):
    """A key for stored texts that is none. The key itself is not repeated."""

    def __init__(self) -> None:
        super().__init__("REELFEEL_TEXT_KEYS holds something that is no key: make one with `reelfeel db new-key`.")


class TextKeyMissing(DatabaseUnavailable):
    """Stored texts are sealed with keys that this process was not given; `ids` name them."""

    def __init__(self, ids: tuple[str, ...]) -> None:
        self.ids = ids
        keys = f"the key {ids[0]}" if len(ids) == 1 else f"the keys {', '.join(ids)}"
        super().__init__(f"REELFEEL_TEXT_KEYS lacks {keys}, under which texts are stored: add what is missing.")


class TextSearchOff(DbError):
    """A search for words, while texts are stored sealed."""

    def __init__(self) -> None:
        super().__init__(
            "Texts are stored encrypted here, so reviews cannot be searched by their words: "
            "search by film, label, date, probability or job."
        )


class JobsRunning(DbError):
    """Jobs that are not finished stand in the way; `ids` are up to ten of them."""

    def __init__(self, ids: tuple[int, ...]) -> None:
        self.ids = ids
        jobs = f"Job {ids[0]} is" if len(ids) == 1 else f"Jobs {', '.join(map(str, ids))} are"
        super().__init__(f"{jobs} still running: cancel first with /jobs cancel, then delete.")
