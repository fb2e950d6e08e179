"""A Celery process: what it is told is what Celery's worker gets, and that one's exit code is its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

STARTS = """
import celery.apps.worker
import worker.app
from worker.processes import celery_process

def start(self):
    print(self.hostname, self.concurrency, self.pool_cls.__name__, *sorted(self.app.amqp.queues.consume_from))
    print(self.quiet, *(self.options[f"without_{name}"] for name in ("gossip", "mingle", "heartbeat")))
    self.exitcode = 70

celery.apps.worker.Worker.start = start
print(celery_process.main("bulk", "interactive,bulk", "2"))
worker.app.SETTINGS = worker.app.SETTINGS.model_copy(update={"task_events": True})
print(celery_process.main("interactive", "interactive", "1"))
"""


def test_it_starts_a_worker_as_it_is_told() -> None:
    env = os.environ | {"REDIS_URL": "redis://127.0.0.1:1/0"}
    done = subprocess.run([sys.executable, "-c", STARTS], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    here = socket.gethostname()
    assert done.stdout.splitlines() == [
        f"bulk@{here} 2 TaskPool bulk interactive",
        "True True True True",
        "70",
        f"interactive@{here} 1 TaskPool interactive",
        "True True True False",
        "70",
    ]
