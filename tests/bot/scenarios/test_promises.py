"""What the bot promises under load: two hundred at once, a pace, a flat memory."""

from __future__ import annotations

import time

import pytest

from bot.delivery import notifier
from bot.delivery.rate_limiter import RATE, Limiter
from bot.services.single_reviews import WAIT_S
from db.queries.jobs import list_jobs
from db.types import Viewer
from tests.bot.talk import BAD, GOOD, all_at_once, review_file, words
from tests.fixtures.discord import World

CSV = ("export.csv", review_file(4, empty=0))


async def test_two_hundred_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred reviews and a hundred questions reach the bot together: each is answered, once, in its own reply."""
    world.env.settle_timeout = 60.0  # most of the time SimCord looks through the waiting tasks
    slept: list[float] = []
    with all_at_once(world):
        scored = [
            await who.slash(world.channel, "score", text=f"{GOOD if n % 2 else BAD} Seen {n} times.")
            for n, who in zip(range(100), [world.alice, world.bob] * 50, strict=True)
        ]
        asked = [await world.alice.slash(world.channel, "jobs list") for _ in range(50)]
        helped = [await world.bob.slash(world.channel, "help") for _ in range(50)]
    began = time.perf_counter()
    for _ in range(30):
        await world.tick(0.5)
        await world.work()
        if all(words(one.response) for one in scored):
            break
    slept.append(time.perf_counter() - began)
    labels = [words(one.response).split("\n")[0] for one in scored]
    assert ["Positive" in label for label in labels] == [bool(n % 2) for n in range(100)]
    assert all("Job" in words(one.response) or "no job" in words(one.response) for one in asked)
    assert all("What I do" in words(one.response) for one in helped)
    assert all(one.ephemeral and len(one.followups) == 0 for one in (*scored, *asked, *helped))
    for who in (world.alice, world.bob):
        assert len(list_jobs(world.db, Viewer(who.id), limit=200)) == 50
    assert world.messages(world.channel) == []
    assert world.bot._connection._view_store._synced_message_views == {}, "sent cards are not kept in memory"
    assert WAIT_S * 3 > 15, "the loop above ended before the replies gave up"


async def test_a_burst_outside_interactions_keeps_the_pace(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards for a hundred jobs that ended while the bot was away: never more than the limiter's calls in a second."""
    with monkeypatch.context() as patched:
        patched.setattr(notifier, "changed_jobs", lambda *_, **__: [])
        with all_at_once(world):
            for n in range(2 * RATE + 5):
                await world.alice.send(world.channel, f"{world.mention} {GOOD} Seen {n} times.")
        await world.tick(1)
        await world.work()
    times: list[float] = []
    wait = Limiter.wait

    async def timed(limiter: Limiter) -> None:
        await wait(limiter)
        times.append(time.monotonic())  # here, before anything that a busy machine holds up

    monkeypatch.setattr(Limiter, "wait", timed)
    await world.tick(5)
    assert RATE < 40
    assert len(times) == 2 * RATE + 5
    assert all(later - first >= 0.99 for first, later in zip(times, times[RATE:], strict=False))
    assert len({call.json["nonce"] for call in world.calls("POST", f"/channels/{world.channel.id}/messages")}) == len(
        times
    )
