"""The bell: tells workers that a chunk waits, and the bot that a job changed.

Nothing depends on it being heard. What it would have said stands in SQL, and the sweep rings again.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from common.broker import names
from common.broker.celery_config import celery_app
from common.broker.url import BrokerUrl

log = logging.getLogger(__name__)

_TIMEOUT_S: Final = 1.2
_QUIET_S: Final = 2.0
"""After a failed send the broker is left alone this long: a hundred callers do not each wait for a frozen one."""
_SENDERS: Final = 8
"""Sends at one time; fewer than kombu's pool of 10 connections, which would wait without a limit."""
_LISTEN_S: Final = 5.0
_RETRY_S: Final = 1.0


class BrokerUnavailable(Exception):
    """The broker does not answer; the message is one plain sentence without its password."""


class JobSignals:
    """Sends task messages by name and hints about jobs. Safe from any thread; nothing here raises but `check`."""

    def __init__(self, redis_url: str) -> None:
        """No connection is made until the first use. `redis_url`: redis://, rediss:// or unix:///path.

        Raises WrongBrokerUrl.
        """
        self._url = BrokerUrl.read(redis_url)
        self._app = celery_app(redis_url, sender=True)
        self._client: redis.Redis | None = None
        self._gate = threading.Semaphore(_SENDERS)
        self._quiet_until = 0.0

    def publish_chunk(self, chunk_id: int, kind: names.Kind, queue: names.Queue) -> bool:
        """Says that this chunk waits; False when that could not be sent (known within 5 s, also when it is frozen)."""
        task = names.task_name(kind, queue)
        return self._try(lambda: self._app.send_task(task, args=[chunk_id], queue=queue, ignore_result=True))

    def request_explanation(self, review_id: int) -> bool:
        """Asks for the explanation of a stored verdict; False when that could not be sent, and nobody asks again."""
        why = names.EXPLAIN_REVIEW
        return self._try(
            lambda: self._app.send_task(why, args=[review_id], queue=names.INTERACTIVE, ignore_result=True)
        )

    def offer_ahead(self, job_id: int, ranges: Sequence[tuple[int, int]]) -> int:
        """Offers rows (first, last) of a file that is being read to bulk workers; how many of the ranges were sent.

        0 when any message waits for those workers already: they have work. Then, and when the broker does not answer,
        nobody needs to know.
        """
        sent = 0

        def send() -> None:
            nonlocal sent
            if self._connection().llen(names.BULK):
                return
            for first, last in ranges:
                args = [job_id, first, last]
                self._app.send_task(names.SCORE_AHEAD, args=args, queue=names.BULK, ignore_result=True)
                sent += 1

        self._try(send)
        return sent

    def publish_job_changed(self, job_id: int) -> bool:
        """Says that this job changed; False when nobody could be told (its listener polls SQL anyway)."""
        return self._try(lambda: self._connection().publish(names.HINT_CHANNEL, str(job_id)))

    def check(self) -> None:
        """Asks the broker for an answer; raises `BrokerUnavailable`."""
        where = self._url.where
        try:
            self._connection().ping()
        except redis.AuthenticationError as error:
            raise BrokerUnavailable(
                f"The broker at {where} refuses the user name or password in REDIS_URL; correct them and start again."
            ) from error
        except redis.ResponseError as error:  # a password where none is set, a database that is not there
            raise BrokerUnavailable(f"The broker at {where} refuses REDIS_URL: {_refusal(error)}.") from error
        except (redis.RedisError, OSError) as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise BrokerUnavailable(
                    f"The certificate of the broker at {where} is not trusted: name the file of its authority in "
                    "REDIS_URL (?ssl_ca_certs=FILE), and the host name that it is made out to."
                ) from error
            raise BrokerUnavailable(
                f"The broker at {where} does not answer; start it, or set REDIS_URL to one that runs."
            ) from error

    def lengths(self) -> dict[str, int]:
        """Messages that wait in the broker, by queue; raises `BrokerUnavailable`."""
        self.check()
        try:
            found = {name: self._connection().llen(name) for name in (names.INTERACTIVE, names.BULK)}
        except (redis.RedisError, OSError) as error:
            raise BrokerUnavailable(f"The broker at {self._url.where} went away while it was asked.") from error
        return {name: int(n) for name, n in found.items() if isinstance(n, int)}

    def close(self) -> None:
        """Closes the connections; a later use opens them again."""
        if self._client is not None:
            self._client.close()
            self._client = None
        self._app.close()
        # send_task draws on pools that kombu keeps for the whole process: they end with it.

    def _try(self, send: Callable[[], object]) -> bool:
        # Who would wait here longer than one attempt takes is told no: many callers must not queue up for a timeout.
        if not self._gate.acquire(timeout=_TIMEOUT_S):
            return False
        try:
            if time.monotonic() < self._quiet_until:
                return False
            send()
        except Exception as error:  # whatever the transport raises: the sweep will ring again
            self._quiet_until = time.monotonic() + _QUIET_S
            log.warning("broker does not answer (%s); the sweep will ring again", type(error).__name__)
            return False
        finally:
            self._gate.release()
        return True

    def _connection(self) -> redis.Redis:
        if self._client is None:
            self._client = redis.Redis.from_url(
                self._url.for_client(),
                socket_timeout=_TIMEOUT_S,
                socket_connect_timeout=_TIMEOUT_S,
                retry=Retry(NoBackoff(), 1),
            )
        return self._client


def _refusal(error: redis.ResponseError) -> str:
    """What a server says, without what it repeats of a command."""
    return "its database does not exist" if "DB index" in str(error) else "its user name or password is not accepted"


async def listen_hints(redis_url: str) -> AsyncIterator[int]:
    """Yields the ids of jobs that changed, for ever: a lost broker is tried again each second, quietly."""
    while True:
        try:
            async for job_id in _hints_of_one_connection(redis_url):
                yield job_id
        except Exception as error:  # a wrong address too: the caller polls SQL and must not die of a hint
            log.info("no hints from the broker (%s)", type(error).__name__)
        await asyncio.sleep(_RETRY_S)


async def _hints_of_one_connection(redis_url: str) -> AsyncIterator[int]:
    # A ping that stays unanswered ends a connection to a frozen or vanished broker.
    client = redis.asyncio.Redis.from_url(
        BrokerUrl.read(redis_url).for_client(),
        socket_timeout=_LISTEN_S,
        health_check_interval=_LISTEN_S,
        retry=AsyncRetry(NoBackoff(), 0),
    )
    try:
        async with client.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(names.HINT_CHANNEL)
            while True:
                message = await channel.get_message(timeout=_LISTEN_S)
                if message is not None and message["data"].isdigit():
                    yield int(message["data"])
    finally:
        await client.aclose()
