"""`reelfeel up` as a person runs it: one command, one at a time, nothing left behind."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from common.broker.job_signals import JobSignals
from common.process import exit_codes
from common.settings import Settings
from db.engine import Database
from db.errors import DatabaseFull
from tests.fixtures.reviews import accept_csv, recount
from tests.fixtures.workers import GONE_S, wait_until
from worker.local import up as local_up
from worker.local.broker import SOCKET_CHARS, Broker
from worker.processes import supervisor
from worker.processes.supervisor import Child

REELFEEL = Path(sys.executable).parent / "reelfeel"
"""The script that a person types."""
REFUSED_S = 30
OURS = ("bot", "cli", "common", "db", "model", "reporting", "worker")
TRAP = "import os, pathlib; pathlib.Path(__file__ + f'.{os.getpid()}.ran').touch(); raise ImportError('the trap')\n"
"""A module of the user's that notes that it was run."""


class Up:
    """One running `reelfeel up` on that data folder; `stands`: the current folder."""

    def __init__(self, folder: Path, stands: Path | None = None, **env: str) -> None:
        self.folder = folder
        names = ("DISCORD_TOKEN", "DATABASE_URL", "REDIS_URL")
        clean = {k: v for k, v in os.environ.items() if k not in names} | {"REELFEEL_DATA_DIR": str(folder)} | env
        self.log = folder.parent / f"{folder.name}.stderr"
        with self.log.open("ab") as errors:
            self.process = subprocess.Popen(
                [str(REELFEEL), "up"],
                env=clean,
                cwd=stands,
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
            if "starting it again" in line:
                break
        pytest.fail(f"no line {beginning!r} in {lines}; {self.log.read_text()}")

    def family(self) -> list[psutil.Process]:
        me = psutil.Process(self.process.pid)
        return [me, *me.children(recursive=True)]


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    """A factory; what it started is killed after the test."""
    started: list[Up] = []

    def start(folder: Path = tmp_path / "data", stands: Path | None = None, **env: str) -> Up:
        started.append(Up(folder, stands, **env))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            for process in one.family():
                process.kill()
        one.process.wait()


@pytest.mark.parametrize(
    ("child", "code", "words"),
    [("raise SystemExit(74)", 74, ""), ("raise SystemExit(1)", 1, "The bot ended 3 times before it was ready")],
)
def test_it_gives_up_where_starting_again_cannot_help(
    child: str, code: int, words: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervisor, "_FIRST_PAUSE_S", 0.0)
    monkeypatch.setattr(supervisor, "_MOST_PAUSE_S", 0.0)
    monkeypatch.setattr(local_up, "MOST_STARTS", 3)
    one = Child("bot", [sys.executable, "-c", child])
    one.start()
    signals = type("Signals", (), {"stops": 0, "wait": lambda _self, _s: time.sleep(0.01)})()
    assert supervisor.supervise([one], signals, on_exit=local_up._verdict, each_turn=lambda: None) == code
    assert words in capfd.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "/data"), 78, "name another one with REELFEEL_DATA_DIR"),
        (FileExistsError(errno.EEXIST, "File exists", "/data"), 78, "cannot be made"),
        (OSError(errno.ENOSPC, "No space left on device"), 74, "No space is left on the disk"),
        (DatabaseFull("The database has no space left on its disk: free some."), 74, "no space left"),
    ],
)
def test_a_data_folder_that_cannot_be_used_is_one_sentence(
    error: Exception, code: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(local_up, "_run", refuse)
    monkeypatch.setattr(local_up, "StopSignals", lambda: None)
    monkeypatch.setattr(local_up.logs, "configure", lambda *_, **__: None)
    before = os.umask(0o077)
    try:
        assert local_up.main(Settings(_env_file=None, data_dir=tmp_path / "data")) == code  # type: ignore[call-arg]
    finally:
        os.umask(before)
    said = capfd.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_one_command_works_wherever_it_stands_and_leaves_nothing_behind(up: Callable[..., Up], tmp_path: Path) -> None:
    """From the first start through a kill (fault 22), a start again, a second one beside it and a file to Ctrl-C.

    A user may stand in a folder with a `settings.py`, a `model/` or a `celery.py`: all works, and none of them runs.
    One test, since each start is that of eight processes, which takes ten seconds of a processor.
    """
    stands = tmp_path / "film project"
    for room in OURS:
        (stands / room).mkdir(parents=True)
        (stands / room / "__init__.py").write_text(TRAP)
    for name in ("settings", "celeryconfig", "celery", "billiard", "discord", "numpy", "logging", "sitecustomize"):
        (stands / f"{name}.py").write_text(TRAP)
    (stands / ".env").write_text("REELFEEL_PREVIEW_PORT=no-port\n")
    refused = up(stands=stands)
    assert refused.process.wait(REFUSED_S) == exit_codes.CONFIGURATION
    assert "PREVIEW_PORT" in refused.log.read_text(), "the .env of the current folder is read"
    (stands / ".env").write_text("REELFEEL_WORKER_PROCESSES=2\n")

    killed = up(stands=stands)
    killed.until("worker: ready")
    family = killed.family()
    killed.process.kill()
    _, alive = psutil.wait_procs(family, timeout=GONE_S)
    assert [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []

    first = up(stands=stands)
    if "bot: ready\n" not in first.until("worker: ready"):
        first.until("bot: ready")
    second = up(stands=stands)
    assert second.process.wait(REFUSED_S) == exit_codes.TRY_AGAIN
    assert f"already running (pid {first.process.pid})" in second.log.read_text()
    db = Database(f"sqlite:///{first.folder / 'reelfeel.sqlite3'}")
    accepted = accept_csv(db, 50)
    JobSignals(f"unix://{first.folder / 'broker' / 'valkey.sock'}").publish_chunk(
        accepted.chunk_id, accepted.kind, accepted.queue
    )

    def scored() -> bool:
        assert sorted(path.name for path in stands.rglob("*.ran")) == []
        return recount(db, accepted.job_id).state == "done"

    wait_until(scored, 120, what="the job")
    family = first.family()
    assert len(family) >= 8, "up, broker, bot, worker, two Celery processes and their pools"
    (bulk,) = [line for line in (process.cmdline() for process in family) if line[-3:-2] == ["bulk"]]
    assert bulk[-1] == "2", "the .env of the current folder is read"
    first.process.send_signal(signal.SIGINT)
    assert first.process.wait(60) == 0
    _, alive = psutil.wait_procs(family, timeout=GONE_S)
    assert alive == []
    assert sorted(path.name for path in stands.rglob("*.ran")) == []


def test_a_service_that_does_not_answer_ends_up_with_a_sentence(up: Callable[..., Up]) -> None:
    one = up(REDIS_URL="redis://:hunter2@127.0.0.1:1/0")
    family = one.family()
    assert one.process.wait(REFUSED_S) == exit_codes.UNAVAILABLE
    assert "broker at redis://127.0.0.1:1/0 does not answer" in one.log.read_text()
    assert "hunter2" not in one.log.read_text()
    assert psutil.wait_procs(family, timeout=GONE_S)[1] == []


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
