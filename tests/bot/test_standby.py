"""A second bot with the same token waits until the first is gone."""

from __future__ import annotations

import asyncio
import os
import signal
import socket

import pytest

from bot import standby
from bot.standby import Turn
from db.engine import Database
from db.operations.bot_lease import Holder, take
from db.operations.heartbeats import beats
from db.privacy.clock_guard import UP
from worker.operations.health import complaint

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDe.abcdefghijklmnopqrstuvwxyz0123"  # secret: made up
OTHER = Holder("other", "elsewhere", 1)


@pytest.fixture
def waiting(sqlite_db: Database) -> tuple[Turn, str]:
    """A turn that another machine's bot has, and its key."""
    turn = Turn(sqlite_db, TOKEN, look_s=0.01)
    key = turn._key
    assert take(sqlite_db, key, OTHER) is None
    return turn, key


async def until_it_stands_by(db: Database) -> None:
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(beats, db, room="bot"):
            pass


async def test_it_waits_says_so_and_serves_when_the_first_is_gone(
    sqlite_db: Database, waiting: tuple[Turn, str]
) -> None:
    turn, key = waiting
    task = asyncio.create_task(turn.wait())
    await until_it_stands_by(sqlite_db)
    (beat,) = beats(sqlite_db, room="bot")
    assert beat.facts["standby"] is True
    assert float(beat.facts[UP] or 0) > 0
    assert complaint(sqlite_db, "bot", host=socket.gethostname()) is None, "a standby is well"
    assert not task.done()
    take(sqlite_db, key, OTHER, life_s=-1)  # it died: its lease runs out
    async with asyncio.timeout(20):
        assert await task
    assert beats(sqlite_db, room="bot") == []
    assert take(sqlite_db, key, OTHER) is not None


async def test_it_can_be_stopped_while_it_waits(sqlite_db: Database, waiting: tuple[Turn, str]) -> None:
    task = asyncio.create_task(waiting[0].wait())
    await until_it_stands_by(sqlite_db)
    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(20):
        assert not await task


async def test_the_first_gives_it_back_at_its_end(sqlite_db: Database) -> None:
    first, second = Turn(sqlite_db, TOKEN), Turn(sqlite_db, TOKEN)
    assert await first.wait()
    async with first.held(lambda: None):
        pass
    assert await second.wait(), "at once, no lease runs out"
    assert not first.lost


async def test_who_was_away_too_long_learns_that_another_serves(
    sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standby, "RENEW_S", 0.01)
    turn = Turn(sqlite_db, TOKEN)
    assert await turn.wait()
    take(sqlite_db, turn._key, turn._me, life_s=-1)
    assert take(sqlite_db, turn._key, OTHER) is None
    lost = asyncio.Event()
    async with turn.held(lost.set), asyncio.timeout(20):
        await lost.wait()
    assert turn.lost
    assert take(sqlite_db, turn._key, Holder("third", "elsewhere", 2)) == OTHER, "it took nothing away"
