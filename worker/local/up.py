"""`reelfeel up`: everything on this machine, from one command, gone with one Ctrl-C."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from typing import Final

from common.errors import Misconfigured
from common.process import exit_codes
from common.process import log_format as logs
from common.settings import PLAIN, Settings
from db.errors import DatabaseFull, DbError
from db.migrate import upgrade
from worker.local.broker import READY_S, Broker
from worker.local.key_file import make_key_file
from worker.local.lock import AlreadyRunning, FolderLock
from worker.processes.supervisor import Child, StopSignals, stop_all, supervise
from worker.run import STOP_TIMEOUT_S

BOT_STOP_TIMEOUT_S: Final = 15.0
WORKER_STOP_TIMEOUT_S: Final = STOP_TIMEOUT_S + 5
BROKER_STOP_TIMEOUT_S: Final = 10.0
START_S: Final = 30.0
"""An unreachable service found this early after the first start is the host's to mend; later it is an outage."""
AT_THE_START: Final = (exit_codes.UNAVAILABLE, exit_codes.DISK)
MOST_STARTS: Final = 5
"""So often a child is started that never gets ready: one that does not by then does not at all."""


def main(settings: Settings) -> int:
    """Runs until Ctrl-C or SIGTERM; exit code 0. 75 when another runs on the same data folder.

    69 when a service that the settings name does not answer at start, 74 when the disk is full, 78 when a setting is
    wrong, 1 when a part of it ends again and again; each after one sentence on standard error, and with nothing left
    running.
    """
    logs.configure(_level(settings), room="up", format=settings.log_format)
    os.umask(0o077)  # whatever this and its children write is for the one who runs it
    signals = StopSignals()
    try:
        with FolderLock(settings.data_dir / "up.lock"):
            return _run(settings, signals)
    except AlreadyRunning as error:
        return exit_codes.refuse(error, exit_codes.TRY_AGAIN)
    except Misconfigured as error:
        return exit_codes.refuse(error, exit_codes.CONFIGURATION)
    except DatabaseFull as error:
        return exit_codes.refuse(error, exit_codes.DISK)
    except DbError as error:
        return exit_codes.refuse(error, exit_codes.UNAVAILABLE)
    except OSError as error:
        return _refuse_folder(error, settings)


def _refuse_folder(error: OSError, settings: Settings) -> int:
    folder = settings.data_dir
    if error.errno in exit_codes.FULL:
        return exit_codes.refuse(Exception(f"No space is left on the disk of {folder}: free some."), exit_codes.DISK)
    sentence = (
        f"The data folder {folder} cannot be made or written to ({error.strerror}): name another one with "
        "REELFEEL_DATA_DIR, or give this user the right to."
    )
    return exit_codes.refuse(Exception(sentence), exit_codes.CONFIGURATION)


def _run(settings: Settings, signals: StopSignals) -> int:
    database = settings.database()
    say("database: upgrading the schema where needed")
    upgrade(database)
    say("database: ready")
    keys = _keys(settings)
    redis_url = settings.broker()
    broker = None if redis_url else Broker(settings.data_dir / "broker")
    try:
        if broker is not None:
            redis_url = broker.url
            refused = _start(broker, signals)
            if refused is not None:
                return refused
        env = {"DATABASE_URL": database, "REDIS_URL": str(redis_url), "REELFEEL_LOG_LEVEL": _level(settings)}
        env["REELFEEL_TEXT_KEYS"] = ",".join(keys) or PLAIN
        return _serve(settings, signals, env, broker)
    finally:
        if broker is not None:
            stop_all([broker.child], signals, timeout_s=BROKER_STOP_TIMEOUT_S)
            broker.tidy()


def _keys(settings: Settings) -> tuple[str, ...]:
    """The keys that texts are stored under; makes one for the data folder's own database where nobody chose any."""
    if settings.text_keys is None and settings.database_url is None and make_key_file(settings.key_file):
        say(f"texts: stored encrypted from now on, with the new key in {settings.key_file}")
        say("texts: keep a copy of that file apart from copies of the database; without it the texts are lost")
    keys = settings.sealing_keys()
    say("texts: stored encrypted" if keys else f"texts: stored plain (REELFEEL_TEXT_KEYS is {PLAIN})")
    return keys


def _level(settings: Settings) -> str:
    """A person watches: what only a log reader wants is left out, unless the host asks for it."""
    return settings.log_level if "log_level" in settings.model_fields_set else "WARNING"


def _start(broker: Broker, signals: StopSignals) -> int | None:
    """None when it answers, else the exit code."""
    broker.child.start()
    end = time.monotonic() + READY_S
    while time.monotonic() < end and broker.child.is_running() and not signals.stops:
        if broker.answers():
            say("broker: ready")
            return None
        signals.wait(0.02)
    if signals.stops:
        return 0
    if broker.is_out_of_room():
        sys.stderr.write(f"The broker did not start: no space is left on the disk of {broker.log.parent}; free some.\n")
        return exit_codes.DISK
    sys.stderr.write(f"The broker did not start; {broker.log} says why.\n")
    return exit_codes.UNAVAILABLE


def _serve(settings: Settings, signals: StopSignals, env: dict[str, str], broker: Broker | None) -> int:
    worker = _own("worker", [], env)
    bot = _own("bot", [] if settings.discord_token else ["--preview"], env | _next_port(settings))
    kept = [worker, bot] if broker is None else [broker.child, worker, bot]
    worker.start()
    bot.start()
    try:
        return supervise(kept, signals, on_exit=_verdict, each_turn=_Readiness([worker, bot]).look)
    finally:
        say("stopping: the bot, then the worker after its current chunks (Ctrl-C again: at once)")
        stop_all([bot], signals, timeout_s=BOT_STOP_TIMEOUT_S)
        stop_all([worker], signals, timeout_s=WORKER_STOP_TIMEOUT_S)


def _next_port(settings: Settings) -> dict[str, str]:
    """Two processes cannot serve their metrics at one port."""
    port = settings.metrics_port
    return {"REELFEEL_METRICS_PORT": str(port + 1)} if port else {}


def _own(name: str, options: list[str], env: dict[str, str]) -> Child:
    return Child(name, [sys.executable, "-m", "cli", name, *options], env)


def _verdict(child: Child, code: int) -> int | None:
    """The exit code with which all stops because this child did, or None to start it again."""
    if code == exit_codes.CONFIGURATION or (code in AT_THE_START and child.just_started(START_S)):
        return code  # its sentence is on standard error already
    if child.useless_starts >= MOST_STARTS:
        sys.stderr.write(
            f"The {child.name} ended {MOST_STARTS} times before it was ready; what it said stands above.\n"
        )
        return 1
    say(f"{child.name}: ended with {code}, starting it again")
    return None


class _Readiness:
    """Says of each child once per start that it is ready."""

    def __init__(self, children: list[Child]) -> None:
        self._children = children
        self._said: dict[str, int] = {}

    def look(self) -> None:
        for child in self._children:
            if child.ready and self._said.get(child.name) != child.starts:
                self._said[child.name] = child.starts
                say(f"{child.name}: ready")


def say(line: str) -> None:
    """To the person in the terminal; when nobody reads it any more, what runs runs on."""
    with suppress(OSError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
