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
from common.errors import Misconfigured
from common.process import exit_codes
from common.process import log_format as logs
from common.process.metrics_server import ErrorCount, PortTaken, Server, serve
from common.process.readiness import say_ready
from common.settings import MIB, Settings
from db.engine import Database
from db.errors import DatabaseUnavailable
from db.operations.metrics_collector import QueueCollector
from db.operations.overview import figures
from db.privacy import text_keys
from model import SHIPPED, ModelFolderError
from model.serving.model_folder import verify
from worker.memory import ALLOCATOR_ENV, ONE_BLAS_THREAD
from worker.processes.child_metrics import ChildMetrics
from worker.processes.heartbeat import WorkerFacts, heartbeat_of
from worker.processes.metrics_folder import VARIABLE, MetricsFolder, metrics_folder
from worker.processes.supervisor import Child, StopSignals, stop_all, supervise
from worker.sandbox.scratch import sweep_scratch
from worker.sweep import Sweeper

log = logging.getLogger(__name__)

BULK_NICENESS: Final = 10
"""Where processors are short, files get what single reviews, the bot, database and broker leave."""
STOP_TIMEOUT_S: Final = 50.0
"""How long a chunk may take to finish after SIGTERM; docker-compose grants 60 s. A killed one is done again."""


def main(settings: Settings, *, processes: int | None = None) -> int:
    """Runs until SIGTERM or SIGINT, then lets the current chunks finish: exit code 0.

    `processes`: for bulk work, instead of the settings'. 69 when database or broker do not answer at start, 78 when
    the settings or the schema are wrong; both after one sentence on standard error. Once running, it outlives outages.
    """
    errors = ErrorCount("reelfeel_supervisor_errors")
    logs.configure(settings.log_level, room="worker", format=settings.log_format, on_error=errors)
    sweep_scratch()
    slots = processes or settings.worker_processes
    stop_signals = StopSignals()
    try:
        db = Database(settings.database(), text_keys=settings.sealing_keys())
        signals = _checked(settings, db)
    except (Misconfigured, _Incomplete, ModelFolderError) as error:
        return exit_codes.refuse(error, exit_codes.CONFIGURATION)
    except (DatabaseUnavailable, BrokerUnavailable) as error:
        return exit_codes.refuse(error, exit_codes.UNAVAILABLE)
    try:
        with metrics_folder() as meters:
            return _serve(settings, db, signals, slots, stop_signals, meters, errors)
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
    meters: MetricsFolder,
    errors: ErrorCount,
) -> int:
    sweeper = Sweeper(
        db,
        signals,
        slots=slots,
        every_s=settings.sweep_s,
        retention_days=settings.retention_days,
        departed_days=settings.departed_days,
        reserve_bytes=settings.reserve_mib * MIB,
    )
    children = [
        _celery("interactive", INTERACTIVE, 1, slots, meters),
        _celery("bulk", f"{INTERACTIVE},{BULK}", slots, slots, meters),
    ]
    served = _metrics(settings, db, children, meters, errors)
    heartbeat = heartbeat_of(db, WorkerFacts(meters, children, slots=slots, errors=lambda: errors.total))
    sweeper.start()
    heartbeat.start()
    readiness = _Readiness(children, heartbeat.wake)

    def each_turn() -> None:
        readiness.check()
        db.check_usable()

    try:
        code = supervise(children, stop_signals, on_exit=_log_exit, each_turn=each_turn)
    except DatabaseUnavailable as lost:
        code = exit_codes.refuse(lost, exit_codes.UNAVAILABLE)
    log.info("stopping: current chunks finish")
    sweeper.stop()
    stop_all(children, stop_signals, timeout_s=STOP_TIMEOUT_S)
    heartbeat.stop()
    if served is not None:
        served.stop()
    return code


class _Incomplete(Exception):
    """Settings with which no worker can run."""


def _checked(settings: Settings, db: Database) -> JobSignals:
    redis_url = settings.broker()
    if redis_url is None:
        raise _Incomplete(
            "REDIS_URL is not set; give the broker's address, or run `reelfeel up`, which brings its own."
        )
    verify(settings.model_dir or SHIPPED)  # here once, or every child would die of it again and again
    db.check_schema()
    db.check_usable()
    text_keys.check(db)
    signals = JobSignals(redis_url)
    signals.check()
    return signals


def _metrics(
    settings: Settings, db: Database, children: list[Child], meters: MetricsFolder, errors: ErrorCount
) -> Server | None:
    """Serves what the children count, what the supervisor sees and what SQL holds, where the host asked for that."""
    if settings.metrics_port is None:
        return None
    registry = CollectorRegistry()
    meters.register(registry)
    registry.register(QueueCollector(lambda: figures(db)))
    registry.register(errors.counter)
    registry.register(ChildMetrics(children))
    server = serve(registry, host=settings.metrics_host, port=settings.metrics_port)
    log.info("metrics are served", extra={"port": server.port})
    return server


def _celery(name: str, queues: str, processes: int, slots: int, meters: MetricsFolder) -> Child:
    command = [sys.executable, "-m", "worker.processes.celery_process", name, queues, str(processes)]
    env = {"REELFEEL_WORKER_PROCESSES": str(slots), VARIABLE: str(meters.path), **ALLOCATOR_ENV, **ONE_BLAS_THREAD}
    env["REELFEEL_WARM_START"] = str(name == "bulk").lower()
    return Child(name, command, env, niceness=BULK_NICENESS if name == "bulk" else 0)


def _log_exit(child: Child, code: int) -> None:
    fields = {"worker": child.name, "code": code, "error": "WorkerEnded"}
    log.error("%s worker ended with %d; it is started again", child.name, code, extra=fields)


class _Readiness:
    """Says once that both workers take messages."""

    def __init__(self, children: list[Child], on_ready: Callable[[], object]) -> None:
        self._children, self._announced, self._on_ready = children, False, on_ready

    def check(self) -> None:
        if not self._announced and all(child.ready for child in self._children):
            self._announced = True
            log.info("worker is ready")
            say_ready()
            self._on_ready()
