"""`reelfeel bot`, `worker`, `health`, `status`: what a host and a script are told, and with which exit code."""

from __future__ import annotations

import json

import pytest

from db.crypto import new_key
from db.engine import Database
from db.operations.heartbeats import record
from db.operations.types import Fact, Room
from db.privacy import text_keys
from tests.cli.conftest import Run
from tests.fixtures.reviews import accept_csv

WELL: dict[Room, dict[str, Fact]] = {
    "worker": {"ready": True, "idle_s": 0.0, "per_second": 120.0, "errors_hour": 2, "restarts": 1},
    "bot": {"ready": True, "looked_s": 1.0, "errors_hour": 1},
}


@pytest.mark.parametrize("process", ["bot", "worker"])
def test_a_process_refuses_to_start_without_a_key_in_use(
    filled: Database, run: Run, monkeypatch: pytest.MonkeyPatch, process: str
) -> None:
    sealing = Database(str(filled.url), text_keys=(new_key(),))
    text_keys.check(sealing)
    sealing.dispose()
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    monkeypatch.setenv("DISCORD_TOKEN", "A" * 24 + "." + "B" * 6 + "." + "C" * 30)
    assert "lacks the key" in run(process, code=78)


def test_health_has_exit_codes(command_db: Database, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("health", "worker", code=1)
    record(command_db, "a", "worker", "here", WELL["worker"])
    run("health", "worker", "--host", "here")
    run("health", "bot", "--host", "here", code=1)
    run("health", "cat", code=2)
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:1/none")
    assert "hunter2" not in run("health", "worker", code=69)


def test_status_in_a_terminal_and_as_json(
    command_db: Database, run: Run, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = accept_csv(command_db, 20).job_id
    record(command_db, "a", "worker", "here", WELL["worker"])
    record(command_db, "b", "bot", "here", WELL["bot"])
    shown = run("status")
    for words in ("not running", "120 reviews/s", f"{job}", "ingesting", "here", "3 errors", "file accepted"):
        assert words in shown, (words, shown)
    monkeypatch.setenv("REDIS_URL", redis_url)
    figures = json.loads(run("status", "--json"))
    assert figures["broker"] == "answers"
    assert figures["messages"] == {"interactive": 0, "bulk": 0}
    assert figures["reviews_per_second"] == 120.0
    assert figures["errors_last_hour"] == 3
    assert figures["running_jobs"][0]["id"] == job
    assert {one["room"] for one in figures["processes"]} == {"bot", "worker"}


def test_status_with_a_broker_that_is_away(command_db: Database, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://:hunter2@127.0.0.1:1/0")
    away = run("status", code=69)
    assert "database" in away, "what is known is shown all the same"
    assert "hunter2" not in away
