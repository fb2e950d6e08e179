"""How a running bot ends: by itself, by an error, by a signal once the replies in flight are out."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from bot.lifecycle import until_stopped


async def _never() -> None:
    raise AssertionError("nothing asked it to finish")


async def test_what_ends_by_itself_is_not_finished() -> None:
    async def short() -> None:
        await asyncio.sleep(0)

    await until_stopped(asyncio.create_task(short()), _never)


async def test_its_error_is_raised() -> None:
    async def broken() -> None:
        raise OSError("no route")

    with pytest.raises(OSError, match="no route"):
        await until_stopped(asyncio.create_task(broken()), _never)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_finishes_first_and_ends_the_connection_then(number: signal.Signals) -> None:
    order: list[str] = []
    connected, closing = asyncio.Event(), asyncio.Event()

    async def connection() -> None:
        connected.set()
        await closing.wait()
        order.append("connection ended")

    async def finish() -> None:
        order.append("replies are out")
        closing.set()

    running = asyncio.create_task(connection())
    stopped = asyncio.create_task(until_stopped(running, finish))
    await connected.wait()
    await asyncio.sleep(0)
    os.kill(os.getpid(), number)
    async with asyncio.timeout(20):
        await stopped
    assert order == ["replies are out", "connection ended"]
    assert asyncio.get_running_loop().remove_signal_handler(number) is False, "the process's own handler is back"
