"""docs/python.md: its code runs as it stands, in its order."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from common import settings
from db.engine import Database
from db.types import HOST_USER, NewReview, Origin
from tests.cli.conftest import Run, run
from tests.db.steps import done_file
from tests.docs.pages import DOCS

__all__ = ["run"]
BLOCKS = re.findall(r"```python\n(.*?)```", (DOCS / "python.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_code_on_the_page_runs(
    sqlite_db: Database, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(tmp_path)  # where the database of the tests is, under the name on the page
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("REELFEEL_TEXT_KEYS", "plain")
    rows = [NewReview(n, f"review {n}", "Heat" if n % 2 else "Up", date(2026, 1, n)) for n in range(1, 9)]
    done_file(sqlite_db, rows, where=Origin(HOST_USER, None, None, "cli", 1))
    run("results", "-o", "results.parquet")
    settings.settings.cache_clear()
    names: dict[str, Any] = {}
    for block in BLOCKS:
        exec(compile(block, "docs/python.md", "exec"), names)  # the page is ours
    settings.settings.cache_clear()
    assert len(BLOCKS) >= 6
    assert len(names["by_day"]) == 4
    assert list(names["films"].columns) == ["film", "reviews", "average"]
    assert names["films"]["reviews"].sum() == 8
    assert sorted(names["reviews"]["text"]) == [f"review {n}" for n in range(1, 9)]


def test_the_function_for_postgresql_reads_texts(postgres_url: str) -> None:
    db = Database(postgres_url)
    done_file(db, [NewReview(1, "fine", "Heat"), NewReview(2, "dull", "Up")])
    names: dict[str, Any] = {}
    exec(compile(next(block for block in BLOCKS if "def reviews_of" in block), "docs/python.md", "exec"), names)
    assert names["reviews_of"](db.url, "Heat")["text"].tolist() == ["fine"]
    db.dispose()
