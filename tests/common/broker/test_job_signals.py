"""Messages and hints on a real broker: heard when it stands, never in the way when it does not."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import redis

from common.broker import names
from common.broker.job_signals import BrokerUnavailable, JobSignals, listen_hints
from tests.fixtures.broker import Valkey
from tests.fixtures.tls import certificate, tls_door
from tests.fixtures.workers import wait_until

PROMPT_S = 5.0


def messages(url: str, queue: str) -> list[dict[str, object]]:
    with redis.Redis.from_url(url) as client:
        return [json.loads(raw) for raw in client.lrange(queue, 0, -1)]


def test_a_ring_is_one_json_message_that_names_task_and_chunk(redis_url: str) -> None:
    signals = JobSignals(redis_url)
    assert signals.publish_chunk(7, "score", "interactive")
    assert signals.publish_chunk(8, "ingest", "bulk")
    [review], [upload] = messages(redis_url, names.INTERACTIVE), messages(redis_url, names.BULK)
    assert review["headers"]["task"] == names.SCORE_REVIEW  # type: ignore[index]
    assert upload["headers"]["task"] == names.INGEST_UPLOAD  # type: ignore[index]
    assert review["content-type"] == "application/json"
    signals.close()


def test_a_frozen_broker_delays_a_ring_by_less_than_five_seconds_and_the_next_not_at_all(valkey: Valkey) -> None:
    signals = JobSignals(valkey.url)
    assert signals.publish_chunk(1, "score", "bulk")
    valkey.freeze()
    began = time.monotonic()
    assert not signals.publish_chunk(2, "score", "bulk")
    waited = time.monotonic() - began
    assert waited < PROMPT_S
    began = time.monotonic()
    assert not any(signals.publish_chunk(n, "score", "bulk") or signals.publish_job_changed(n) for n in range(100))
    assert time.monotonic() - began < 10 * waited, "each of two hundred waited anew"
    with pytest.raises(BrokerUnavailable):
        signals.check()
    valkey.thaw()
    wait_until(lambda: signals.publish_chunk(3, "score", "bulk"), 10, what="a ring after the thaw")
    signals.close()


def test_a_crowd_at_a_frozen_broker_waits_no_longer_than_one(valkey: Valkey) -> None:
    signals = JobSignals(valkey.url)
    valkey.freeze()

    def seconds(chunk_id: int) -> float:
        began = time.monotonic()
        assert not signals.publish_chunk(chunk_id, "score", "interactive")
        return time.monotonic() - began

    with ThreadPoolExecutor(40) as threads:
        assert max(threads.map(seconds, range(80))) < PROMPT_S
    valkey.thaw()


def test_no_broker_at_all(valkey: Valkey) -> None:
    valkey.kill()
    signals = JobSignals(valkey.url)
    assert not signals.publish_chunk(1, "score", "bulk")
    with pytest.raises(BrokerUnavailable, match="does not answer"):
        signals.check()
    valkey.start()
    signals.check()
    wait_until(lambda: signals.publish_chunk(1, "score", "bulk"), 10, what="a ring after the start")


def test_what_is_wrong_with_the_broker_is_said_without_its_password() -> None:
    with pytest.raises(BrokerUnavailable) as refused:
        JobSignals("redis://user:hunter2@127.0.0.1:1/0").check()
    assert "hunter2" not in str(refused.value)
    assert "REDIS_URL" in str(refused.value)


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[asyncio.Queue[int]]:
    heard: asyncio.Queue[int] = asyncio.Queue()

    async def listen() -> None:
        async for job_id in listen_hints(url):
            heard.put_nowait(job_id)

    task = asyncio.create_task(listen())
    yield heard
    assert not task.done()
    task.cancel()


async def hint_until_heard(signals: JobSignals, job_id: int, heard: asyncio.Queue[int], timeout_s: float = 20) -> None:
    async with asyncio.timeout(timeout_s):
        while heard.empty() or heard.get_nowait() != job_id:
            await asyncio.to_thread(signals.publish_job_changed, job_id)
            await asyncio.sleep(0.05)


async def test_hints_are_heard_again_after_the_broker_died(valkey: Valkey) -> None:
    signals = JobSignals(valkey.url)
    async with listening(valkey.url) as heard:
        await hint_until_heard(signals, 41, heard)
        await asyncio.to_thread(valkey.kill)
        await asyncio.to_thread(valkey.start)
        await hint_until_heard(signals, 42, heard)


async def test_a_listener_outlives_an_address_that_means_nothing() -> None:
    async with listening("nonsense") as heard, asyncio.timeout(5):
        await asyncio.sleep(0)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await heard.get()


async def test_a_password_as_an_option_of_a_socket_serves_check_queue_and_hints(valkey: Valkey) -> None:
    with valkey.client() as client:
        client.config_set("requirepass", "foo")
    with pytest.raises(BrokerUnavailable, match="refuses the user name or password"):
        JobSignals(valkey.url).check()
    url = f"{valkey.url}?password=foo"
    signals = JobSignals(url)
    signals.check()
    assert await asyncio.to_thread(signals.publish_chunk, 1, "score", "bulk")
    assert signals.lengths()["bulk"] == 1
    async with listening(url) as heard:
        await hint_until_heard(signals, 5, heard)
    signals.close()


async def test_a_certificate_that_nobody_vouches_for_is_refused_by_check_queue_and_hints_alike(
    redis_url: str, tmp_path: Path
) -> None:
    pem, behind = certificate(tmp_path, name="localhost"), redis_url.removeprefix("unix://")
    with tls_door(behind, pem) as port:
        unknown = JobSignals(f"rediss://localhost:{port}/0")
        with pytest.raises(BrokerUnavailable, match="is not trusted: name the file of its authority"):
            unknown.check()
        assert not await asyncio.to_thread(unknown.publish_chunk, 1, "score", "bulk")
        assert messages(redis_url, names.BULK) == []
        named = JobSignals(f"rediss://127.0.0.1:{port}/0?ssl_ca_certs={pem}")
        with pytest.raises(BrokerUnavailable, match="host name that it is made out to"):
            named.check()
    for options in (f"ssl_ca_certs={pem}", "ssl_cert_reqs=none"):
        with tls_door(behind, pem) as port:  # another one each: kombu keeps connections by host and port
            url = f"rediss://localhost:{port}/0?{options}"
            signals = JobSignals(url)
            signals.check()
            assert await asyncio.to_thread(signals.publish_chunk, 1, "score", "bulk")
            async with listening(url) as heard:
                await hint_until_heard(signals, 5, heard)
            signals.close()
    assert len(messages(redis_url, names.BULK)) == 2


def test_rows_are_offered_only_to_workers_that_have_nothing_to_do(redis_url: str) -> None:
    signals = JobSignals(redis_url)
    assert signals.offer_ahead(7, [(1, 5), (6, 10)]) == 2
    assert signals.offer_ahead(7, [(11, 15)]) == 0, "two wait already"
    sent = messages(redis_url, names.BULK)
    assert {one["headers"]["task"] for one in sent} == {names.SCORE_AHEAD}  # type: ignore[index]
    with redis.Redis.from_url(redis_url) as client:
        client.delete(names.BULK)
    assert signals.offer_ahead(7, []) == 0
    assert signals.publish_chunk(1, "score", "bulk")
    assert signals.offer_ahead(7, [(11, 15)]) == 0, "a chunk waits"
    signals.close()


def test_without_a_broker_nothing_is_offered(valkey: Valkey) -> None:
    valkey.kill()
    assert JobSignals(valkey.url).offer_ahead(7, [(1, 5)]) == 0
