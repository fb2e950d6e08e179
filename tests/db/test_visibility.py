"""Nobody sees another user's private results, and a server's data stays in that server: every query, every viewer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import true, update

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
from db.tables import Job, Prediction
from db.types import Origin, ReportFilter, SearchFilter, Viewer
from tests.db.steps import ELSEWHERE, GUILD, MEMBER, OTHER, OWNER, done_file, done_review, origin

PUBLIC, HIDDEN = 51, 52
"""A channel that everybody in the server sees, and a private one beside it."""
VIEWERS = [
    Viewer(user, guild, frozenset(channels))
    for user in (OWNER, OTHER)
    for guild, channels in (
        (GUILD, ()),
        (GUILD, (PUBLIC,)),
        (GUILD, (PUBLIC, HIDDEN)),
        (ELSEWHERE, (PUBLIC, HIDDEN)),
        (None, (PUBLIC, HIDDEN)),
    )
]

Stored = dict[tuple[int, int | None, int | None, bool], int]
"""Jobs by owner, server, channel and whether they are shared."""


def may_see(viewer: Viewer, owner: int, guild: int | None, channel: int | None, shared: bool) -> bool:
    """The rule, written down once more in other words."""
    if viewer.user_id == owner:
        return viewer.guild_id is None or guild is None or guild == viewer.guild_id
    return shared and guild is not None and viewer.guild_id == guild and channel in viewer.channels


@pytest.fixture
def stored(db: Database) -> Stored:
    return fill(db)


def fill(db: Database) -> Stored:
    """One finished file job of two rows for each owner, place and sharing; the last one of a time without channels."""
    made = {
        (owner, guild, channel, shared): done_file(db, 2, where=sent(owner, guild, channel, shared))
        for owner in (OWNER, OTHER)
        for guild, channel in ((GUILD, PUBLIC), (GUILD, HIDDEN), (ELSEWHERE, PUBLIC), (None, PUBLIC))
        for shared in (False, True)
    }
    old = done_file(db, 2, where=sent(OTHER, GUILD, PUBLIC, True))
    with db.begin() as session:
        session.execute(update(Job).where(Job.id == old).values(shared_in=None))
        session.execute(update(Prediction).where(Prediction.job_id == old).values(shared_in=None))
    return made | {(OTHER, GUILD, None, True): old}


def sent(owner: int, guild: int | None, channel: int, shared: bool) -> Origin:
    return replace(origin(owner, guild, shared=shared), channel_id=channel)


@pytest.mark.slow  # seconds of a processor
def test_every_query_shows_exactly_what_the_viewer_may_see(db: Database, stored: Stored) -> None:
    rows = rows_of(db, stored)
    for viewer in VIEWERS:
        sees(db, stored, viewer, rows)


CARELESS: tuple[Callable[..., Any], ...] = (
    lambda viewer, table: [true()],
    lambda viewer, table: [table.shared],
    lambda viewer, table: [table.owner_id == viewer.user_id, (table.guild_id == viewer.guild_id) & table.shared],
)


@pytest.mark.slow  # seconds of a processor
def test_a_hole_in_the_rule_is_noticed(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = fill(sqlite_db)
    for careless in CARELESS:
        with monkeypatch.context() as patched:
            for module in (scope, facts, searching):
                patched.setattr(module, "visible_clauses", careless)
            with pytest.raises(AssertionError):
                sees(sqlite_db, stored, VIEWERS[0], {})


Rows = dict[int, tuple[int, int]]
"""Of each job one file and one result, as its owner finds them."""


def rows_of(db: Database, stored: Stored) -> Rows:
    found: Rows = {}
    for owner in (Viewer(OWNER), Viewer(OTHER)):
        for job in list_jobs(db, owner, limit=100):
            result = search(db, owner, SearchFilter(job_id=job.id)).items[0].id
            found[job.id] = list_outputs(db, owner, job.id)[0].blob_id, result
    assert found.keys() == {*stored.values()}
    return found


def sees(db: Database, stored: Stored, viewer: Viewer, rows: Rows) -> None:
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
    with pytest.raises(NotFound) as missing:
        get_job(db, viewer, 99_999)
    for job_id in stored.values():
        one = summary(db, viewer, ReportFilter(job_id=job_id))
        assert one.total == (2 if job_id in seen else 0)
        if job_id in seen:
            assert get_job(db, viewer, job_id).id == job_id
        else:
            hidden(db, viewer, job_id, *rows[job_id], str(missing.value))


def hidden(db: Database, viewer: Viewer, job_id: int, blob_id: int, result: int, missing: str) -> None:
    """Every way to the job says that it does not exist, in the words used for one that really does not."""
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
    with pytest.raises(NotFound) as forbidden:
        get_job(db, viewer, job_id)
    assert missing.replace("99999", "N") == str(forbidden.value).replace(str(job_id), "N")
    assert search(db, viewer, SearchFilter(job_id=job_id)).items == []


def test_shared_results_are_read_by_others_and_deleted_by_their_owner_only(db: Database) -> None:
    result = done_review(db, where=origin(shared=True))
    member = MEMBER
    assert get_result(db, member, result).text == "a fine film"
    correct(db, member, result, "negative", "I saw it too")
    with pytest.raises(NotYours):
        delete_result(db, member, result)
    delete_result(db, Viewer(OWNER, GUILD), result)
    left = get_result(db, member, result)
    assert (left.text, left.explanation, left.label, left.probability) == (None, None, "positive", 0.9)


def test_what_is_shared_in_a_thread_is_seen_by_who_sees_its_channel(db: Database) -> None:
    thread = done_review(db, where=replace(origin(shared=True), channel_id=53, shared_in=PUBLIC))
    assert get_result(db, Viewer(OTHER, GUILD, frozenset({PUBLIC})), thread).id == thread
    with pytest.raises(NotFound):
        get_result(db, Viewer(OTHER, GUILD, frozenset({53})), thread)


def test_who_looks_for_everybody_in_a_channel_sees_what_was_shared_there_alone(db: Database) -> None:
    both = Viewer(OTHER, GUILD, frozenset({PUBLIC, HIDDEN}))
    there, hidden_there = (done_review(db, where=sent(OWNER, GUILD, place, True)) for place in (PUBLIC, HIDDEN))
    own = done_review(db, where=sent(OTHER, GUILD, HIDDEN, False))
    found = search(db, both.only_in(PUBLIC), SearchFilter()).items
    assert [one.id for one in found] == [own, there]
    assert hidden_there in [one.id for one in search(db, both, SearchFilter()).items]


def test_sharing_in_a_direct_message_shares_nothing(db: Database) -> None:
    result = done_review(db, where=origin(guild=None, shared=True))
    with pytest.raises(NotFound):
        get_result(db, Viewer(OTHER, None), result)
