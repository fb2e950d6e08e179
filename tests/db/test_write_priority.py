"""On SQLite urgent writers go before bulk ones; the gate is a courtesy that can never stop anybody for long."""

from __future__ import annotations

import math
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from db import write_priority as gate
from db.engine import Database
from db.errors import DatabaseUnavailable
from db.write_priority import PriorityLock


def test_bulk_waits_until_the_urgent_are_done(tmp_path: Path) -> None:
    mine, theirs = PriorityLock(str(tmp_path / "x")), PriorityLock(str(tmp_path / "x"))
    order: list[str] = []
    ready = threading.Event()

    def bulk() -> None:
        ready.set()
        theirs.wait()
        order.append("bulk")

    with mine.urgent(), PriorityLock(str(tmp_path / "x")).urgent():
        thread = threading.Thread(target=bulk)
        thread.start()
        ready.wait()
        time.sleep(0.05)  # nothing to await: the point is that nothing happens
        order.append("urgent")
    thread.join()
    assert order == ["urgent", "bulk"]


def test_nobody_waits_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "YIELD_S", 0.01)
    with PriorityLock(str(tmp_path / "x")).urgent():
        PriorityLock(str(tmp_path / "x")).wait()
    nowhere = PriorityLock(str(tmp_path / "missing" / "x"))
    with nowhere.urgent():
        nowhere.wait()


def longest_wait(url: str, *, bulk: bool, enough_s: float) -> float:
    """Of at most forty short transactions, while others write without a pause, 5 ms at a time; seconds.

    Ends with the first wait of `enough_s`: against writers without manners forty of them can take minutes.
    """
    stop = threading.Event()

    def write() -> None:
        db = Database(url)
        while not stop.is_set():
            with db.begin(bulk=bulk) as session:
                session.execute(text("UPDATE bot_state SET value = value"))
                time.sleep(0.005)
        db.dispose()

    writers = [threading.Thread(target=write, daemon=True) for _ in range(2)]
    for writer in writers:
        writer.start()
    db, worst, left = Database(url), 0.0, 40
    try:
        while left and worst < enough_s:
            began = time.perf_counter()
            with db.begin() as session:
                session.execute(text("UPDATE bot_state SET value = value"))
            worst, left = max(worst, time.perf_counter() - began), left - 1
    except DatabaseUnavailable:
        worst = math.inf
    finally:
        stop.set()
        for writer in writers:
            writer.join()
        db.dispose()
    return worst


def test_an_urgent_writer_gets_in_between_bulk_ones(sqlite_url: str) -> None:
    """Against writers that are as urgent it has to be lucky."""
    polite = longest_wait(sqlite_url, bulk=True, enough_s=10)
    rude = longest_wait(sqlite_url, bulk=False, enough_s=2 * polite)
    assert polite < rude or polite < 0.05, (polite, rude)
