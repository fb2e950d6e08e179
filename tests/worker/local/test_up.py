"""`reelfeel up` as a person runs it: one command, one at a time, nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from common.broker.job_signals import JobSignals
from common.process import exit_codes
from db.engine import Database
from tests.fixtures.reviews import accept_csv, recount
from tests.fixtures.workers import wait_until
from worker.local.broker import SOCKET_CHARS, Broker

REFUSED_S = 30


class Up:
    """One running `reelfeel up`."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.folder = folder
        names = ("DISCORD_TOKEN", "DATABASE_URL", "REDIS_URL")
        clean = {k: v for k, v in os.environ.items() if k not in names} | {"REELFEEL_DATA_DIR": str(folder)} | env
        self.log = folder.parent / f"{folder.name}.stderr"
        with self.log.open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cli", "up"],
                env=clean,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )

    def until(self, beginning: str) -> list[str]:
        """Its lines up to one that begins so."""
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith(beginning):
                return lines
        pytest.fail(f"no line {beginning!r} in {lines}; {self.log.read_text()}")

    def family(self) -> list[psutil.Process]:
        me = psutil.Process(self.process.pid)
        return [me, *me.children(recursive=True)]


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    """A factory; what it started is killed after the test."""
    started: list[Up] = []

    def start(folder: Path = tmp_path / "data", **env: str) -> Up:
        started.append(Up(folder, **env))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            for process in one.family():
                process.kill()
        one.process.wait()


def test_one_command_scores_a_file_and_ctrl_c_leaves_nothing_behind(up: Callable[..., Up]) -> None:
    first = up()
    first.until("worker: ready")
    second = up()
    assert second.process.wait(REFUSED_S) == exit_codes.TRY_AGAIN
    assert f"already running (pid {first.process.pid})" in second.log.read_text()
    db = Database(f"sqlite:///{first.folder / 'reelfeel.sqlite3'}")
    accepted = accept_csv(db, 50)
    JobSignals(f"unix://{first.folder / 'broker' / 'valkey.sock'}").publish_chunk(
        accepted.chunk_id, accepted.kind, accepted.queue
    )
    wait_until(lambda: recount(db, accepted.job_id).state == "done", what="the job")
    family = first.family()
    assert len(family) >= 8, "up, broker, bot, worker, two Celery processes and their pools"
    first.process.send_signal(signal.SIGINT)
    assert first.process.wait(60) == 0
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []


def test_a_killed_up_leaves_nothing_behind_and_starts_again(up: Callable[..., Up]) -> None:
    """Fault 22."""
    first = up()
    first.until("worker: ready")
    family = first.family()
    first.process.kill()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []
    again = up()
    again.until("worker: ready")


def test_a_service_that_does_not_answer_ends_up_with_a_sentence(up: Callable[..., Up]) -> None:
    one = up(REDIS_URL="redis://:hunter2@127.0.0.1:1/0")
    family = one.family()
    assert one.process.wait(REFUSED_S) == exit_codes.UNAVAILABLE
    assert "broker at redis://127.0.0.1:1/0 does not answer" in one.log.read_text()
    assert "hunter2" not in one.log.read_text()
    assert psutil.wait_procs(family, timeout=5)[1] == []


def test_a_long_data_folder_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / ("d" * SOCKET_CHARS) / "broker"
    broker = Broker(folder)
    broker.child.start()
    wait_until(broker.answers, 10, what="an answer")
    socket = Path(broker.url.removeprefix("unix://"))
    assert socket.parent.stat().st_mode & 0o777 == 0o700
    assert folder.stat().st_mode & 0o777 == 0o700
    broker.child.send(signal.SIGTERM)
    broker.child.wait()
    broker.tidy()
    assert not socket.parent.exists()
