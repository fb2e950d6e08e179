"""A Celery process: `python -m worker.processes.celery_process NAME QUEUES PROCESSES`, started by `worker.run`.

Not Celery's own command line: that loads a shell with its completion and every sub-command (a third of the time in
which such a process starts, and 9 MB), and it looks for an application in the current folder before all else, where a
user's folder may hold a `worker/` or a `model/` that is none of ours.
"""

from __future__ import annotations

import sys
from typing import Any

from common.process.loading import begin_loading, loading

# Imports inside functions: Celery's pool starts each process by running this file too, and needs nothing of it.


def main(name: str, queues: str, processes: str) -> int:
    """Takes tasks of `queues` (with commas between them) until a signal ends it; returns the exit code.

    `name`: of this Celery process on this machine. `processes`: how many its pool has.
    """
    with loading():
        import celery.apps.worker  # noqa: F401  # loaded by name when the worker is made
        from celery.utils.nodenames import gethostname, nodename

        import worker.app
        from common.broker.job_signals import JobSignals
        from worker.processes.watchdog import Watchdog, messages_of

        worker.app.app.loader.import_default_modules()  # the tasks, which it would load next

    controller: Any = worker.app.app.Worker(
        hostname=nodename(name, gethostname()),
        queues=queues,
        concurrency=int(processes),
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        # Celery's heartbeats are events for Flower; ours go to SQL.
        without_heartbeat=not worker.app.SETTINGS.task_events,
    )
    assert worker.app.BROKER is not None, "worker.app ends the process without one"
    Watchdog(messages_of(JobSignals(worker.app.BROKER), queues.split(","))).start()
    controller.start()
    return int(controller.exitcode or 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
elif __name__ == "__mp_main__":  # a process of the pool; worker.pool_child ends the loading when all is there
    begin_loading()
