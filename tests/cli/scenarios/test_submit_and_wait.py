"""The whole way of a file from the command line: submitted, scored by a real worker, fetched, queried; no broker asked.

The command knows the database alone: the worker's sweep finds what waits.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.fixtures.reviews import csv_file
from tests.fixtures.workers import StartWorker

ROWS = 60


def test_a_file_goes_the_whole_way(
    postgres_url: str,
    redis_url: str,
    worker_process: StartWorker,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    worker_process(postgres_url, redis_url)
    source = tmp_path / "festival.csv"
    source.write_bytes(csv_file(ROWS, empty=(7,)))
    said = run("submit", str(source), "-o", str(tmp_path / "scored.csv"))
    assert f"job 1: {ROWS - 1} reviews scored" in said
    rows = list(csv.DictReader((tmp_path / "scored.csv").open(encoding="utf-8-sig")))
    assert [row["id"] for row in rows if not row["label"]] == ["7"]
    assert len(rows) == ROWS
    assert len(run("results", "--format", "jsonl", "--job", "1").splitlines()) == ROWS - 1
    assert "has scored this file" in run("submit", str(source))
