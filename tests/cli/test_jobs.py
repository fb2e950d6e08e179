"""`reelfeel jobs`: the list in pages, for people and for scripts; cancel and resume."""

from __future__ import annotations

import json

import pytest

from db.engine import Database
from db.queue import ask_column, fail_job
from db.types import HOST_USER, NewRejected, Origin
from tests.cli.conftest import Run
from tests.db.steps import done_file, file_job, uploaded


def host(event: int) -> Origin:
    return Origin(HOST_USER, None, None, "cli", event)


@pytest.fixture
def jobs(command_db: Database) -> list[int]:
    """Done, waiting to be scored, failed, waiting for its column; and one of a member."""
    done = done_file(command_db, 3, rejected=[NewRejected(4, "empty_text", "No text.")], where=host(1))
    failed, held = uploaded(command_db, host(3))
    assert fail_job(command_db, held, "no_text_column", {"columns": {"names": ["\x1b[31mred"], "more": 0}})
    asking, held = uploaded(command_db, host(4))
    assert ask_column(command_db, held, ["title", "body"])
    done_file(command_db, 1)
    active = file_job(command_db, 2, where=host(2))
    return [done, failed.job_id, asking.job_id, active]


def listed(run: Run, *arguments: str) -> list[int]:
    return [json.loads(line)["job"] for line in run("jobs", "--json", *arguments).splitlines()]


def test_the_list(jobs: list[int], run: Run) -> None:
    done, failed, asking, active = jobs
    shown = run("jobs")
    lines = [line.split() for line in shown.splitlines()]
    assert [line[0] for line in lines[1:5]] == [str(active), str(asking), str(failed), str(done)]
    assert "reviews.csv, 4 rows (1 without a verdict)" in shown
    assert "0 of 2 rows" in shown
    assert f"job {failed}: No column looks like review texts among '\\x1b[31mred'" in shown
    assert "Use --text-column." in shown
    assert f"job {asking}: Several columns could hold the reviews: 'title', 'body'." in shown
    assert "\x1b" not in shown
    records = [json.loads(line) for line in run("jobs", "--json").splitlines()]
    assert records[2]["error"]["code"] == "no_text_column"
    assert records[3] | {"job": done, "rows_scored": 3, "rows_rejected": 1, "model": "m1", "error": None} == records[3]


def test_pages_and_what_has_not_ended(jobs: list[int], run: Run) -> None:
    done, failed, asking, active = jobs
    assert listed(run) == [active, asking, failed, done]
    assert listed(run, "--limit", "2") == [active, asking]
    assert listed(run, "--limit", "2", "--before", str(asking)) == [failed, done]
    assert listed(run, "--active") == [active, asking]


def test_cancel_and_resume(jobs: list[int], run: Run) -> None:
    done, _, _, active = jobs
    assert run("jobs", "cancel", str(active)) == f"Job {active} is cancelled.\n"
    assert "is already cancelled" in run("jobs", "cancel", str(active), code=1)
    assert run("jobs", "resume", str(active)) == f"Job {active} is resumed.\n"
    assert "only a cancelled or failed job" in run("jobs", "resume", str(done), code=1)
    assert "`reelfeel jobs` lists those" in run("jobs", "cancel", "999", code=1)


def test_no_jobs(command_db: Database, run: Run) -> None:
    assert "reelfeel submit" in run("jobs")
    assert run("jobs", "--json") == ""
