"""Celery's command line for our application: `python -m worker.processes.celery_command -A worker.app worker ...`.

The plain `celery` looks for an application in the current folder before all else, and a user's folder may hold a
`worker/` or a `model/` that is none of ours. Here ours is imported first, and Celery finds what is imported already.
"""

from __future__ import annotations

import sys

from common.process.loading import begin_loading, loading


def main() -> None:
    """Runs the command in `sys.argv` and ends the process with its exit code."""
    # Here, not above: Celery's pool starts each process by running this file too, and needs nothing of it.
    with loading():
        import celery.apps.worker
        from celery.bin.celery import main as celery

        import worker.app  # the application that Celery finds

        worker.app.app.loader.import_default_modules()  # the tasks, which it would load next

    sys.exit(celery())


if __name__ == "__main__":
    main()
elif __name__ == "__mp_main__":  # a process of the pool; worker.pool_child ends the loading when all is there
    begin_loading()
