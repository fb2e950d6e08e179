"""A short selection of `make faults`: one of each way in which the bot can die or be cut off while it tells of work.

Faults of workers and of the broker are in test_processes.py, races inside SQL in tests/db; `make faults` draws all.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from tests.faults.faults import BY_NAME
from tests.faults.promises import broken
from tests.faults.stage import staged
from tests.faults.trial import Trial


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    folder = tmp_path_factory.mktemp("faults")
    with staged(folder / "stage", "sqlite", workers=1, disks=False) as stage:
        trial = Trial(stage, random.Random(4), folder)
        trial.unheard_s = 1.0
        trial.crowd.most_rows = 80  # beside the fault's own file: what is scored here is not what is tested
        yield trial


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("bot-kill-early", "score"),
        ("bot-kill-untold", "file"),
        ("bot-kill-told", "file"),
        ("discord-cut", "file"),
    ],
)
def test_every_promise_holds_after(trial: Trial, name: str, way: str) -> None:
    fault = replace(BY_NAME[name], ways=(way,), rows=60, hold=(0.0, 0.2))
    played = trial.play(1, [fault])
    assert played.broken == []


def test_a_broken_promise_is_noticed(trial: Trial) -> None:
    """The harness itself: one prediction is lost, one message is sent twice, one event comes from nowhere."""
    played = trial.play(2, [replace(BY_NAME["row-kills-once"], mark="", ways=("file",), rows=30)])
    assert played.broken == []
    (file,) = [one for one in played.sent if one.is_file][:1]
    job = trial.crowd.job(file)
    with trial.stage.db.begin() as session:
        session.execute(text("DELETE FROM predictions WHERE job_id = :job AND review_id % 30 = 7"), {"job": job["id"]})
    told = next(one for one in trial.stage.discord.posted if one.reply_to == file.event)
    trial.stage.discord.posted.append(told)
    said = " ".join(broken(trial.crowd, [file], stops_database=False, kills_bot=False))
    for word in ("differ from a recount", "neither a prediction nor a reason", "its end is shown 2 times"):
        assert word in said
