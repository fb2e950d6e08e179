"""The pace of calls outside interactions."""

from __future__ import annotations

import pytest

from bot.delivery import rate_limiter
from bot.delivery.rate_limiter import Limiter


async def test_the_limiter_paces_after_a_second_of_burst(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(rate_limiter.time, "monotonic", lambda: 1000.0)
    monkeypatch.setattr(rate_limiter.asyncio, "sleep", sleep)
    limiter = Limiter(40)
    for _ in range(40):
        await limiter.wait()
    assert slept == []
    for _ in range(40):
        await limiter.wait()
    assert slept[-1] == pytest.approx(1.0)
    assert len(slept) == 40
