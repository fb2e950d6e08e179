"""Acknowledgements over real sockets: cut after Discord took them, and never kept waiting by the database."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from discord.utils import snowflake_time

from bot.pools import right_of_way
from common.settings import Settings
from model import Scorer
from tests.faults.real_sockets import RealSockets
from tests.faults.scene import Scene, scene, until
from tests.fixtures.reviews import csv_file, long_review

COMMAND, COMPONENT = 2, 3
SLACK = 2
"""Discord itself runs in this process too."""
FILE = ("reviews.csv", csv_file(3, text=long_review))


@pytest.fixture
async def stage(near: RealSockets, bot_settings: Settings, scorer: Scorer) -> AsyncIterator[Scene]:
    """The bot, with one verdict of the first user: result 1 of job 1."""
    async with scene(near, bot_settings, scorer) as built:
        await built.start()
        near.write(near.dm_channel(near.users[0]), near.users[0], long_review(1))
        await until(built.jobs)
        await built.work()
        await until(lambda: near.posted and "Result" in str(built.told(near.posted[0].channel_id)))
        yield built


def acknowledges(method: str, path: str, _: Any) -> bool:
    return method == "POST" and path.startswith("/interactions/")


def answers(method: str, path: str, _: Any) -> bool:
    return method == "PATCH" and path.startswith("/webhooks/")


def command(stage: Scene, name: str, sub: str = "", **options: Any) -> Any:
    """A slash command of the first user in the server; its record."""
    kinds = {str: 3, int: 4, bool: 5}
    leaves = [{"name": key, "type": kinds[type(value)], "value": value} for key, value in options.items()]
    given = [{"name": sub, "type": 1, "options": leaves}] if sub else leaves
    near = stage.discord
    return near.interact(COMMAND, near.channel_id, near.users[0], {"name": name, "options": given})


def batch(stage: Scene) -> Any:
    near = stage.discord
    return near.interaction(near.slash(near.channel_id, near.users[0], "batch", file=FILE))


def press(stage: Scene, custom_id: str) -> Any:
    """A button under the verdict of the first user."""
    near = stage.discord
    place = near.posted[0]
    data = {"custom_id": custom_id, "component_type": 2}
    return near.interact(COMPONENT, place.channel_id, near.users[0], data, place.message_id)


DEEDS: dict[str, Callable[[Scene], Any]] = {
    "/score": lambda stage: command(stage, "score", text=long_review(2)),
    "/score share": lambda stage: command(stage, "score", text=long_review(2), share=True),
    "/batch": batch,
    "/upload": lambda stage: command(stage, "upload"),
    "/jobs list": lambda stage: command(stage, "jobs", "list"),
    "/results show": lambda stage: command(stage, "results", "show", id=1),
    "/report": lambda stage: command(stage, "report"),
    "/help": lambda stage: command(stage, "help"),
    "Details": lambda stage: press(stage, "result:details:1"),
    "Wrong?": lambda stage: press(stage, "result:wrong:1"),
    "Delete": lambda stage: press(stage, "result:delete:1"),
}


def shown(stage: Scene, record: Any) -> dict[str, Any] | None:
    return None if record.message_id is None else stage.discord.shown(record.channel_id, record.message_id)


def is_thinking(stage: Scene, record: Any) -> bool:
    message = shown(stage, record)
    return message is not None and bool(int(message["flags"]) & 128)


async def idle(stage: Scene) -> None:
    """Until the bot answers nobody any more; whatever waits is scored."""
    busy = ("CommandTree-invoker", "discord-ui", "reelfeel")
    for turn in range(400):
        if stage.signals.rung or turn % 10 == 0:  # a look at the queue costs more than all else here
            await stage.work()
        if not [
            one for one in asyncio.all_tasks() if one.get_name().startswith(busy) and "short" not in one.get_name()
        ]:
            return
        await asyncio.sleep(0.02)
    raise AssertionError([one.get_name() for one in asyncio.all_tasks()])


async def test_an_acknowledgement_that_is_cut_after_it_counts(stage: Scene) -> None:
    wrong = []
    for deed, do in DEEDS.items():
        rule = stage.discord.rule(acknowledges, cut="after")
        record = do(stage)
        await until(lambda record=record: record.responded)
        await idle(stage)
        message = shown(stage, record)
        if not rule.met or is_thinking(stage, record) or "Reference" in str(message) or record.followup_ids:
            wrong.append((deed, message and message["content"], record.followup_ids))
    assert wrong == []


async def test_one_that_stays_cut_is_repaired_later(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.delivery.error_replies.LATER_S", (0.1, 0.1))
    stage.discord.rule(acknowledges, cut="after", times=4)
    record = command(stage, "jobs", "list")
    await until(lambda: record.responded)
    await idle(stage)
    assert "Discord did not answer" in str(shown(stage, record))


async def test_one_that_stays_cut_is_repaired_by_the_next_start(stage: Scene) -> None:
    stage.discord.rule(acknowledges, cut="after", times=4)
    rule = stage.discord.rule(answers, cut="before", times=None)
    record = command(stage, "jobs", "list")
    await until(lambda: record.responded)
    await asyncio.sleep(1.5)
    assert is_thinking(stage, record)
    await stage.stop(politely=False)
    stage.discord.rules.remove(rule)
    await stage.start()
    assert "nothing was accepted" in str(shown(stage, record))


@pytest.mark.parametrize("share", [False, True])
async def test_an_error_never_takes_the_place_of_a_verdict(stage: Scene, share: bool) -> None:
    stage.discord.rule(answers, cut="after", times=3)
    record = command(stage, "score", text=long_review(2), share=share)
    await idle(stage)
    await asyncio.sleep(0.5)
    await idle(stage)
    message = shown(stage, record)
    assert message is not None
    assert "Result" in str(message["embeds"])
    assert message["content"] == ""


class Times:
    """Seconds from an interaction to its acknowledgement, by the interaction's id, which says when it was made."""

    def __init__(self, near: RealSockets) -> None:
        self.took: dict[int, float] = {}
        near.watch = self._watch

    def _watch(self, _: str, path: str, __: Any) -> None:
        if path.startswith("/interactions/"):
            number = int(path.split("/")[2])
            self.took.setdefault(number, time.time() - snowflake_time(number).timestamp())


