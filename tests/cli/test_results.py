"""`reelfeel results`: every filter, every format, whole or cut by a reader that goes; and the same for Python."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from cli.results import stored_results, table_lines
from db.crypto import new_key
from db.engine import Database
from db.privacy import text_keys
from db.types import NewReview
from reporting.result_table import HEADER
from tests.bot.samples import result
from tests.cli.conftest import Run
from tests.cli.test_jobs import host
from tests.db.steps import done_file

ROOT = Path(__file__).parents[2]
FORMULA = "=1+2"


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> tuple[Path, int]:
    """A database with six verdicts of two films and two jobs, and a member's; the first job."""
    path = shutil.copyfile(sqlite_template, tmp_path_factory.mktemp("results") / "stored.sqlite3")
    db = Database(f"sqlite:///{path}")
    rows = [NewReview(n, f"a GOOD film, number {n}", "Heat", date(2026, 1, n)) for n in (1, 2, 3)]
    first = done_file(db, rows, where=host(1))
    done_file(db, [NewReview(n, FORMULA, "Up") for n in (1, 2, 3)], where=host(2))
    done_file(db, 3)
    db.dispose()
    return path, first


@pytest.fixture
def verdicts(command_db: Database, stored: tuple[Path, int]) -> int:
    """A copy of them in this test's database."""
    path, first = stored
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(str(command_db.url.database))) as target:
        source.backup(target)
    return first


def ids(printed: str) -> list[int]:
    return [json.loads(line)["id"] for line in printed.splitlines()]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ([], [6, 5, 4, 3, 2, 1]),
        (["--job", "1"], [3, 2, 1]),
        (["--film", "heat"], [3, 2, 1]),
        (["--query", "good 2"], [2]),
        (["--label", "positive"], [6, 3]),
        (["--since", "2026-01-02", "--until", "2026-01-02"], [2]),
        (["--min-probability", "0.95"], [4, 1]),
        (["--sort", "probability", "--job", "1"], [3, 2, 1]),
        (["--limit", "2"], [6, 5]),
        (["--film", "None"], []),
    ],
    ids=str,
)
def test_filters(verdicts: int, run: Run, filters: list[str], found: list[int]) -> None:
    assert ids(run("results", "--format", "jsonl", *filters)) == found


def test_films_of_a_name_are_told_without_what_a_terminal_would_obey(command_db: Database, run: Run) -> None:
    names = ("Heat (1995)", "\u202eHeat (2013)", "Heat")
    done_file(command_db, [NewReview(n, "fine", name) for n, name in enumerate(names, 1)], where=host(1))
    told = run("results", "--film", "heat") + run("report", "--film", "heat", code=1)
    assert told.count("Several films have this name: “Heat (1995)”, “Heat (2013)”.") == 2
    assert "\u202e" not in told


def test_formats(verdicts: int, run: Run, tmp_path: Path) -> None:
    table = run("results").splitlines()
    assert len(table) == 7
    assert table[-1].split()[:5] == ["1", str(verdicts), "1", "negative", "0.050"]
    rows = list(csv.DictReader(io.StringIO(run("results", "--format", "csv").removeprefix("\ufeff"))))
    assert [row["text"] for row in rows[:3]] == [f"'{FORMULA}"] * 3
    assert "6 results" in run("results", "-o", "all.parquet")
    assert pq.read_table(tmp_path / "all.parquet").column_names == list(HEADER)
    assert "use --force" in run("results", "-o", "all.parquet", code=74)
    assert "3 results" in run("results", "-o", "all.parquet", "--force", "--job", str(verdicts))
    assert run("results", "-o", "nowhere/x.csv", code=74) == "reelfeel: nowhere: No such file or directory.\n"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".reelfeel")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "doc"], "table, csv, jsonl, parquet"),
        (["-o", "x.doc"], "ends with one of .csv, .jsonl, .parquet"),
        (["-o", "x.csv", "--format", "table"], "for the terminal"),
        (["--label", "good"], "positive, negative, uncertain"),
        (["--sort", "age"], "newest or probability"),
        (["--since", "soon"], "is not a date"),
        (["--since", "1d", "--until", "9d"], "is after"),
    ],
)
def test_wrong_usage(run: Run, arguments: list[str], words: str) -> None:
    assert words in " ".join(run("results", *arguments, code=2).replace("│", " ").split())


def test_sealed_texts_need_their_key(command_db: Database, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    key = new_key()
    sealing = Database(str(command_db.url), text_keys=(key,))
    text_keys.check(sealing)
    done_file(sealing, [NewReview(1, "a quokka film", "Heat")], where=host(1))
    sealing.dispose()
    assert "REELFEEL_TEXT_KEYS lacks the key" in run("results", code=78)
    monkeypatch.setenv("REELFEEL_TEXT_KEYS", key)
    assert ids(run("results", "--format", "jsonl", "--query", "QUOKKA", "--film", "heat")) == [1]
    assert "quokka" in run("results", "--query", "quokka")


def test_a_terminal_obeys_nothing_that_a_text_says() -> None:
    (_, line) = table_lines([result(text="\x1b[2Jclear \u202e the\nscreen", film="\x07Heat")])
    assert line.endswith("Heat                      [2Jclear the screen")


def test_a_reader_that_takes_one_line_and_goes(verdicts: int, command_db: Database) -> None:
    env = os.environ | {"PYTHONPATH": str(ROOT), "DATABASE_URL": str(command_db.url)}
    line = [sys.executable, "-m", "cli", "results", "--format", "jsonl"]
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write) as nobody:
        done = subprocess.run(line, env=env, stdout=nobody, stderr=subprocess.PIPE, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (141, b"")


def test_results_for_python(verdicts: int) -> None:
    from common.settings import settings

    settings.cache_clear()
    frame = pd.DataFrame(stored_results(job=verdicts, since=date(2026, 1, 2)))
    assert list(frame.columns) == list(HEADER)
    assert frame["id"].tolist() == [3, 2]
    with pytest.raises(ValueError, match="label"):
        next(stored_results(label="good"))
