"""The Celery application of a worker process: `celery -A worker.app worker`. Started by `worker.run`."""

from __future__ import annotations

from typing import Any

from celery import signals

from settings import settings
from worker import logs
from worker.configuration import celery_app
from worker.supervise import say_ready

SETTINGS = settings()
BROKER = SETTINGS.broker()
if BROKER is None:  # worker.run says this in a sentence before it starts us
    raise SystemExit("REDIS_URL is not set.")
app = celery_app(BROKER, lease_s=SETTINGS.lease_s)
app.conf.update(imports=("worker.tasks",))


@signals.setup_logging.connect
def _log(**_: Any) -> None:
    logs.configure(SETTINGS.log_level)


@signals.worker_ready.connect
def _ready(**_: Any) -> None:
    say_ready()