NEEDED = ("/score", "/score share", "/batch", "/upload", "/jobs list", "/results show", "Details")


@pytest.mark.parametrize("known", [True, False], ids=["asked before", "first time"])
async def test_no_acknowledgement_waits_for_a_database_that_hangs(stage: Scene, known: bool) -> None:
    if known:
        before = Times(stage.discord)
        for deed in NEEDED:
            DEEDS[deed](stage)
        await until(lambda: len(before.took) == len(NEEDED))  # read by the bot, which may be behind
        await idle(stage)
    else:
        assert stage.bot is not None
        for cache in (stage.bot.rules, stage.bot.chosen, stage.bot.blocked):
            cache._kept.clear()
    times = Times(stage.discord)
    with stage.hanging_database():
        records = []
        for _ in range(3):
            for deed in NEEDED:
                records.append(await asyncio.to_thread(DEEDS[deed], stage))
        await until(lambda: len(times.took) == len(records), 6)
    assert max(times.took.values()) < (2.0 if known else 2.9)
    await idle(stage)


async def test_status_says_that_the_database_hangs(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["bot.cogs.info"], "PATIENCE_S", 0.5)
    with stage.hanging_database():
        record = command(stage, "status")
        await until(lambda: "My database does not answer" in str(shown(stage, record)), 8)


