"""What the bot counts: times of single reviews that were shown, and Discord's answers by status."""

from __future__ import annotations

import runpy
from datetime import timedelta
from typing import Any

import pytest

from bot import metrics
from tests.bot.samples import MADE, job
from tests.bot.short_reviews import GOOD
from tests.fixtures.discord import World


def stored() -> tuple[float, float]:
    """How many times were counted, and their sum in seconds."""
    found = {sample.name: sample.value for family in metrics.STORED.collect() for sample in family.samples}
    return found["reelfeel_review_stored_seconds_count"], found["reelfeel_review_stored_seconds_sum"]


def test_a_single_review_counts_from_accepted_to_stored() -> None:
    count, seconds = stored()
    metrics.note_shown(job(kind="message", finished_at=MADE + timedelta(seconds=2)))
    assert stored() == (count + 1, pytest.approx(seconds + 2))


@pytest.mark.parametrize(
    "other", [{}, {"kind": "message", "state": "failed"}, {"kind": "message", "finished_at": None}]
)
def test_other_jobs_are_no_matter_of_seconds(other: dict[str, Any]) -> None:
    before = stored()
    metrics.note_shown(job(**other))
    assert stored() == before


async def test_rate_limits_are_counted_apart_from_other_answers(world: World) -> None:
    before = metrics.rate_limited()
    metrics.ANSWERS.labels("200").inc()
    assert metrics.rate_limited() == before
    metrics.ANSWERS.labels("429").inc()
    assert metrics.rate_limited() == before + 1


async def test_the_gateway_is_told_as_it_is(world: World) -> None:
    await world.dm(world.alice, GOOD)
    told = {metric.name: [sample.value for sample in metric.samples] for metric in metrics.Gateway(world.bot).collect()}
    assert told["reelfeel_discord_connected"] == [1]
    assert told["reelfeel_discord_guilds"] == [1]


def test_429_is_there_before_the_first() -> None:
    """The rise of a series that begins above zero is zero, and its alert would miss it."""
    registry = runpy.run_path(str(metrics.__file__))["REGISTRY"]
    assert registry.get_sample_value("reelfeel_discord_answers_total", {"status": "429"}) == 0
