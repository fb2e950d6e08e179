"""Files over real sockets: half a one is never scored; each trouble is told apart, and tried again where it helps."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text as sql

from bot.services import downloads
from common.settings import Settings
from tests.faults.real_sockets import RealSockets
from tests.faults.scene import Scene, scene, until
from tests.fixtures.reviews import csv_file, long_review

ROWS = 40
FILE = ("reviews.csv", csv_file(ROWS, text=long_review))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "PAUSES_S", (0.01, 0.01, 0.01))


def loads(method: str, path: str, _: Any) -> bool:
    return method == "GET" and path.startswith("/cdn/")


def send(near: RealSockets) -> None:
    near.write(near.dm_channel(near.users[0]), near.users[0], "", FILE)


@pytest.mark.parametrize(
    "trouble",
    [{"status": 500}, {"status": 503}, {"cut": "before"}, {"short": 100}, {"short": 0}, {"status": 429}],
    ids=str,
)
async def test_trouble_that_passes(near: RealSockets, bot_settings: Settings, trouble: dict[str, Any]) -> None:
    rule = near.rule(loads, times=2, **trouble)
    async with scene(near, bot_settings) as stage:
        await stage.start()
        send(near)
        await until(stage.jobs)
        assert rule.met == 2
        assert await _stored(stage) == len(FILE[1])


@pytest.mark.parametrize(
    ("trouble", "words", "tries"),
    [
        ({"status": 404}, "link has expired", 1),
        ({"status": 403}, "refuses to hand out reviews.csv (status 403)", 1),
        ({"status": 500}, "did not hand out reviews.csv in 4 attempts", 4),
        ({"short": 100}, "Only a part of reviews.csv", 4),
        ({"cut": "before"}, "did not hand out", 4),
    ],
    ids=str,
)
async def test_trouble_that_stays(
    near: RealSockets, bot_settings: Settings, trouble: dict[str, Any], words: str, tries: int
) -> None:
    rule = near.rule(loads, times=None, **trouble)
    async with scene(near, bot_settings) as stage:
        await stage.start()
        send(near)
        (said,) = await until(lambda: stage.told(near.dm_channel(near.users[0])) if near.posted else None)
        assert words in said["content"]
        assert await stage.jobs() == []
        assert rule.met >= tries


async def test_half_a_file_without_an_announced_length(
    near: RealSockets, bot_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the message says of its size counts, whatever the download says of its own."""
    whole = near.backend.cdn.get
    monkeypatch.setattr(near.backend.cdn, "get", lambda url: (whole(url) or b"")[:100])
    async with scene(near, bot_settings) as stage:
        await stage.start()
        send(near)
        (said,) = await until(lambda: stage.told(near.dm_channel(near.users[0])) if near.posted else None)
        assert "Only a part of" in said["content"]
        assert await stage.jobs() == []


async def _stored(stage: Scene) -> int:
    def look() -> int:
        with stage.db.read() as session:
            return int(session.scalar(sql("SELECT max(size) FROM blobs")) or 0)

    return await asyncio.to_thread(look)
