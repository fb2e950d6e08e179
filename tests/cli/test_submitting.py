"""`reelfeel submit`: files into the queue, each once, waited for or not; how it ends for every file."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cli import scoring, submitting
from db.engine import Database
from db.operations.heartbeats import record
from db.queries.jobs import changed_jobs, list_jobs
from db.queue import cancel
from db.queue.submissions import HOST, Submission, submit_file
from db.tables import Blob, Upload
from tests.cli.conftest import Run
from tests.db.steps import done_file
from tests.fixtures.discord import World
from tests.fixtures.scorer import Judge

ROWS = "id,review\n1,A warm film.\n2,\n3,A dull film.\n"


def file(folder: Path, name: str = "a.csv", text: str = ROWS) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def records(printed: str) -> list[dict[str, Any]]:
    """What stood on standard output; notes for people are on the other one."""
    return [json.loads(line) for line in printed.splitlines() if line.startswith("{")]


def states(db: Database) -> list[str]:
    return [job.state for job in list_jobs(db, HOST)]


def test_a_file_is_accepted_once_and_said_to_wait(command_db: Database, run: Run, tmp_path: Path) -> None:
    source = file(tmp_path)
    said = run("submit", source)
    assert f"{source}: job 1 is accepted." in said
    assert "No worker is running" in said
    record(command_db, "a", "worker", "here", {"ready": True})
    assert run("submit", source) == f"{source}: job 1 works on this file already (ingesting).\n"
    run("jobs", "cancel", "1")
    assert run("submit", source) == f"{source}: job 1 goes on where it stopped.\n"
    assert run("submit", source, "--quiet") == ""
    assert "No worker" not in run("submit", "missing.csv", code=65)
    assert states(command_db) == ["ingesting"]


def test_who_waits_gets_the_counts_and_the_scored_copy(worked: Database, run: Run, tmp_path: Path) -> None:
    source, scored = file(tmp_path), tmp_path / "scored.jsonl"
    said = run("submit", source, "-o", str(scored))
    assert "job 1: 2 reviews scored: 2 positive, 0 negative, 0 unclear, 1 row without a verdict." in said
    assert [json.loads(line)["label"] or None for line in scored.read_text().splitlines()] == [
        "positive",
        None,
        "positive",
    ]
    (done,) = records(run("submit", source, "--wait", "--json"))
    assert (done["how"], done["job"], done["rows_scored"], done["rows_rejected"]) == ("done", 1, 2, 1)
    assert "`reelfeel export 1`" in run("submit", source)
    assert run("submit", source, "-o", str(tmp_path), "--quiet") == ""
    rows = list(csv.DictReader((tmp_path / "a.scored.csv").open(encoding="utf-8-sig")))
    assert [row["label"] for row in rows] == ["positive", "", "positive"]
    (tmp_path / "a.scored.csv").unlink()
    (tmp_path / "a.scored.csv").write_text("somebody else's")
    assert "Use --force" in run("submit", source, "-o", str(tmp_path / "a.scored.csv"), "--again", code=74)
    assert states(worked) == ["done"], "it is said before anything is done"
    (anew,) = records(run("submit", source, "--again", "--json"))
    assert (anew["how"], anew["job"]) == ("new", 2)


def test_one_bad_file_does_not_stop_the_rest(
    worked: Database, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REELFEEL_MAX_UPLOAD_MIB", "1")
    files = {
        "picture.png": ("x", "unsupported_type", "is not a kind of file"),
        "empty.csv": ("", "empty_file", "holds no reviews"),
        "large.csv": ("x" * (1 << 20) + "y", "larger_than_accepted", "more than 1 MiB"),
        "numbers.csv": ("id,n\n1,2\n3,4\n", "no_text_column", "Use --text-column."),
        "two.csv": (
            "one,two\n" + "A long review of a film that I saw.,Another long review of the film.\n" * 9,
            "needs_column",
            "Submit the file again with --text-column and one of them.",
        ),
    }
    sources = [file(tmp_path, name, text) for name, (text, _, _) in files.items()]
    said = run("submit", "--wait", "--json", "missing.csv", *sources, file(tmp_path), code=65)
    ends = {Path(one["source"]).name: one for one in records(said)}
    assert ends["missing.csv"]["error"]["code"] == "cannot_open"
    for name, (_, code, words) in files.items():
        assert ends[name]["error"]["code"] == code, ends[name]
        assert words in ends[name]["error"]["message"]
    assert ends["a.csv"]["rows_scored"] == 2
    assert "--text-column" in run("submit", sources[-1], code=65)
    assert '"how": "new"' in run("submit", sources[-1], "--text-column", "two", "--json")
    assert states(worked)[:2] == ["ingesting", "done"], "the one that asked gave way"


def test_pipes_are_read_as_score_reads_them(command_db: Database, run: Run, tmp_path: Path) -> None:
    assert "-: job 1 is accepted." in run("submit", "-", typed="A warm film\nDull\n")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["/bin/sh", "-c", f"cat '{file(tmp_path)}' > '{pipe}'"]):
        assert f"{pipe}: job 2 is accepted." in run("submit", str(pipe), "--stdin-format", "csv")
    assert [job.filename for job in list_jobs(command_db, HOST)] == ["stdin.csv", "stdin.txt"]


def test_a_pipe_without_an_end_is_read_to_the_limit(
    command_db: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REELFEEL_MAX_UPLOAD_MIB", "1")
    assert "more than 1 MiB" in run("submit", "/dev/zero", "--stdin-format", "csv", code=65)
    with command_db.read() as session:
        assert session.scalars(select(Blob.id)).all() == []


def test_a_quota_is_said_or_waited_for(
    worked: Database, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REELFEEL_MAX_ACTIVE_JOBS", "1")
    sources = [file(tmp_path, f"{n}.csv", f"{ROWS}4,{n}\n") for n in range(3)]
    said = run("submit", *sources, code=75)
    assert said.count("is accepted") == 1
    assert said.count("`reelfeel jobs cancel` cancels one. With --wait, files wait for a place.") == 2
    assert run("submit", "--wait", *sources).count("reviews scored") == 3
    assert states(worked) == ["done"] * 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a.csv", "b.csv", "-o", "c.csv"], "existing folder"),
        (["a.csv", "-o", "nowhere/c.csv"], "there is no folder nowhere"),
        (["a.csv", "--json", "-o", "-"], "cannot both be standard output"),
        (["-", "--stdin-format", "doc"], "suffix of a review file"),
        (["a.csv", "--delimiter", "abcdef"], "cannot separate cells"),
        (["a.csv", "--format", "doc"], "cannot be written"),
    ],
)
def test_wrong_usage_is_said_before_anything_is_done(run: Run, arguments: list[str], words: str) -> None:
    assert words in " ".join(run("submit", *arguments, code=2).replace("│", " ").split())


def test_ctrl_c_while_waiting_leaves_the_job(
    command_db: Database, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    record(command_db, "a", "worker", "here", {"ready": True})
    monkeypatch.setattr(submitting.time, "sleep", interrupted)
    assert run("submit", file(tmp_path), "--wait", code=130).strip() == ""
    assert states(command_db) == ["ingesting"]


def test_a_job_that_is_cancelled_meanwhile_ends_the_wait(
    command_db: Database, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submitting.time, "sleep", lambda _: cancel(command_db, HOST, 1))
    assert "job 1 was cancelled." in run("submit", file(tmp_path), "--wait", code=1)


def test_members_jobs_are_told_apart(command_db: Database, run: Run, tmp_path: Path) -> None:
    theirs = done_file(command_db, 3)
    run("submit", file(tmp_path))
    listed = [json.loads(line) for line in run("jobs", "--json").splitlines()]
    assert [(one["job"], one["file"]) for one in listed] == [(theirs + 1, "a.csv")]
    assert run("results").count("\n") == 1, "the header alone"
    for command in (("export", str(theirs)), ("jobs", "cancel", str(theirs)), ("jobs", "resume", str(theirs))):
        assert f"There is no job {theirs}" in run(*command, code=1)


async def test_the_bot_shows_none_of_it_and_delivers_the_rest(world: World) -> None:
    data = ROWS.encode()
    submit_file(world.db, Submission("a.csv", len(data), sha256(data).hexdigest()), [data])
    await world.dm(world.alice, "", ("reviews.csv", data))
    await world.finish()
    assert [job.state for job in list_jobs(world.db, HOST)] == ["done"]
    assert changed_jobs(world.db) == []
    assert len([one for one in world.messages(world.alice.user.dm_channel) if one.attachments]) == 1


def test_score_stores_without_a_worker(
    command_db: Database, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "load_scorer", lambda _: Judge())
    source = file(tmp_path)
    said = run("score", "--store", source, "missing.csv", code=65)
    assert "job 1: 2 reviews scored: 2 positive, 0 negative, 0 unclear, 1 row without a verdict." in said
    assert "missing.csv: missing.csv cannot be opened" in said
    rows = list(csv.DictReader((tmp_path / "a.scored.csv").open(encoding="utf-8-sig")))
    assert [row["label"] for row in rows] == ["positive", "", "positive"]
    assert [row["row_number"] for row in csv.DictReader((tmp_path / "a.rejected.csv").open())] == ["2"]
    assert run("results", "--format", "jsonl").count("film.") == 2
    assert "job 1:" in run("score", "--store", source), "what stands is not scored again"
    printed = run("score", "--store", "-", "--format", "jsonl", "--quiet", typed="A warm film\nDull\n")
    assert [one["label"] for one in records(printed)] == ["positive", "positive"]
    assert states(command_db) == ["done", "done"]
    assert "works with files" in run("score", "--store", "--text", "Dull", code=2)


def test_the_accuracy_that_is_wanted_goes_with_the_job(command_db: Database, run: Run, tmp_path: Path) -> None:
    source = file(tmp_path)
    assert "--accuracy goes from 95 to" in run("submit", source, "--accuracy", "30", code=2)
    assert states(command_db) == [], "it is said before anything is done"
    records(run("submit", source, "--accuracy", "98", "--mixed", "--aspects", "--json"))
    (job,) = list_jobs(command_db, HOST)
    assert job.accuracy == 98
    with command_db.read() as session:
        options = session.scalar(select(Upload.options)) or {}
    assert options["mixed"] is options["aspects"] is True
