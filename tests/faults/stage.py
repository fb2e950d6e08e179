"""Everything that runs in a trial, as processes that can be killed, frozen and started again."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from common.process.parent_death import tied_to_parent
from common.process.readiness import READY_FD
from db.engine import Database
from db.migrate import upgrade
from tests.faults.discord_server import DiscordServer
from tests.faults.disk import Disk
from tests.faults.link import SOCKET
from tests.fixtures.broker import Valkey
from tests.fixtures.postgres_server import PostgresServer
from tests.fixtures.workers import WorkerProcess

SABOTEUR = Path(__file__).parent / "saboteur"
START_S = 90.0
TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAw.simcord.simulated-token-of-no-bot-at-all"  # secret: made up


class BotProcess:
    """The bot in a process of its own; see `tests.faults.bot_process`."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        self._env, self._log = env, log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it is joined to Discord."""
        read, write = os.pipe()
        env = os.environ | self._env | {READY_FD: str(write)}
        with self._log.open("ab") as out:
            line = tied_to_parent([sys.executable, "-m", "tests.faults.bot_process"])
            self._process = subprocess.Popen(line, env=env, pass_fds=[write], stdout=out, stderr=out)
        os.close(write)
        ready, _, _ = select.select([read], [], [], START_S)
        said = os.read(read, 1) if ready else b""
        os.close(read)
        if not said:
            raise RuntimeError(f"the bot did not start: {self._log.read_text()[-2000:]}")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        if self.alive:
            self._process.send_signal(number)

    def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def terminate(self) -> int:
        """SIGTERM; its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(40)


class Stage:
    """Discord, bot, broker, database and workers, all on a folder of their own."""

    def __init__(
        self,
        folder: Path,
        kind: str,
        *,
        workers: int = 2,
        lease_s: float = 4.0,
        sweep_s: float = 0.3,
        disks: bool = True,
        faults: int = 0,
        users: int = 4,
    ) -> None:
        """`kind`: sqlite or postgres. `disks`: database and temporary files on small file systems, where one may.

        `faults`: how many there will be; what each sends stays in the database, which must not be full by itself.
        """
        self.folder, self.kind, self.lease_s = folder, kind, lease_s
        self.logs, self.notes = folder / "logs", folder / "notes"
        self.logs.mkdir(parents=True)
        self.notes.mkdir()
        # Sockets have short paths only.
        self.short = Path(tempfile.mkdtemp(prefix="rf-", dir="/tmp"))
        self.short.chmod(0o755)
        self.disk = Disk(self.short / "db", (160 if kind == "sqlite" else 400) + 8 * faults) if disks else None
        self.temp = Disk(self.short / "tmp", 16) if disks else None
        self.postgres: PostgresServer | None = None
        self.valkey = Valkey()
        self.discord = DiscordServer(self.short / "discord.sock", users=users)
        home = self.short / "db"
        home.mkdir(exist_ok=True)
        if kind == "postgres":
            self.postgres = PostgresServer(_for_postgres(home))
            self.postgres.create()
            self.postgres.start()
            self.postgres.execute("CREATE DATABASE reelfeel")
            self.url = self.postgres.url("reelfeel")
        else:
            self.url = f"sqlite:///{home / 'reelfeel.sqlite3'}"
        upgrade(self.url)
        self.db = Database(self.url)
        self.tuning = {
            "REELFEEL_LEASE_S": str(lease_s),
            "REELFEEL_SWEEP_S": str(sweep_s),
            "REELFEEL_LOG_LEVEL": "DEBUG",
            "REELFEEL_TEST_SABOTEUR": str(self.notes),
            "REELFEEL_MAX_ACTIVE_JOBS": "1000",
            "PYTHONPATH": os.pathsep.join((str(SABOTEUR), str(Path.cwd()))),
            "TMPDIR": str(self.temp.folder if self.temp else self.short),
        }
        self.workers: list[WorkerProcess] = [self.start_worker(n) for n in range(workers)]
        addresses = {"DATABASE_URL": self.url, "REDIS_URL": self.valkey.url, "DISCORD_TOKEN": TOKEN}
        here = {SOCKET: str(self.discord.socket), "REELFEEL_DATA_DIR": str(folder)}
        self.bot = BotProcess(self.tuning | addresses | here, self.logs / "bot.log")
        self.bot.start()

    def start_worker(self, number: int) -> WorkerProcess:
        """A new supervisor with its Celery processes, in the place of that number."""
        log = self.logs / f"worker-{number}.log"
        return WorkerProcess(self.url, self.valkey.url, log, processes=1, tuning=self.tuning)

    def restart_worker(self, number: int) -> None:
        """Starts the one of that number again after it was killed."""
        self.workers[number].kill()
        self.workers[number] = self.start_worker(number)

    def lose_broker_data(self) -> None:
        """What a killed broker had written is gone."""
        shutil.rmtree(self.valkey.folder / "appendonlydir", ignore_errors=True)

    def postgres_processes(self) -> list[psutil.Process]:
        assert self.postgres is not None
        assert self.postgres.process is not None
        main = psutil.Process(self.postgres.process.pid)
        return [main, *main.children(recursive=True)]

    def crash_postgres(self) -> None:
        """An immediate shutdown: nothing is said to clients, the log is replayed at the next start."""
        assert self.postgres is not None
        process = self.postgres.process
        assert process is not None
        process.send_signal(signal.SIGQUIT)
        process.wait(30)

    def close(self) -> None:
        """Ends all of it."""
        if self.bot.alive:
            self.bot.kill()
        for worker in self.workers:
            worker.kill()
        self.db.dispose()
        self.valkey.close()
        self.discord.close()
        if self.postgres is not None:
            for process in self.postgres_processes() if self.postgres.process else []:
                _resume(process)
            self.postgres.stop()
        for disk in (self.disk, self.temp):
            if disk is not None:
                disk.close()
        shutil.rmtree(self.short, ignore_errors=True)


def _for_postgres(home: Path) -> Path:
    """The server, running as 'nobody' when we are root, gets a folder that is its own."""
    folder = home / "pg"
    folder.mkdir()
    folder.chmod(0o755)
    return folder


def _resume(process: psutil.Process) -> None:
    try:
        process.resume()
    except psutil.NoSuchProcess:
        return


@contextmanager
def staged(folder: Path, kind: str, **how: object) -> Iterator[Stage]:
    """A stage that is gone afterwards."""
    began = time.monotonic()
    stage = Stage(folder, kind, **how)  # type: ignore[arg-type]
    print(f"stage on {kind}: ready after {time.monotonic() - began:.1f} s", flush=True)
    try:
        yield stage
    finally:
        stage.close()