async def test_no_message_is_begun_while_an_interaction_waits(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long its answer takes here: what stands before it is held up by the test."""
    assert stage.bot is not None
    bot, near = stage.bot, stage.discord
    goes_on, begun = asyncio.Event(), list[int]()
    monkeypatch.setattr(right_of_way, "LONGEST_S", 3_600.0)
    taken_in, remembered = sys.modules["bot.cogs.messages"], bot.open_replies.add
    asked = taken_in.blocked

    async def noted(bot: Any, user_id: int, guild_id: int | None) -> Any:
        begun.append(user_id)
        return await asked(bot, user_id, guild_id)

    async def held(*what: Any) -> bool:
        await goes_on.wait()
        return await remembered(*what)

    monkeypatch.setattr(taken_in, "blocked", noted)
    monkeypatch.setattr(bot.open_replies, "add", held)
    times, before = Times(near), len(bot.taken_messages)
    record = command(stage, "jobs", "list")
    await until(lambda: bot.way.taken)
    for n in range(20):
        near.write(near.dm_channel(near.users[n % 2]), near.users[n % 2], long_review(n))
    await until(lambda: len(bot.taken_messages) == before + 20)
    assert not begun
    goes_on.set()
    await until(lambda: _all_accepted(stage, 20))
    assert record.id in times.took
    assert len(begun) == 20


async def test_an_answer_that_is_on_its_way_holds_no_message_up(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Discord has not said that it has it; what there is to do here is done."""
    monkeypatch.setattr(right_of_way, "LONGEST_S", 3_600.0)
    near, goes_on = stage.discord, threading.Event()
    rule = near.rule(acknowledges, until=goes_on)
    record = command(stage, "jobs", "list")
    await until(lambda: rule.met)
    near.write(near.dm_channel(near.users[0]), near.users[0], long_review(2))
    await until(lambda: _all_accepted(stage, 1))
    assert not record.responded
    goes_on.set()
    await until(lambda: record.responded)


async def test_messages_at_work_hold_no_acknowledgement_up(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """All threads for messages are taken, and more messages wait for one."""
    near, goes_on = stage.discord, threading.Event()
    accept = sys.modules["bot.services.intake"].accept_review

    def held(*what: Any) -> Any:
        goes_on.wait(60)
        return accept(*what)

    monkeypatch.setattr("bot.services.intake.accept_review", held)
    users = near.do(lambda: [near.backend.make_user(f"busy{n}").id for n in range(20)])
    channels = [near.dm_channel(user) for user in users]
    for n in range(40):
        near.write(channels[n % 20], users[n % 20], long_review(n))
    assert stage.bot is not None
    threads = stage.bot._light
    await until(lambda: threads._running.total() == threads._all)
    times = Times(near)
    data = {"name": "jobs", "options": [{"name": "list", "type": 1, "options": []}]}
    for n in range(100):
        near.interact(COMMAND, channels[n % 20], users[n % 20], data)
    await until(lambda: len(times.took) == 100, 20)
    goes_on.set()
    await until(lambda: _all_accepted(stage, 40), 60, every_s=0.1)


async def test_a_message_that_waits_when_the_bot_stops_is_taken_in(
    stage: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stage.bot is not None
    bot, near = stage.bot, stage.discord
    monkeypatch.setattr(right_of_way, "LONGEST_S", 3_600.0)
    bot.way.read(1, lambda: False)
    near.write(near.dm_channel(near.users[0]), near.users[0], long_review(2))
    await until(lambda: len(bot.taken_messages) == 2)
    stopping = asyncio.create_task(stage.stop())
    await until(lambda: bot.stopping)
    bot.way.answered(1)
    await stopping
    assert await _all_accepted(stage, 1)


async def test_a_burst_loses_no_acknowledgement(stage: Scene) -> None:
    """A hundred commands among two hundred and fifty messages, all within a moment."""
    near = stage.discord
    users = near.do(lambda: [near.backend.make_user(f"somebody{n}").id for n in range(50)])
    channels = [near.dm_channel(user) for user in users]
    times = Times(near)

    def send() -> list[Any]:
        records = []
        for n in range(250):
            near.write(channels[n % 50], users[n % 50], long_review(n))
            if n % 5 < 2:
                data = {"name": "jobs", "options": [{"name": "list", "type": 1, "options": []}]}
                if n % 5 == 1:
                    data = {"name": "score", "options": [{"name": "text", "type": 3, "value": long_review(n)}]}
                records.append(near.interact(COMMAND, channels[n % 50], users[n % 50], data))
        return records

    records = await asyncio.to_thread(send)
    assert len(records) == 100
    await until(lambda: len(times.took) == len(records), 20)
    took = sorted(times.took.values())
    print(f"acknowledged: p50 {took[50]:.3f} s, p95 {took[95]:.3f} s, worst {took[-1]:.3f} s")
    assert took[-1] < 3
    assert took[95] < 0.5 * SLACK
    await until(lambda: _all_accepted(stage, 250), 60, every_s=0.2)


async def _all_accepted(stage: Scene, messages: int) -> bool:
    return sum(job["source"] == "message" for job in await stage.jobs()) == messages + 1
