"""What Discord refuses reaches its owner all the same, once, or is owed and says so. Over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.cards import jobs_list
from bot.delivery import notifier
from common.settings import Settings
from db.queries.jobs import list_jobs
from db.types import Viewer
from model import Scorer
from tests.faults.real_sockets import RealSockets
from tests.faults.scene import Scene, scene, until
from tests.fixtures.reviews import csv_file, long_review

CODES = [(400, 50083), (403, 160005), (400, 200000), (400, 40062), (400, 50035)]
FILE = ("reviews.csv", csv_file(3, text=long_review))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifier, "WORST_REFUSED_S", 0.3)


def edits(method: str, path: str, _: Any) -> bool:
    return method == "PATCH" and path.startswith("/channels/")


def sends_to(channel_id: int) -> Callable[[str, str, Any], bool]:
    return lambda method, path, _: method == "POST" and path == f"/channels/{channel_id}/messages"


async def file_job(stage: Scene) -> Any:
    """A file sent in the server, whose card stands."""
    near = stage.discord
    near.write(near.channel_id, near.users[0], f"<@{near.backend.bot_user.id}>", FILE)
    await until(lambda: near.posted)
    return (await stage.jobs())[-1]


def ends(stage: Scene, channel_id: int) -> list[dict[str, Any]]:
    """What says in a channel how it ended, with the scored file."""
    return [one for one in stage.told(channel_id) if one["embeds"] and " scored" in str(one["embeds"][0].get("title"))]


async def delivered(stage: Scene) -> bool:
    return all(job["delivered_at"] is not None for job in await stage.jobs())


@pytest.mark.parametrize(("status", "code"), CODES)
async def test_an_edit_that_is_refused(
    near: RealSockets, bot_settings: Settings, scorer: Scorer, status: int, code: int
) -> None:
    async with scene(near, bot_settings, scorer) as stage:
        await stage.start()
        await file_job(stage)
        near.rule(edits, status=status, code=code, times=None)
        await stage.work()
        await until(lambda: delivered(stage))
        (user, dm) = near.users[0], near.dm_channel(near.users[0])
        here, there = ends(stage, near.channel_id), ends(stage, dm)
        assert len(here) + len(there) == 1
        assert [one["filename"] for one in (here + there)[0]["attachments"]][-1].startswith("reviews.scored")
        assert there or f"<@{user}> Job" in here[0]["content"]
        assert here or status == 403
        await asyncio.sleep(0.5)
        assert len(ends(stage, near.channel_id)) + len(ends(stage, dm)) == 1


async def test_a_channel_that_takes_nothing_any_more(near: RealSockets, bot_settings: Settings, scorer: Scorer) -> None:
    async with scene(near, bot_settings, scorer) as stage:
        await stage.start()
        await file_job(stage)
        near.rule(edits, status=400, code=50083, times=None)
        near.rule(sends_to(near.channel_id), status=400, code=200000, times=None)
        await stage.work()
        await until(lambda: delivered(stage))
        assert ends(stage, near.channel_id) == []
        assert len(ends(stage, near.dm_channel(near.users[0]))) == 1


async def test_what_can_be_shown_nowhere_is_owed_until_it_can(
    near: RealSockets, bot_settings: Settings, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_list, "OWED_AFTER", jobs_list.OWED_AFTER * 0)
    user, dm = near.users[0], near.dm_channel(near.users[0])
    async with scene(near, bot_settings, scorer) as stage:
        await stage.start()
        await file_job(stage)
        for fits in (edits, sends_to(near.channel_id), sends_to(dm)):
            near.rule(fits, status=400, code=200000, times=None)
        await stage.work()
        met = near.rules[-1]
        await until(lambda: met.met >= 4)
        assert not await delivered(stage)
        (job,) = await asyncio.to_thread(
            list_jobs, stage.db, Viewer(user, near.backend.get_channel(near.channel_id).guild_id)
        )
        assert "not shown yet" in str(jobs_list.jobs_embed([job], page=1, unfinished=False, user_id=user).description)
        assert jobs_list.OWED in str(jobs_list.status_embed(job).to_dict())
        near.rules.clear()
        await until(lambda: delivered(stage))
        assert len(ends(stage, near.channel_id)) == 1


async def test_a_verdict_whose_card_may_not_be_changed(
    near: RealSockets, bot_settings: Settings, scorer: Scorer
) -> None:
    async with scene(near, bot_settings, scorer) as stage:
        await stage.start()
        sent = near.write(near.channel_id, near.users[0], f"<@{near.backend.bot_user.id}> {long_review(1)}")
        await until(lambda: near.posted)  # the card that says that it waits
        near.rule(edits, status=400, code=50083, times=None)
        await stage.work()
        await until(lambda: delivered(stage))
        waiting, verdict = stage.told(near.channel_id)
        assert "Result" in str(verdict["embeds"])
        assert verdict["content"] == f"<@{near.users[0]}>"
        assert [one.reply_to for one in near.posted] == [sent, int(waiting["id"])]


async def test_a_job_number_that_is_given_twice(near: RealSockets, bot_settings: Settings, scorer: Scorer) -> None:
    """A fresh data folder within the minutes in which Discord remembers a nonce."""
    messages = []
    for number in range(2):
        path = bot_settings.data_dir / f"fresh-{number}.sqlite3"
        path.write_bytes((bot_settings.data_dir / "bot.sqlite3").read_bytes())
        settings = bot_settings.model_copy(
            update={"database_url": type(bot_settings.database_url)(f"sqlite:///{path}")}
        )
        async with scene(near, settings, scorer) as stage:
            await stage.start()
            messages.append(
                near.write(near.channel_id, near.users[0], f"<@{near.backend.bot_user.id}> {long_review(number)}")
            )
            await until(stage.jobs)
            await stage.work()
            await until(lambda stage=stage: delivered(stage))
            assert [job["id"] for job in await stage.jobs()] == [1]
    assert [one.reply_to for one in near.posted] == messages
