"""Errors of the database: what a quota tells, and what only a host reads."""

from __future__ import annotations

import pickle

import pytest

from common.errors import Misconfigured
from common.i18n import use_locale
from db.errors import DatabaseFull, DayUsedUp, DbError, HostError, QuotaExceeded, SchemaOutdated, ServerFull


@pytest.mark.parametrize(
    ("kind", "wait_s", "code"),
    [
        (QuotaExceeded, None, "quota.jobs"),
        (QuotaExceeded, 60.0, "quota.jobs_wait"),
        (ServerFull, None, "quota.server"),
        (ServerFull, 60.0, "quota.server_wait"),
        (DayUsedUp, 60.0, "quota.day_wait"),
    ],
)
def test_a_quota_says_how_long_to_wait_where_that_is_known(
    kind: type[QuotaExceeded], wait_s: float | None, code: str
) -> None:
    error = kind(5, 4, wait_s)  # type: ignore[arg-type]
    assert error.code == code
    assert error.values == {"limit": 5, "count": 4} | ({} if wait_s is None else {"wait": wait_s})
    assert (error.limit, error.active, error.wait_s) == (5, 4, wait_s)


def test_what_a_host_reads_is_english_and_says_nothing_else() -> None:
    error = pickle.loads(pickle.dumps(DatabaseFull("No room is left.")))
    with use_locale("de"):
        assert error.render() == str(error) == "No room is left."
    assert isinstance(error, HostError | DbError)
    assert not isinstance(error, Misconfigured), "trying again may help"
    assert isinstance(SchemaOutdated("Too old."), Misconfigured)
