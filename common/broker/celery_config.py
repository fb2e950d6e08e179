"""Celery's settings, shared by those who send and those who work.

The values and what was measured for each: docs/reliability.md. SQL holds the queue; a lost or doubled message is
harmless, so nothing here tries to make Redis remember.
"""

from __future__ import annotations

from typing import Any, Final

from celery import Celery
from celery.loaders.app import AppLoader
from kombu import Queue

from common.broker import names
from common.broker.url import BrokerUrl

SOFT_SHARE: Final = 2 / 3
HARD_SHARE: Final = 5 / 6
"""Shares of a lease after which a scoring task is told to stop, and is killed: both before another may claim it."""
LIMITED: Final = (names.SCORE_REVIEW, names.SCORE_CHUNK, names.SCORE_AHEAD, names.SWEEP, names.EXPLAIN_REVIEW)
"""Tasks with these limits."""
LONG_LIMIT_S: Final = 2 * 3600
"""Reading or writing a file of a million rows may take this long; its lease is extended meanwhile. No soft limit:
an exception thrown into a parser looks like a broken file."""
LOADING_S: Final = 120.0
"""So long a process of the pool may take to load the model before it is killed."""

_CONSUMER: Final[dict[str, float]] = {"socket_timeout": 5, "socket_connect_timeout": 3}
# A sender has somebody waiting: two attempts of at most 1.5 s to connect and 1.5 s to be answered stay under 5 s.
_SENDER: Final[dict[str, float]] = {"socket_timeout": 1.2, "socket_connect_timeout": 1.2}


def _transport(timeouts: dict[str, float]) -> dict[str, Any]:
    return {
        "visibility_timeout": 3600,
        "queue_order_strategy": "priority",
        "priority_steps": [0],
        "socket_keepalive": True,
        "health_check_interval": 10,
        **timeouts,
    }


class InstalledCode(AppLoader):  # type: ignore[misc]  # Celery has no types
    """Imports tasks as Python does. Celery's own loaders look in the current folder first, whatever lies there."""

    def import_from_cwd(self, module: str, imp: Any = None, package: str | None = None) -> Any:
        """Without the current folder; the name is Celery's."""
        return (imp or self.import_module)(module, package=package)


def celery_app(redis_url: str, *, lease_s: float = 30, sender: bool = False, events: bool = False) -> Celery:
    """A Celery application on this broker; `sender` for one that only sends, by task name.

    `lease_s` (seconds) is how long a claimed chunk belongs to its worker; the time limits follow from it. `events`:
    whether a worker tells Flower of its tasks, each by its name, the chunk's number and its time.
    Raises WrongBrokerUrl.
    """
    # The loader as a class: a name would be looked for in the current folder.
    app = Celery(
        "reelfeel", broker=BrokerUrl.read(redis_url).for_celery(), loader=InstalledCode, set_as_current=not sender
    )
    app.conf.update(
        task_ignore_result=True,
        result_backend=None,
        task_serializer="json",
        accept_content=["json"],
        task_acks_late=True,
        task_reject_on_worker_lost=False,
        worker_prefetch_multiplier=1,
        task_queues=[Queue(names.INTERACTIVE), Queue(names.BULK)],
        task_default_queue=names.BULK,
        task_create_missing_queues=False,
        task_time_limit=LONG_LIMIT_S,
        task_annotations={
            name: {"soft_time_limit": lease_s * SOFT_SHARE, "time_limit": lease_s * HARD_SHARE} for name in LIMITED
        },
        worker_pool_start_method="spawn",
        worker_proc_alive_timeout=LOADING_S,
        worker_max_tasks_per_child=None,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_enable_remote_control=False,
        worker_send_task_events=events,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # A redelivered message is refused by SQL; a cancelled long task would only be begun again.
        worker_cancel_long_running_tasks_on_connection_loss=False,
        task_publish_retry_policy={
            "max_retries": 1 if sender else 2,
            "interval_start": 0.05,
            "interval_step": 0.1,
            "interval_max": 0.2,
        },
        broker_transport_options=_transport(_SENDER if sender else _CONSUMER),
        enable_utc=True,
    )
    return app
