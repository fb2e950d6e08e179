"""Children: work in another process, with its own database; its errors come back, and its death is no end."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from multiprocessing import connection
from pathlib import Path

import pytest
import pytest_asyncio

from bot.pools import children
from bot.pools.children import ChildFailed, Children
from common.errors import UserError
from common.i18n import tr, use_locale
from db.engine import Database
from db.errors import NotFound, QuotaExceeded
from db.operations.blocks import block, block_set

pytestmark = pytest.mark.slow


@pytest_asyncio.fixture
async def one(sqlite_db: Database, sqlite_url: str) -> AsyncIterator[Children]:
    built = Children(1, sqlite_db, url=sqlite_url, text_keys=())
    yield built
    built.close()


def where(db: Database) -> tuple[int, int]:
    """The process, and how many are blocked."""
    return os.getpid(), len(block_set(db))


def said(_: Database, text: str) -> str:
    return tr(text)


def fails(_: Database, kind: str) -> None:
    if kind == "user":
        raise UserError("a plain sentence")
    if kind == "problem":
        raise NotFound("job", 7)
    if kind == "quota":
        raise QuotaExceeded(5, 5, 60.0)
    raise RuntimeError("words of a review")


def dies_once(_: Database, note: str) -> int:
    try:
        os.close(os.open(note, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return os.getpid()
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def hangs(_: Database) -> None:
    time.sleep(600)


async def test_it_works_elsewhere_speaks_the_askers_language_and_its_errors_come_back(
    one: Children, sqlite_db: Database
) -> None:
    block(sqlite_db, "user", 7, by="me")
    process, count = await one.run(where)
    assert process != os.getpid()
    assert count == 1
    with use_locale("de"):
        assert await one.run(said, "Positive") == "Positiv"
    with pytest.raises(UserError, match="a plain sentence"):
        await one.run(fails, "user")
    with pytest.raises(NotFound) as missing:
        await one.run(fails, "problem")
    assert missing.value.render() == NotFound("job", 7).render()
    with pytest.raises(QuotaExceeded) as quota:
        await one.run(fails, "quota")
    assert (quota.value.limit, quota.value.wait_s) == (5, 60.0)
    with pytest.raises(ChildFailed, match=r"^RuntimeError$"):
        await one.run(fails, "bug")


def stays(_: Database, folder: str, name: str) -> int:
    """Writes its note, and ends when somebody says so."""
    with (Path(folder) / name).open("x") as note:
        note.write(str(os.getpid()))
    while not (Path(folder) / "go").exists():
        time.sleep(0.01)
    return os.getpid()


async def until_there(path: Path) -> None:
    async with asyncio.timeout(60):
        while not os.access(path, os.F_OK):  # noqa: ASYNC110  another process makes it
            await asyncio.sleep(0.01)


async def test_one_that_is_overdue_takes_nobody_along(
    sqlite_db: Database, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = Children(2, sqlite_db, url=sqlite_url, text_keys=())
    try:
        neighbour = asyncio.create_task(two.run(stays, str(tmp_path), "neighbour"))
        await until_there(tmp_path / "neighbour")
        monkeypatch.setattr(children, "LONGEST_S", 0.05)
        with pytest.raises(TimeoutError):
            await two.run(hangs)
        (tmp_path / "go").touch()
        assert str(await neighbour) == (tmp_path / "neighbour").read_text()
    finally:
        two.close()


async def test_who_waits_for_one_is_not_overdue(one: Children, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time counts from when a child begins."""
    working = asyncio.create_task(one.run(stays, str(tmp_path), "begun"))
    await until_there(tmp_path / "begun")
    monkeypatch.setattr(children, "LONGEST_S", 0.01)
    waiting = asyncio.create_task(one.run(where))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    monkeypatch.setattr(children, "LONGEST_S", 120.0)
    (tmp_path / "go").touch()
    assert (await waiting)[0] == await working


async def test_closed_it_starts_none_again(one: Children, tmp_path: Path) -> None:
    """Who is at work and who waits are told at once; the work is not begun a second time for nobody."""
    working = asyncio.create_task(one.run(stays, str(tmp_path), "begun"))
    await until_there(tmp_path / "begun")
    waiting = asyncio.create_task(one.run(where))
    await asyncio.sleep(0)
    (child,) = one._all
    assert child._pool is not None
    (process,) = (child._pool._processes or {}).values()
    one.close()
    async with asyncio.timeout(20):
        for each in (working, waiting, one.run(where)):
            with pytest.raises(ChildFailed, match=r"^closed$"):
                await each
    # Not `is_alive`: for a moment that is true where the pool's own thread has just waited for it.
    assert connection.wait([process.sentinel], 20)
    assert child._pool is None  # those of the whole test process may have others, of other tests


async def test_a_killed_one_is_replaced_and_one_that_hangs_is_ended(
    one: Children, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await one.run(dies_once, f"{tmp_path}/note") != os.getpid()
    process, _ = await one.run(where)
    monkeypatch.setattr(children, "LONGEST_S", 0.05)
    with pytest.raises(TimeoutError):
        await one.run(hangs)
    monkeypatch.setattr(children, "LONGEST_S", 120.0)
    assert (await one.run(where))[0] != process


async def test_without_processes_threads_do_the_same(sqlite_db: Database, sqlite_url: str) -> None:
    none = Children(0, sqlite_db, url=sqlite_url, text_keys=())
    assert (await none.run(where))[0] == os.getpid()
    with pytest.raises(NotFound):
        await none.run(fails, "problem")
    none.close()
    await asyncio.sleep(0)
