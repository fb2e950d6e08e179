"""`reelfeel worker`: one process that keeps two Celery workers and the sweep's timer running.

Interactive reviews have a process that never takes anything else, so they do not wait behind a file; the others take
from both queues.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry

from common.broker.job_signals import BrokerUnavailable, JobSignals
from common.broker.names import BULK, INTERACTIVE
from common.process import exit_codes
from common.process import log_format as logs
from common.process.metrics_server import ErrorCount, PortTaken, Server, serve
from common.process.readiness import say_ready
from common.settings import Settings
from db.engine import Database
from db.errors import BadTextKey, DatabaseUnavailable, SchemaOutdated, TextKeyMissing
from db.operations.metrics_collector import QueueCollector
from db.operations.overview import figures
from db.privacy import text_keys
from model import SHIPPED, ModelFolderError
from model.serving.model_folder import verify
from worker.memory import ALLOCATOR
from worker.processes.child_metrics import Supervised
from worker.processes.heartbeat import Vitals, pulse_of
from worker.processes.metrics_folder import VARIABLE, MeterFolder, meter_folder
from worker.processes.supervisor import Child, StopSignals, stop_all, tend_all
from worker.sweep import Sweeper

log = logging.getLogger(__name__)

BULK_NICENESS: Final = 10
"""Where processors are short, files get what single reviews, the bot, database and broker leave."""
PATIENCE_S: Final = 50.0
"""How long a chunk may take to finish after SIGTERM; docker-compose grants 60 s. A killed one is done again."""


def main(settings: Settings, *, processes: int | None = None) -> int:
    """Runs until SIGTERM or SIGINT, then lets the current chunks finish: exit code 0.

    `processes`: for bulk work, instead of the settings'. 69 when database or broker do not answer at start, 78 when
    the settings or the schema are wrong; both after one sentence on standard error. Once running, it outlives outages.
    """
    seen = ErrorCount("reelfeel_supervisor_errors")
    logs.configure(settings.log_level, room="worker", format=settings.log_format, on_error=seen)
    slots = processes or settings.worker_processes
    stop_signals = StopSignals()
    try:
        db = Database(settings.database(), text_keys=settings.sealing_keys())
        signals = _checked(settings, db)
    except (SchemaOutdated, BadTextKey, TextKeyMissing, _Unset, ModelFolderError) as error:
        return exit_codes.refuse(error, exit_codes.CONFIGURATION)
    except (DatabaseUnavailable, BrokerUnavailable) as error:
        return exit_codes.refuse(error, exit_codes.UNAVAILABLE)
    try:
        with meter_folder() as meters:
            return _serve(settings, db, signals, slots, stop_signals, meters, seen)
    except PortTaken as error:
        return exit_codes.refuse(error, exit_codes.CONFIGURATION)
    finally:
        signals.close()
        db.dispose()


def _serve(
    settings: Settings,
    db: Database,
    signals: JobSignals,
    slots: int,
    stop_signals: StopSignals,
    meters: MeterFolder,
    seen: ErrorCount,
) -> int:
    sweeper = Sweeper(db, signals, slots=slots, every_s=settings.sweep_s, retention_days=settings.retention_days)
    children = [
        _celery("interactive", INTERACTIVE, 1, slots, settings, meters),
        _celery("bulk", f"{INTERACTIVE},{BULK}", slots, slots, settings, meters),
    ]
    served = _metrics(settings, db, children, meters, seen)
    pulse = pulse_of(db, Vitals(meters, children, slots=slots, errors=lambda: seen.total))
    sweeper.start()
    pulse.start()
    code = tend_all(children, stop_signals, on_exit=_note, each_turn=_Readiness(children, pulse.wake).look)
    log.info("stopping: current chunks finish")
    sweeper.stop()
    stop_all(children, stop_signals, patience_s=PATIENCE_S)
    pulse.stop()
    if served is not None:
        served.stop()
    return code


class _Unset(Exception):
    """A setting without which no worker can run."""


def _checked(settings: Settings, db: Database) -> JobSignals:
    redis_url = settings.broker()
    if redis_url is None:
        raise _Unset("REDIS_URL is not set; give the broker's address, or run `reelfeel up`, which brings its own.")
    verify(settings.model_dir or SHIPPED)  # here once, or every child would die of it again and again
    db.check_schema()
    text_keys.check(db)
    signals = JobSignals(redis_url)
    signals.check()
    return signals


def _metrics(
    settings: Settings, db: Database, children: list[Child], meters: MeterFolder, seen: ErrorCount
) -> Server | None:
    """Serves what the children count, what the supervisor sees and what SQL holds, where the host asked for that."""
    if settings.metrics_port is None:
        return None
    registry = CollectorRegistry()
    meters.register(registry)
    registry.register(QueueCollector(lambda: figures(db)))
    registry.register(seen.counter)
    registry.register(Supervised(children))
    server = serve(registry, host=settings.metrics_host, port=settings.metrics_port)
    log.info("metrics are served", extra={"port": server.port})
    return server


def _celery(name: str, queues: str, processes: int, slots: int, settings: Settings, meters: MeterFolder) -> Child:
    command = [sys.executable, "-m", "celery", "-A", "worker.app", "--quiet", "worker", "-n", f"{name}@%h"]
    command += ["-Q", queues, "-c", str(processes), "--without-gossip", "--without-mingle"]
    if not settings.task_events:  # Celery's heartbeats are events for Flower; ours go to SQL
        command.append("--without-heartbeat")
    env = {"REELFEEL_WORKER_PROCESSES": str(slots), VARIABLE: str(meters.path), **ALLOCATOR}
    env["REELFEEL_WARM_START"] = str(name == "bulk").lower()
    return Child(name, command, env, niceness=BULK_NICENESS if name == "bulk" else 0)


def _note(child: Child, code: int) -> None:
    about = {"worker": child.name, "code": code, "error": "WorkerEnded"}
    log.error("%s worker ended with %d; it is started again", child.name, code, extra=about)


class _Readiness:
    """Says once that both workers take messages."""

    def __init__(self, children: list[Child], on_ready: Callable[[], object]) -> None:
        self._children, self._said, self._on_ready = children, False, on_ready

    def look(self) -> None:
        if not self._said and all(child.ready for child in self._children):
            self._said = True
            log.info("worker is ready")
            say_ready()
            self._on_ready()
