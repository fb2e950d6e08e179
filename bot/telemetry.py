"""What a running bot tells of itself: a heartbeat in SQL, and metrics where the host asked for them."""

from __future__ import annotations

import math
import os
import socket
import time
import uuid
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Final

from bot import metrics as meters
from bot.core import BotCore
from common.process.heartbeat import Pulse, Rate, up_seconds
from common.process.metrics_server import Server, serve
from db.operations.heartbeats import deregister, record
from db.operations.metrics_collector import QueueCollector
from db.operations.overview import figures
from db.operations.types import EVERY_S, Fact
from db.privacy.clock_guard import UP

HOUR_S: Final = 3600.0


class Vitals:
    """What the bot's row says. Read from a thread, so that an event loop that hangs is told too."""

    def __init__(self, bot: BotCore) -> None:
        self._bot = bot
        self._errors = Rate(HOUR_S)

    def facts(self) -> dict[str, Fact]:
        """As docs/operating.md lists them."""
        bot = self._bot
        self._errors.note(meters.ERRORS.total, time.perf_counter())
        latency = bot.latency
        return {
            "pid": os.getpid(),
            UP: up_seconds(),
            "ready": meters.connected(bot),
            "latency_s": round(latency, 3) if math.isfinite(latency) else None,
            "guilds": len(bot.guilds),
            "shards": bot.shard_count or 1,
            "looked_s": round(time.perf_counter() - bot.notifier.looked_at, 1),
            "rate_limited": meters.rate_limited(),
            "errors_hour": self._errors.grown,
        }


@contextmanager
def vital_signs(bot: BotCore) -> Iterator[None]:
    """Beats and serves metrics while the bot runs. Raises worker.process.metrics.PortTaken."""
    vitals, id_, host = Vitals(bot), uuid.uuid4().hex, socket.gethostname()
    served = _serve(bot)
    pulse = Pulse(
        lambda: record(bot.db, id_, "bot", host, vitals.facts()), lambda: deregister(bot.db, id_), every_s=EVERY_S
    )
    bot.add_listener(_poking(pulse), "on_ready")
    pulse.start()
    try:
        yield
    finally:
        pulse.stop()
        if served is not None:
            served.stop()


def _poking(pulse: Pulse) -> Callable[[], Coroutine[Any, Any, None]]:
    async def on_ready() -> None:
        pulse.wake()

    return on_ready


def _serve(bot: BotCore) -> Server | None:
    settings = bot.settings
    if settings.metrics_port is None:
        return None
    registry = meters.REGISTRY
    gateway, sql = meters.Gateway(bot), QueueCollector(lambda: figures(bot.db))
    registry.register(gateway)
    registry.register(sql)
    server = serve(registry, host=settings.metrics_host, port=settings.metrics_port)

    def stop() -> None:
        server.stop()
        registry.unregister(gateway)
        registry.unregister(sql)

    return Server(server.port, stop)
