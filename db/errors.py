"""What can go wrong here, as codes with values; the messages stand in common/messages.py and hold no secret."""

from __future__ import annotations

from typing import Literal

from common.errors import Misconfigured, Problem
from common.rendering import names, shortened


class DbError(Problem):
    """Base of all errors of this room."""


class HostError(DbError):
    """What only whoever runs this can mend: one plain English sentence, never shown to a member."""

    code = "host"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence=sentence)

    def render(self) -> str:
        """English, in every language."""
        return str(self)

    def __str__(self) -> str:
        return str(self.values["sentence"])


class DatabaseUnavailable(HostError):
    """The database cannot be reached, or did not answer in time. Trying again later may help."""


class DatabaseFull(DatabaseUnavailable):
    """The database's disk has no room left, or none but for deleting."""


class WrongDatabaseUrl(HostError, Misconfigured):
    """DATABASE_URL cannot be read, or asks for what is not there. The sentence repeats nothing secret of it."""


class SchemaOutdated(HostError, Misconfigured):
    """The tables are older (or newer) than this program."""


class QuotaExceeded(DbError):
    """The user has as many unfinished file jobs as one user may have.

    `limit`: most unfinished jobs; `active`: unfinished jobs now; `wait_s`: seconds until one ends, None: unknown.
    """

    code = "quota.jobs"

    def __init__(self, limit: int, active: int, wait_s: float | None = None) -> None:
        self.limit, self.active, self.wait_s = limit, active, wait_s
        if wait_s is None:
            super().__init__(count=active, limit=limit)
        else:
            super().__init__(f"{type(self).code}_wait", count=active, limit=limit, wait=wait_s)


class ServerFull(QuotaExceeded):
    """The server has as many unfinished file jobs as one server may have."""

    code = "quota.server"


class DayUsedUp(QuotaExceeded):
    """The user sent in as many reviews within 24 hours as one user may; `active` is how many."""

    code = "quota.day"

    def __init__(self, limit: int, active: int, wait_s: float) -> None:
        super().__init__(limit, active, wait_s)


class QueueFull(QuotaExceeded):
    """As many reviews wait for their verdict as the host lets wait; `active` is how many."""

    code = "quota.queue"


class NoSpace(DbError):
    """Files and texts of a user, a server or of all have no room for one more; sizes in bytes."""

    def __init__(self, whose: Literal["user", "server", "host"], *, used: int, space: int, size: int) -> None:
        super().__init__(f"quota.{whose}_space", used=used, space=space, size=size)


class NotFound(DbError):
    """It does not exist, or the viewer may not know that it does: the words are the same.

    `number`: of the job or the result; an `upload` is the file that a job was sent with, by the job's number.
    """

    def __init__(self, what: Literal["job", "result", "upload", "file"], number: int | None = None) -> None:
        values = {"result" if what == "result" else "job": number}
        super().__init__(f"not_found.{what}", **{} if number is None else values)


class NotYours(DbError):
    """The viewer sees it, but only its owner may do this. Used nowhere where it would reveal that a thing exists."""

    def __init__(self, what: Literal["file", "review"]) -> None:
        super().__init__(f"not_yours.{what}")


class JobNotFinished(DbError):
    """The job has no verdict yet."""

    code = "job_not_finished"

    def __init__(self, job_id: int) -> None:
        super().__init__(job=job_id)


class JobFinished(DbError):
    """The job is done, cancelled or failed: it cannot be changed any more."""

    def __init__(self, job_id: int, state: str) -> None:
        super().__init__(f"job_finished.{state}", job=job_id)


class NothingToRetry(DbError):
    """The job is done, or still worked on: there is nothing to go on with."""

    def __init__(self, job_id: int, state: str) -> None:
        super().__init__(f"nothing_to_retry.{'done' if state == 'done' else 'running'}", job=job_id)


class NoLongerKept(DbError):
    """The file or text of a job was deleted with the retention time or by its owner; `kind` is the job's."""

    def __init__(self, job_id: int, kind: str) -> None:
        super().__init__(f"no_longer_kept.{'file' if kind == 'file' else 'text'}", job=job_id)


class NoColumnWanted(DbError):
    """The job does not wait for a column to be chosen (any more)."""

    code = "no_column_wanted"

    def __init__(self, job_id: int) -> None:
        super().__init__(job=job_id)


class NoSuchColumn(DbError):
    """The chosen column is none of those the job asked about."""

    code = "no_such_column"

    def __init__(self, column: str, candidates: tuple[str, ...]) -> None:
        super().__init__(column=shortened(column), columns=names(candidates))


class BadCursor(DbError):
    """A page link that this search did not make."""

    code = "bad_cursor"


class BadTextKey(HostError, Misconfigured):
    """A key for stored texts that is none. The key itself is not repeated."""

    def __init__(self) -> None:
        super().__init__("REELFEEL_TEXT_KEYS holds something that is no key: make one with `reelfeel db new-key`.")


class TextKeyMissing(DatabaseUnavailable, Misconfigured):
    """Stored texts are sealed with keys that this process was not given; `ids` name them."""

    def __init__(self, ids: tuple[str, ...]) -> None:
        self.ids = ids
        keys = f"the key {ids[0]}" if len(ids) == 1 else f"the keys {', '.join(ids)}"
        super().__init__(f"REELFEEL_TEXT_KEYS lacks {keys}, under which texts are stored: add what is missing.")


class TextSearchOff(DbError):
    """A search for words, while texts are stored sealed."""

    code = "text_search_off"


class JobsRunning(DbError):
    """Jobs that are not finished stand in the way; `ids` are up to ten of them."""

    code = "jobs_running"

    def __init__(self, ids: tuple[int, ...]) -> None:
        self.ids = ids
        super().__init__(count=len(ids), jobs=list(ids))
