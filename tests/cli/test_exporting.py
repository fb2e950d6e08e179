"""`reelfeel export`: the scored copy in every format, never over what is not its own, and why there is none."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from db.engine import Database
from db.queue.accept import accept_review
from tests.cli.conftest import Run
from tests.cli.test_jobs import host
from tests.cli.test_submitting import file
from tests.db.steps import file_job


@pytest.fixture
def done(worked: Database, run: Run, tmp_path: Path) -> Database:
    """Job 1 has scored two of three rows."""
    (tmp_path / "in").mkdir()
    run("submit", file(tmp_path / "in"), "--wait")
    return worked


def labels(rows: list[dict[str, str]]) -> list[str | None]:
    return [row["label"] or None for row in rows]


def test_every_format(done: Database, run: Run, tmp_path: Path) -> None:
    assert run("export", "1") == f"{tmp_path / 'a.scored.csv'}\n"
    assert run("export", "1") == f"{tmp_path / 'a.scored.csv'}\n", "its own is replaced"
    wanted = ["positive", None, "positive"]
    assert labels(list(csv.DictReader((tmp_path / "a.scored.csv").open(encoding="utf-8-sig")))) == wanted
    run("export", "1", "-o", "a.parquet")
    assert labels(pq.read_table(tmp_path / "a.parquet").to_pylist()) == wanted
    run("export", "1", "--format", "xlsx")
    header, *rows = load_workbook(tmp_path / "a.scored.xlsx").worksheets[0].iter_rows(values_only=True)
    assert [row[header.index("label")] or None for row in rows] == wanted
    printed = run("export", "1", "-o", "-", "--format", "jsonl")
    assert labels([json.loads(line) for line in printed.splitlines()]) == wanted
    rejected = run("export", "1", "-o", "b.csv", "--rejected", "-")
    assert [row["row_number"] for row in csv.DictReader(io.StringIO(rejected)) if row["code"]] == ["2"]


def test_what_is_not_its_own_stays(done: Database, run: Run, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.csv"
    theirs.write_text("mine")
    assert "Use --force" in run("export", "1", "-o", str(theirs), code=74)
    assert theirs.read_text() == "mine"
    run("export", "1", "-o", str(theirs), "--force")
    assert "label" in theirs.read_text()
    assert "cannot be the same" in run("export", "1", "-o", "-", "--rejected", "-", code=2)
    assert "cannot be written" in run("export", "1", "--format", "doc", code=65)


def test_why_there_is_none(command_db: Database, run: Run) -> None:
    active = file_job(command_db, 2, where=host(1))
    single = accept_review(command_db, host(2), "a fine film").job_id
    assert "is not finished yet" in run("export", str(active), code=1)
    run("jobs", "cancel", str(active))
    assert f"`reelfeel jobs resume {active}` resumes it" in run("export", str(active), code=1)
    assert "is a single review" in run("export", str(single), code=1)
    assert "There is no job 99" in run("export", "99", code=1)
