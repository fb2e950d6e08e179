"""Nobody sees another user's private results, and a server's data stays in that server: every query, every viewer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import true

from db import visibility as scope
from db.engine import Database
from db.errors import NotFound, NotYours
from db.privacy.erase_result import delete_result
from db.queries import report_sources as facts
from db.queries import search as searching
from db.queries.corrections import correct
from db.queries.jobs import get_job, list_jobs, list_outputs, read_output
from db.queries.reports import summary
from db.queries.results import get_result
from db.queries.search import search
from db.queue import cancel
from db.types import ReportFilter, SearchFilter, Viewer
from tests.db.steps import ELSEWHERE, GUILD, OTHER, OWNER, done_file, done_review, origin

VIEWERS = [Viewer(user, guild) for user in (OWNER, OTHER) for guild in (GUILD, ELSEWHERE, None)]


def may_see(viewer: Viewer, owner: int, guild: int | None, shared: bool) -> bool:
    """The rule, written down once more in other words."""
    if viewer.user_id == owner:
        return viewer.guild_id is None or guild is None or guild == viewer.guild_id
    return shared and guild is not None and viewer.guild_id == guild


@pytest.fixture
def stored(db: Database) -> dict[tuple[int, int | None, bool], int]:
    return fill(db)


def fill(db: Database) -> dict[tuple[int, int | None, bool], int]:
    """One finished file job of two rows for each owner, place and sharing."""
    return {
        (owner, guild, shared): done_file(db, 2, where=origin(owner, guild, shared=shared))
        for owner in (OWNER, OTHER)
        for guild in (GUILD, ELSEWHERE, None)
        for shared in (False, True)
    }


def test_every_query_shows_exactly_what_the_viewer_may_see(
    db: Database, stored: dict[tuple[int, int | None, bool], int]
) -> None:
    for viewer in VIEWERS:
        sees(db, stored, viewer)


@pytest.mark.parametrize("careless", [lambda viewer, table: [true()], lambda viewer, table: [table.shared]])
def test_a_hole_in_the_rule_is_noticed(
    sqlite_db: Database, monkeypatch: pytest.MonkeyPatch, careless: Callable[..., Any]
) -> None:
    filled = fill(sqlite_db)
    for module in (scope, facts, searching):
        monkeypatch.setattr(module, "visible_clauses", careless)
    with pytest.raises(AssertionError):
        sees(sqlite_db, filled, VIEWERS[0])


def sees(db: Database, stored: dict[tuple[int, int | None, bool], int], viewer: Viewer) -> None:
    """Every query against the rule."""
    seen = {job_id for key, job_id in stored.items() if may_see(viewer, *key)}
    assert {job.id for job in list_jobs(db, viewer, limit=100)} == seen
    for sort in ("newest", "probability"):
        page = search(db, viewer, SearchFilter(sort=sort), limit=100)  # type: ignore[arg-type]
        assert {item.job_id for item in page.items} == seen
        assert len(page.items) == 2 * len(seen)
    report = summary(db, viewer, ReportFilter())
    assert report.total == sum(report.histogram) == 2 * len(seen)
    assert {item.job_id for item in report.most_positive + report.most_negative} <= seen
    for job_id in stored.values():
        one = summary(db, viewer, ReportFilter(job_id=job_id))
        assert one.total == (2 if job_id in seen else 0)
        if job_id in seen:
            assert get_job(db, viewer, job_id).id == job_id
        else:
            hidden(db, viewer, job_id)


def hidden(db: Database, viewer: Viewer, job_id: int) -> None:
    """Every way to the job says that it does not exist, in the words used for one that really does not."""
    owner = next(one for one in (Viewer(OWNER), Viewer(OTHER)) if list_or_none(db, one, job_id))
    blob_id = list_outputs(db, owner, job_id)[0].blob_id
    result = search(db, owner, SearchFilter(job_id=job_id)).items[0].id
    ways: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
        (get_job, (job_id,)),
        (list_outputs, (job_id,)),
        (read_output, (blob_id,)),
        (cancel, (job_id,)),
        (get_result, (result,)),
        (correct, (result, "positive")),
        (delete_result, (result,)),
    ]
    for way, arguments in ways:
        with pytest.raises(NotFound):
            way(db, viewer, *arguments)
    with pytest.raises(NotFound) as missing:
        get_job(db, viewer, 99_999)
    with pytest.raises(NotFound) as forbidden:
        get_job(db, viewer, job_id)
    assert str(missing.value).replace("99999", "N") == str(forbidden.value).replace(str(job_id), "N")
    assert search(db, viewer, SearchFilter(job_id=job_id)).items == []


def list_or_none(db: Database, viewer: Viewer, job_id: int) -> bool:
    return any(job.id == job_id for job in list_jobs(db, viewer, limit=100))


def test_shared_results_are_read_by_others_and_deleted_by_their_owner_only(db: Database) -> None:
    result = done_review(db, where=origin(shared=True))
    member = Viewer(OTHER, GUILD)
    assert get_result(db, member, result).text == "a fine film"
    correct(db, member, result, "negative", "I saw it too")
    with pytest.raises(NotYours):
        delete_result(db, member, result)
    delete_result(db, Viewer(OWNER, GUILD), result)
    left = get_result(db, member, result)
    assert (left.text, left.explanation, left.label, left.probability) == (None, None, "positive", 0.9)


def test_sharing_in_a_direct_message_shares_nothing(db: Database) -> None:
    result = done_review(db, where=origin(guild=None, shared=True))
    with pytest.raises(NotFound):
        get_result(db, Viewer(OTHER, None), result)
