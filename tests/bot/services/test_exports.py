"""Export CSV: all that a search finds, as far as rows, bytes and time allow, and said when not."""

from __future__ import annotations

import time
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.cogs import privacy
from bot.services import exports
from db.engine import Database
from db.queries import search
from db.types import NewReview, SearchFilter
from tests.bot.talk import (
    BAD,
    GOOD,
    Talk,
    add_file,
    add_review,
    result_ids,
    review_file,
    table,
    words,
)
from tests.db.steps import ME, done_file
from tests.fixtures.discord import World


async def test_export_holds_all_that_matches(world: World, alice: Talk) -> None:
    await add_file(world, world.alice, review_file(20))
    await add_review(world, world.alice, "=1+1 is a formula. " + BAD)
    await add_review(world, world.bob, "bob's secret. " + GOOD)
    await world.work()
    page = await alice.slash("results search", label="negative")
    export = await alice.click(page, "Export CSV")
    assert export.ephemeral
    assert "11 results" in words(export)
    rows = table(world.attachment(export, "results.csv"))
    assert len(rows) == 11
    assert {row["label"] for row in rows} == {"negative"}
    assert [row["text"][:6] for row in rows if "formula" in row["text"]] == ["'=1+1 "]
    assert [int(row["id"]) for row in rows] == await result_ids(world, world.alice, label="negative")
    assert not any("secret" in row["text"] for row in rows)


async def test_export_names_its_limit(world: World, alice: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MAX_ROWS", 7)
    monkeypatch.setattr(exports, "STEP", 3)
    await add_file(world, world.alice, review_file(20))
    await world.work()
    export = await alice.click(await alice.slash("results search"), "Export CSV")
    rows = table(world.attachment(export, "results.csv"))
    assert [int(row["id"]) for row in rows] == (await result_ids(world, world.alice))[:7]
    assert "first 7 results" in words(export)
    assert "at most 7 rows" in words(export)
    assert "`since`" in words(export)


async def test_an_export_ends_where_its_time_does_and_says_so(
    world: World, alice: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any time it looks through one window: that one shrunk to five rows here."""
    await add_file(world, world.alice, review_file(20))
    await world.work()
    page = await alice.slash("results search", query="wonderful")
    assert "10 results" in words(await alice.click(page, "Export CSV"))
    monkeypatch.setattr(exports, "PATIENCE_S", 0.0)
    monkeypatch.setattr(search, "FIRST_WINDOW", 5)
    export = await alice.click(page, "Export CSV")
    assert export.ephemeral
    assert "2 results so far, within 1 s, the longest an export may take" in words(export)
    assert "`film`, `job` or `since`" in words(export)
    assert len(table(world.attachment(export, "results.csv"))) == 2
    monkeypatch.setattr(search, "FIRST_WINDOW", 1)
    refused = await alice.click(page, "Export CSV")
    assert refused.ephemeral
    assert "Nothing found within 1 s" in words(refused)
    assert refused.attachments == []


def test_what_a_child_that_died_had_begun_is_written_anew(sqlite_db: Database, tmp_path: Path) -> None:
    """The work is tried once more, in the same place."""
    done_file(sqlite_db, [NewReview(1, "a review")])
    path = tmp_path / "results.csv"
    path.write_bytes(b"begun" * 1000)
    done = exports.export_to(sqlite_db, path, ME, SearchFilter(), max_bytes=10_000_000, patience_s=20)
    assert (done.rows, done.complete) == (1, True)
    assert len(table(path.read_bytes())) == 1
    path.write_bytes(b"begun" * 1000)
    assert privacy._pack(sqlite_db, path, ME, 10_000_000).reviews == 1
    with zipfile.ZipFile(path) as packed:
        assert packed.testzip() is None


def test_the_time_of_an_export_counts_on_a_slow_database(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three windows, each slow to look through; what is searched for stands in the last, so in time it is not found."""
    monkeypatch.setattr(search, "FIRST_WINDOW", 10)
    monkeypatch.setattr(search, "LARGEST_WINDOW", 40)
    done_file(db, [NewReview(n, f"review {n} of {'zebras' if n == 1 else 'horses'}") for n in range(1, 85)])
    wanted = SearchFilter(query="zebras")
    slow = 0.3
    read: list[int] = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def _wait(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "LIKE" in statement.upper():
            read.append(1)
            if connection.dialect.name == "postgresql":
                cursor.execute(f"SELECT pg_sleep({slow})")
            else:
                time.sleep(slow)

    whole = exports.export(db, ME, wanted, BytesIO(), max_bytes=10_000_000)
    windows = len(read)
    assert (whole.rows, whole.complete, whole.timed_out) == (1, True, False)
    assert windows == 3
    read.clear()
    cut = exports.export(db, ME, wanted, BytesIO(), max_bytes=10_000_000, patience_s=slow / 2)
    assert (cut.rows, cut.timed_out, len(read)) == (0, True, 1)
