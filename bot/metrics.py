"""What the bot counts: how long a user waited, what Discord answered, errors by type."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Final

import aiohttp
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.core import BotCore
from common.process.metrics_server import REVIEW_S, ErrorCount
from db.types import JobView

REGISTRY: Final = CollectorRegistry()
STORED: Final = Histogram(
    "reelfeel_review_stored_seconds",
    "Single reviews: from accepted to verdict stored, by the database's clock",
    buckets=REVIEW_S,
    registry=REGISTRY,
)
SHOWN: Final = Histogram(
    "reelfeel_review_shown_seconds",
    "Single reviews: from verdict stored to shown, between the database's clock and this machine's",
    buckets=REVIEW_S,
    registry=REGISTRY,
)
ANSWERS: Final = Counter(
    "reelfeel_discord_answers", "Answers of Discord's REST API, by HTTP status", ["status"], registry=REGISTRY
)
ERRORS: Final = ErrorCount("reelfeel_errors", REGISTRY)
TOO_MANY_REQUESTS: Final = "429"
ANSWERS.labels(TOO_MANY_REQUESTS)  # a series that begins above zero has no rise, and its alert would miss the first


def note_shown(job: JobView) -> None:
    """Counts the times of a single review whose verdict was just shown; other jobs are no matter of seconds."""
    if job.kind != "message" or job.state != "done" or job.finished_at is None:
        return
    STORED.observe(max(0.0, (job.finished_at - job.created_at).total_seconds()))
    SHOWN.observe(max(0.0, (datetime.now(UTC) - job.finished_at).total_seconds()))


def rate_limited() -> float:
    """How often Discord answered 429 since the start."""
    return sum(
        sample.value
        for family in ANSWERS.collect()
        for sample in family.samples
        if sample.labels.get("status") == TOO_MANY_REQUESTS and sample.name.endswith("_total")
    )


def http_trace(sent: Callable[[str], None]) -> aiohttp.TraceConfig:
    """Counts every answer of Discord by its status; for `discord.Client(http_trace=...)`.

    `sent`: told the path of each call with a body when that body is on its way.
    """

    async def ended(_: aiohttp.ClientSession, __: SimpleNamespace, ending: aiohttp.TraceRequestEndParams) -> None:
        ANSWERS.labels(str(ending.response.status)).inc()

    async def on_its_way(
        _: aiohttp.ClientSession, __: SimpleNamespace, sending: aiohttp.TraceRequestChunkSentParams
    ) -> None:
        sent(sending.url.path)

    trace = aiohttp.TraceConfig()
    trace.on_request_chunk_sent.append(on_its_way)
    trace.on_request_end.append(ended)
    return trace


class Gateway(Collector):
    """The connection to Discord, as it is when asked."""

    def __init__(self, bot: BotCore) -> None:
        self._bot = bot

    def collect(self) -> Iterable[Metric]:
        """Whether it is there, its latency where that is known, and how many servers it serves."""
        bot = self._bot
        yield GaugeMetricFamily(
            "reelfeel_discord_connected", "Whether the bot is connected and its servers are there", connected(bot)
        )
        latency = GaugeMetricFamily("reelfeel_discord_latency_seconds", "Time of a heartbeat of the gateway")
        if math.isfinite(bot.latency):
            latency.add_metric([], bot.latency)
        yield latency
        yield GaugeMetricFamily("reelfeel_discord_guilds", "Servers the bot is in", len(bot.guilds))


def connected(bot: BotCore) -> bool:
    """Whether the gateway is open and has ending of all servers."""
    return bot.is_ready() and not bot.is_closed()
