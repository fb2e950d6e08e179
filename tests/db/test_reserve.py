"""On a disk that is full to the last byte, what frees space works; a tmpfs, so these need root."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from db.blobs import write_blob
from db.clock import db_time
from db.engine import Database
from db.errors import DatabaseFull, DatabaseUnavailable, JobsRunning
from db.privacy.erase import erase_user, stored_data
from db.privacy.retention import purge
from db.queue import cancel
from db.queue.accept import accept_upload
from db.reserve import Reserve
from db.tables import Job, Review
from tests.db.steps import ME, done_file, file_job, new_reviews, origin, state
from tests.faults.disk import Disk, may_mount

MIB = 1024 * 1024
RESERVE = 6 * MIB

pytestmark = pytest.mark.skipif(not may_mount(), reason="a small file system can only be mounted by root")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk(tmp_path / "disk", 32)
    if not made.real:
        pytest.skip("no file system can be mounted here")
    yield made
    made.close()


@pytest.fixture
def full(disk: Disk, sqlite_template: Path) -> Iterator[Database]:
    """A database with a running and a finished job, and a reserve; the disk is filled to the last byte."""
    path = disk.folder / "reelfeel.sqlite3"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    assert database.reserve is not None
    done_file(database, new_reviews(200))
    file_job(database, 4)
    assert database.reserve.fill(RESERVE)
    disk.fill()
    _use_up_the_log(database)
    yield database
    database.dispose()


def _use_up_the_log(database: Database) -> None:
    """What is left of the write-ahead log's last page group is room too."""
    with suppress(DatabaseUnavailable):
        for _ in range(50):
            write_blob(database, [b"x" * 100_000], owner=1)


def running(db: Database) -> int:
    with db.read() as session:
        return session.scalar(select(Job.id).where(Job.finished_at.is_(None)).limit(1)) or 0


def test_the_disk_is_full_and_cancelling_works(full: Database) -> None:
    with pytest.raises(DatabaseFull):
        write_blob(full, [b"x" * MIB], owner=1)
    job_id = running(full)
    assert cancel(full, ME, job_id)
    assert state(full, job_id) == "cancelled"


def test_without_the_reserve_it_does_not(full: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reserve, "release", lambda self: False)
    with suppress(DatabaseFull):
        cancel(full, ME, running(full))
    with pytest.raises((DatabaseFull, JobsRunning)):
        erase_user(full, ME)


def test_everything_of_a_user_is_deleted_on_a_full_disk(full: Database) -> None:
    cancel(full, ME, running(full))
    erase_user(full, ME)
    assert stored_data(full, ME).texts == 0
    with full.read() as session:
        assert session.scalar(select(func.count(Review.text))) == 0


def test_the_purge_works_on_a_full_disk_and_the_room_comes_back(full: Database, disk: Disk) -> None:
    reserve = full.reserve
    assert reserve is not None
    cancel(full, ME, running(full))
    with full.begin() as session:
        session.execute(update(Job).values(finished_at=db_time(-91 * 86_400)))
    purge(full, older_than_days=90)
    with full.read() as session:
        assert session.scalar(select(func.count(Review.text))) == 0
    assert reserve.released
    with pytest.raises(DatabaseFull, match="no space left"):
        accept_upload(full, origin(), filename="a.csv", parts=[b"text\ngood\n"])
    assert not reserve.fill(RESERVE)  # the disk is still full of other things
    disk.free()
    assert reserve.fill(RESERVE)
    assert accept_upload(full, origin(), filename="a.csv", parts=[b"text\ngood\n"]).job_id


def test_the_reserve_is_its_owners_alone_and_taken_once(disk: Disk) -> None:
    reserve = Reserve(disk.folder / "a.sqlite3")
    assert not reserve.release()
    assert reserve.fill(RESERVE)
    assert reserve.fill(RESERVE)
    assert reserve.path.stat().st_mode & 0o777 == 0o600
    assert reserve.free_bytes() < 32 * MIB - RESERVE + MIB
    assert not Reserve(disk.folder / "b.sqlite3").fill(20 * MIB)
    assert reserve.release()
    assert reserve.released
    assert not reserve.release()
