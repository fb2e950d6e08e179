"""How a running bot ends: at SIGTERM or SIGINT the replies in flight are finished, then the connection."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from typing import Final

log = logging.getLogger(__name__)

END_S: Final = 5.0
"""How long the connection may take to end after the replies in flight are out."""


async def until_stopped(running: asyncio.Task[None], finish: Callable[[], Awaitable[None]]) -> None:
    """Returns when `running` ends, or after SIGTERM or SIGINT once `finish` is through; raises what `running` did."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    waiting = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            await running
            return
        log.info("stopping: replies in flight are finished")
        await finish()
        await asyncio.wait({running}, timeout=END_S)
        running.cancel()
        # What a connection says when it is closed in the middle of something is no news any more.
        await asyncio.gather(running, return_exceptions=True)
    finally:
        waiting.cancel()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
