"""The row that says which bot serves, on both databases."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from db.delivery.key_values import get_state
from db.engine import Database
from db.operations.bot_lease import Holder, release, take

FIRST = Holder("a", "here", 1)
SECOND = Holder("b", "there", 1)


def test_one_has_it_until_it_gives_it_back(db: Database) -> None:
    assert take(db, "bot", FIRST) is None
    assert take(db, "bot", SECOND) == FIRST
    assert take(db, "bot", FIRST) is None, "it holds it for longer"
    assert take(db, "another bot", SECOND) is None
    release(db, "bot", SECOND)
    assert take(db, "bot", SECOND) == FIRST, "only who has it gives it back"
    release(db, "bot", FIRST)
    assert get_state(db, "bot") is None
    assert take(db, "bot", SECOND) is None


def test_who_is_away_for_longer_than_its_lease_has_lost_it(db: Database) -> None:
    assert take(db, "bot", FIRST, life_s=-1) is None
    assert take(db, "bot", SECOND) is None
    assert take(db, "bot", FIRST) == SECOND


def test_who_died_on_this_machine_need_not_be_waited_for(db: Database) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    dead, alive = Holder("dead", "here", process.pid), Holder("alive", "here", os.getppid())
    assert take(db, "bot", dead) is None
    assert take(db, "bot", SECOND) == dead, "another machine cannot know"
    assert take(db, "bot", alive) is None
    assert take(db, "bot", FIRST) == alive
    # A container that was started again: the same name, and the number 1 as before.
    assert take(db, "bot", Holder("again", "here", alive.pid)) is None


def test_of_many_at_one_moment_one_gets_it(db: Database) -> None:
    many = [Holder(str(number), f"host {number}", 1) for number in range(6)]
    with ThreadPoolExecutor(len(many)) as threads:
        told = list(threads.map(lambda one: take(db, "bot", one), many))
    assert told.count(None) == 1
    assert {one for one in told if one} == {many[told.index(None)]}
