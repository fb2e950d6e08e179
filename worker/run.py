"""`reelfeel worker`: one process that keeps two Celery workers and the sweep's timer running.

Interactive reviews have a process that never takes anything else, so they do not wait behind a file; the others take
from both queues.
"""

from __future__ import annotations

import logging
import sys
from typing import Final

from db import text_keys
from db.engine import Database
from db.errors import BadTextKey, DatabaseUnavailable, SchemaOutdated, TextKeyMissing
from model import SHIPPED, ModelFolderError
from model.folder import verify
from settings import Settings
from worker.bell import Bell, BrokerUnavailable
from worker.names import BULK, INTERACTIVE
from worker.process import exit_codes, logs
from worker.process.ready import say_ready
from worker.supervise import Child, Signals, stop_all, tend_all
from worker.sweeper import Sweeper

log = logging.getLogger(__name__)

PATIENCE_S: Final = 50.0
"""How long a chunk may take to finish after SIGTERM; docker-compose grants 60 s. A killed one is done again."""


def main(settings: Settings, *, processes: int | None = None) -> int:
    """Runs until SIGTERM or SIGINT, then lets the current chunks finish: exit code 0.

    `processes`: for bulk work, instead of the settings'. 69 when database or broker do not answer at start, 78 when
    the settings or the schema are wrong; both after one sentence on standard error. Once running, it outlives outages.
    """
    logs.configure(settings.log_level)
    slots = processes or settings.worker_processes
    signals = Signals()
    try:
        db = Database(settings.database(), text_keys=settings.sealing_keys())
        bell = _checked(settings, db)
    except (SchemaOutdated, BadTextKey, TextKeyMissing, _Unset, ModelFolderError) as error:
        return exit_codes.refuse(error, exit_codes.CONFIGURATION)
    except (DatabaseUnavailable, BrokerUnavailable) as error:
        return exit_codes.refuse(error, exit_codes.UNAVAILABLE)
    sweeper = Sweeper(db, bell, slots=slots, every_s=settings.sweep_s, retention_days=settings.retention_days)
    children = [_celery("interactive", INTERACTIVE, 1, slots), _celery("bulk", f"{INTERACTIVE},{BULK}", slots, slots)]
    sweeper.start()
    code = tend_all(children, signals, on_exit=_note, each_turn=_Readiness(children).look)
    log.info("stopping: current chunks finish")
    sweeper.stop()
    stop_all(children, signals, patience_s=PATIENCE_S)
    bell.close()
    db.dispose()
    return code


class _Unset(Exception):
    """A setting without which no worker can run."""


def _checked(settings: Settings, db: Database) -> Bell:
    redis_url = settings.broker()
    if redis_url is None:
        raise _Unset("REDIS_URL is not set; give the broker's address, or run `reelfeel up`, which brings its own.")
    verify(settings.model_dir or SHIPPED)  # here once, or every child would die of it again and again
    db.check_schema()
    text_keys.check(db)
    bell = Bell(redis_url)
    bell.check()
    return bell


def _celery(name: str, queues: str, processes: int, slots: int) -> Child:
    command = [sys.executable, "-m", "celery", "-A", "worker.app", "--quiet", "worker", "-n", f"{name}@%h"]
    command += ["-Q", queues, "-c", str(processes), "--without-gossip", "--without-mingle", "--without-heartbeat"]
    return Child(name, command, {"REELFEEL_WORKER_PROCESSES": str(slots)})


def _note(child: Child, code: int) -> None:
    log.error("%s worker ended with %d; it is started again", child.name, code)


class _Readiness:
    """Says once that both workers take messages."""

    def __init__(self, children: list[Child]) -> None:
        self._children, self._said = children, False

    def look(self) -> None:
        if not self._said and all(child.ready for child in self._children):
            self._said = True
            log.info("worker is ready")
            say_ready()
