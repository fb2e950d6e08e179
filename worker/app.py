"""The Celery application of a worker (`worker.processes.celery_process`)."""

from __future__ import annotations

import warnings
from typing import Any

from celery import signals
from celery.exceptions import CPendingDeprecationWarning, SecurityWarning

from common.broker.celery_config import celery_app
from common.process import log_format as logs
from common.process.readiness import say_ready
from common.settings import settings
from worker import metrics

# Running as root is unsafe where messages are pickles; ours are JSON, and a container has its own idea of root.
warnings.filterwarnings("ignore", category=SecurityWarning)

SETTINGS = settings()
BROKER = SETTINGS.broker()
if BROKER is None:  # worker.run says this in a sentence before it starts us
    raise SystemExit("REDIS_URL is not set.")
app = celery_app(BROKER, lease_s=SETTINGS.lease_s, events=SETTINGS.task_events)
app.conf.update(imports=("worker.tasks",))


def _log(**_: Any) -> None:
    logs.configure(SETTINGS.log_level, room="worker", format=SETTINGS.log_format, on_error=metrics.count_error)


def _ready(**_: Any) -> None:
    # "Will be True in 6.0": said at every lost connection, of a setting that we did set. Here, because Celery's own
    # filter is set while it starts.
    warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)
    say_ready()


signals.setup_logging.connect(_log)
signals.worker_ready.connect(_ready)
