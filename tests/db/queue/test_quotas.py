"""Quotas of a user, of a server and of the host: each reached, each refused with its reason and when to try again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, update

from common.settings import Settings
from db.clock import db_time
from db.engine import Database
from db.errors import (
    DayUsedUp,
    NoSpace,
    QueueFull,
    QuotaExceeded,
    ServerFull,
)
from db.privacy.retention import purge
from db.queue import (
    cancel,
    claim,
    release_failed,
)
from db.queue.accept import accept_review, accept_upload
from db.queue.quotas import Quotas, quotas_of
from db.tables import Blob, GuildSetting, Job
from db.types import Accepted, NewRejected, NewReview, Origin
from tests.db.steps import (
    ELSEWHERE,
    GUILD,
    ME,
    OTHER,
    chunks,
    commit,
    done_file,
    file_job,
    must,
    origin,
)


def upload(db: Database, quotas: Quotas, where: Origin | None = None) -> Accepted:
    return accept_upload(db, where or origin(), filename="a.csv", parts=[b"x"], quotas=quotas)


def began(db: Database, job_id: int, *, seconds_ago: float, done: int, of: int) -> None:
    """The job has run for so long and done so much."""
    with db.begin() as session:
        since = {"started_at": db_time(-seconds_ago), "rows_done": done, "rows_total": of}
        session.execute(update(Job).where(Job.id == job_id).values(**since))


def test_a_users_jobs_and_when_one_ends(db: Database) -> None:
    job_id = file_job(db, 2)
    with pytest.raises(
        QuotaExceeded, match=r"You have 1 job running and the limit is 1: wait until one is finished, or"
    ):
        upload(db, Quotas(user_jobs=1))
    began(db, job_id, seconds_ago=60, done=600, of=12_600)
    with pytest.raises(QuotaExceeded, match=r"finished \(about (20|21) min\), or cancel one"):
        upload(db, Quotas(user_jobs=1))
    upload(db, Quotas(user_jobs=1), origin(owner=OTHER))
    cancel(db, ME, job_id)
    upload(db, Quotas(user_jobs=1))


def test_a_server_sets_less_for_its_members_there(db: Database) -> None:
    with db.begin() as session:
        session.add(GuildSetting(guild_id=GUILD, max_active_jobs=1))
        session.add(GuildSetting(guild_id=ELSEWHERE, max_active_jobs=50))
    file_job(db, 2)
    with pytest.raises(QuotaExceeded, match="limit is 1"):
        upload(db, Quotas(user_jobs=3))
    for _ in range(2):
        upload(db, Quotas(user_jobs=3), origin(guild=ELSEWHERE))
    with pytest.raises(QuotaExceeded, match="limit is 3"):
        upload(db, Quotas(user_jobs=3), origin(guild=ELSEWHERE))


def test_a_servers_jobs_count_for_all_its_members(db: Database) -> None:
    for owner in (1, 2):
        file_job(db, 2, where=origin(owner=owner))
    with pytest.raises(
        ServerFull, match=r"This server has 2 jobs running and the limit is 2: try again when one is finished"
    ) as caught:
        upload(db, Quotas(server_jobs=2), origin(owner=3))
    assert (caught.value.limit, caught.value.active) == (2, 2)
    upload(db, Quotas(server_jobs=2), origin(owner=3, guild=None))


def test_a_users_reviews_of_one_day(db: Database) -> None:
    first = file_job(db, 60)
    file_job(db, 50)
    accept_review(db, origin(owner=OTHER), "good")
    with db.begin() as session:
        session.execute(update(Job).where(Job.id == first).values(created_at=db_time(-20 * 3600.0)))
    with pytest.raises(DayUsedUp, match=r"110 reviews within 24 hours and the limit is 100: .* in about 4 h") as caught:
        upload(db, Quotas(user_rows=100))
    assert caught.value.wait_s == pytest.approx(4 * 3600, abs=60)
    upload(db, Quotas(user_rows=100), origin(owner=OTHER))
    with db.begin() as session:
        session.execute(update(Job).where(Job.id == first).values(created_at=db_time(-25 * 3600.0)))
    upload(db, Quotas(user_rows=100))


def test_a_full_queue(db: Database) -> None:
    job_id = file_job(db, 20)
    with pytest.raises(QueueFull, match=r"20 reviews wait and the limit is 20. Send this file again in an hour"):
        upload(db, Quotas(queued_rows=20), origin(owner=OTHER))
    began(db, job_id, seconds_ago=100, done=1_000, of=101_000)
    with pytest.raises(QueueFull, match=r"100,000 reviews wait and the limit is 40,000.* in about (100|101|2 h)"):
        upload(db, Quotas(queued_rows=40_000), origin(owner=OTHER))
    accept_review(db, origin(owner=OTHER), "a single review is never refused")
    began(db, job_id, seconds_ago=100, done=100_999, of=101_000)
    upload(db, Quotas(queued_rows=20), origin(owner=OTHER))


def test_quota_counts_unfinished_files(db: Database) -> None:
    job_ids = [file_job(db, 2), file_job(db, 2)]
    with pytest.raises(QuotaExceeded, match="limit is 2") as caught:
        accept_upload(db, origin(), filename="a.csv", parts=[b"x"], quotas=Quotas(user_jobs=2))
    assert (caught.value.limit, caught.value.active) == (2, 2)
    accept_upload(db, origin(owner=OTHER), filename="a.csv", parts=[b"x"], quotas=Quotas(user_jobs=2))
    cancel(db, ME, job_ids[0])
    accept_upload(db, origin(), filename="a.csv", parts=[b"x"], quotas=Quotas(user_jobs=2))


@pytest.mark.parametrize(("limit", "refused"), [(59, True), (60, True), (61, False)])
def test_reviews_of_a_day_are_refused_from_the_limit_on(db: Database, limit: int, refused: bool) -> None:
    file_job(db, 60)
    if refused:
        with pytest.raises(DayUsedUp):
            upload(db, Quotas(user_rows=limit))
    else:
        upload(db, Quotas(user_rows=limit))


@pytest.mark.parametrize(("limit", "refused"), [(4, True), (5, True), (6, False)])
def test_the_queue_is_full_of_rows_that_still_wait(db: Database, limit: int, refused: bool) -> None:
    """Of ten rows two are scored, one was rejected and two could not be scored: five wait."""
    job_id = file_job(db, 9, chunk_rows=1, rejected=[NewRejected(10, "empty", "no text")])
    pending = chunks(db, job_id, "pending")
    for chunk in pending[:2]:
        assert commit(db, must(claim(db, chunk)))
    for chunk in pending[2:4]:
        for _ in range(3):
            release_failed(db, must(claim(db, chunk)), code="ValueError")
    if refused:
        with pytest.raises(QueueFull) as caught:
            upload(db, Quotas(queued_rows=limit))
        assert caught.value.active == 5
    else:
        upload(db, Quotas(queued_rows=limit))


def stored(db: Database) -> int:
    with db.read() as session:
        return sum(session.scalars(select(Job.stored_bytes)))


@pytest.mark.parametrize(
    ("quotas", "whose"),
    [
        (Quotas(user_bytes=1000), "Your stored files and texts"),
        (Quotas(server_bytes=1000), "The files and texts of this server"),
        (Quotas(host_bytes=1000), "All stored files and texts"),
    ],
)
def test_bytes_have_quotas_before_and_after_the_download(db: Database, quotas: Quotas, whose: str) -> None:
    accept_upload(db, origin(), filename="a.csv", parts=[b"x" * 900], size=900, quotas=quotas)
    read: list[bytes] = []

    def download() -> Iterator[bytes]:
        read.append(b"x" * 200)
        yield read[0]

    with pytest.raises(NoSpace, match=f"{whose} take up 900 bytes of 1,000 bytes"):
        accept_upload(db, origin(), filename="b.csv", parts=download(), size=200, quotas=quotas)
    assert read == []  # refused by the announced size
    with pytest.raises(NoSpace):
        accept_upload(db, origin(), filename="b.csv", parts=download(), size=100, quotas=quotas)
    assert read != []  # it was larger than announced: refused where it would be accepted
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Blob)) == 1
    accept_upload(db, origin(), filename="c.csv", parts=[b"x" * 100], size=100, quotas=quotas)
    assert stored(db) == 1000


def test_bytes_of_others_do_not_count(db: Database) -> None:
    quotas = Quotas(user_bytes=1000, server_bytes=1000)
    accept_upload(db, origin(), filename="a.csv", parts=[b"x" * 900], size=900, quotas=quotas)
    there = origin(OTHER, ELSEWHERE)
    accept_upload(db, there, filename="a.csv", parts=[b"x" * 900], size=900, quotas=quotas)


def test_texts_and_results_count_and_what_is_deleted_does_not(db: Database) -> None:
    """A small packed file may hold gigabytes: what it was unpacked to counts."""
    job_id = done_file(db, [NewReview(1, "x" * 5_000), NewReview(2, "\N{EURO SIGN}" * 100)])
    upload, output = len(b"text\ngood\n"), len(b"text,label\n")
    assert stored(db) == upload + 5_000 + 300 + output
    with pytest.raises(NoSpace):
        accept_upload(db, origin(), filename="b.csv", parts=[b"x"], size=1, quotas=Quotas(user_bytes=5_000))
    with db.begin() as session:
        session.execute(update(Job).where(Job.id == job_id).values(finished_at=db_time(-91 * 86_400)))
    purge(db, older_than_days=90)
    assert stored(db) == 0


def test_ten_uploads_at_once_respect_the_bytes(db: Database) -> None:
    barrier = threading.Barrier(10)

    def send(_: int) -> bool:
        barrier.wait()
        try:
            accept_upload(db, origin(), filename="a.csv", parts=[b"x" * 100], size=100, quotas=Quotas(user_bytes=300))
        except NoSpace:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(send, range(10))) == 3


def test_the_hosts_quotas_are_told_apart() -> None:
    host = Settings(max_active_jobs=1, max_rows_per_day=2, max_server_jobs=3, max_queued_rows=4, _env_file=None)  # type: ignore[call-arg]
    quotas = quotas_of(host)
    assert (quotas.user_jobs, quotas.user_rows, quotas.server_jobs, quotas.queued_rows) == (1, 2, 3, 4)
