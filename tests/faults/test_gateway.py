"""The connection to Discord's gateway, over real sockets: outages, resumed sessions, missed messages, close codes."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import discord
import pytest

from bot import gateway
from bot.run import CLOSED
from common.settings import Settings
from tests.bot.test_run import environment, sentence
from tests.faults.real_sockets import RealSockets, real_sockets
from tests.faults.scene import TOKEN, Scene, scene, until
from tests.fixtures.workers import wait_until

SHARDS = [None, 1, 2]


@pytest.fixture
def near(monkeypatch: pytest.MonkeyPatch) -> Iterator[RealSockets]:
    """A Discord with two shards' worth of rooms, whose sessions may follow one another at once."""
    monkeypatch.setattr(gateway, "IDENTIFY_EVERY_S", 0.05)
    monkeypatch.setattr(gateway, "FIRST_S", 0.1)
    with real_sockets() as world:
        yield world


def dm(world: RealSockets, words: str) -> int:
    return world.write(world.dm_channel(world.users[0]), world.users[0], words)


def mention(world: RealSockets, words: str) -> int:
    return world.write(world.channel_id, world.users[1], f"<@{world.backend.bot_user.id}> {words}")


async def sources(stage: Scene) -> list[int]:
    return [row["source_id"] for row in await stage.jobs()]


@pytest.mark.parametrize("shards", SHARDS)
@pytest.mark.parametrize("away_s", [0.0, 1.0])
async def test_an_outage_loses_nothing(
    near: RealSockets, bot_settings: Settings, shards: int | None, away_s: float
) -> None:
    async with scene(near, bot_settings) as stage:
        await stage.start(shard_count=shards)
        sent = [dm(near, "A fine film before."), mention(near, "A fine film before.")]
        await until(lambda: _has(stage, sent))
        near.go_away()
        sent += [dm(near, "A fine film meanwhile."), mention(near, "A fine film meanwhile.")]
        await asyncio.sleep(away_s)
        near.come_back()
        await until(lambda: _has(stage, sent), 20)
        sent += [dm(near, "A fine film after."), mention(near, "A fine film after.")]
        await until(lambda: _has(stage, sent))
        assert sorted(await sources(stage)) == sorted(sent)
        # Both messages may have come by one shard; the other is back a moment later.
        await until(lambda: near.heard.count("resume") >= (shards or 1), 20)
        assert sum(said.startswith("identify") for said in near.heard) == (shards or 1), "no session was begun anew"


async def _has(stage: Scene, sent: list[int]) -> bool:
    return set(sent) <= set(await sources(stage))


async def test_a_gateway_that_flaps(near: RealSockets, bot_settings: Settings) -> None:
    async with scene(near, bot_settings) as stage:
        await stage.start()
        sent = []
        for _ in range(4):
            sent.append(dm(near, "A fine film."))
            near.break_off()
            sent.append(mention(near, "A fine film."))
            await asyncio.sleep(0.1)
        await until(lambda: _has(stage, sent), 20)
        assert sorted(await sources(stage)) == sorted(sent)


@pytest.mark.parametrize("code", [4000, 4009, 1000])
async def test_a_close_code_that_passes(near: RealSockets, bot_settings: Settings, code: int) -> None:
    async with scene(near, bot_settings) as stage:
        await stage.start()
        near.close_all(code)
        sent = [dm(near, "A fine film.")]
        await until(lambda: _has(stage, sent))
        assert await sources(stage) == sent


async def test_direct_messages_of_a_lost_session_are_read_from_the_history_once(
    near: RealSockets, bot_settings: Settings
) -> None:
    async with scene(near, bot_settings) as stage:
        await stage.start()
        before = dm(near, "A fine film before.")
        await until(lambda: _has(stage, [before]))
        near.go_away()
        near.invalidate()
        missed = [dm(near, "A fine film one."), dm(near, "A fine film two.")]
        near.come_back()
        await until(lambda: _has(stage, missed))
        assert near.heard[-1] == "identify 0"
        # Each once; those that come at one moment are taken in side by side, as live ones are, in no order.
        assert sorted(await sources(stage)) == sorted([before, *missed])


async def test_direct_messages_that_came_while_no_bot_ran(near: RealSockets, bot_settings: Settings) -> None:
    settings = bot_settings.model_copy(update={"max_message_chars": 500})
    async with scene(near, settings) as stage:
        await stage.start()
        before, refused = dm(near, "A fine film before."), dm(near, "x" * 600)
        await until(lambda: _has(stage, [before]))
        await until(lambda: len(near.posted) == 1)
        await stage.stop()
        missed = dm(near, "A fine film meanwhile.")
        too_long = dm(near, "y" * 600)
        await stage.start()
        await until(lambda: _has(stage, [missed]))
        await until(lambda: len(near.posted) == 2)
        await stage.stop()
        await stage.start()
        later = dm(near, "A fine film later.")
        await until(lambda: _has(stage, [later]))
        assert await sources(stage) == [before, missed, later]
        assert [one.reply_to for one in near.posted] == [refused, too_long]


@pytest.mark.parametrize("code", sorted(gateway.FATAL))
async def test_a_close_code_that_stays_ends_the_bot(near: RealSockets, bot_settings: Settings, code: int) -> None:
    near.close_code = code
    async with scene(near, bot_settings) as stage:
        with pytest.raises((discord.ConnectionClosed, discord.PrivilegedIntentsRequired)):
            await stage.start()
        assert near.heard.count("connect") == 1


def test_the_pause_is_bounded_and_begins_anew() -> None:
    pause = gateway.Pause()
    waits = [pause.next_s() for _ in range(12)]
    assert waits[0] <= gateway.FIRST_S
    assert all(wait <= 30 for wait in waits)
    assert min(waits[-3:]) >= gateway.LONGEST_S / 2
    pause.reset()
    assert pause.next_s() <= gateway.FIRST_S


@pytest.mark.parametrize("code", [4011, 4014])
def test_a_host_reads_one_sentence_about_it(tmp_path: Path, migrated: Path, redis_url: str, code: int) -> None:
    shutil.copy(migrated, tmp_path / "bot.sqlite3")
    world = RealSockets()
    world.close_code = code
    try:
        here = "from tests.faults.real_sockets import pointed_at; from cli import app\n"
        line = f"{here}with pointed_at({world.api!r}, {world.gateway!r}): app(['bot'])"
        env = environment(tmp_path, DISCORD_TOKEN=TOKEN, REDIS_URL=redis_url)
        ended = subprocess.run(
            [sys.executable, "-c", line], env=env, capture_output=True, text=True, timeout=60, check=False
        )
    finally:
        world.close()
    assert ended.returncode == 78, ended.stderr
    assert sentence(ended) == CLOSED[code]


def test_every_code_that_stays_has_its_sentence() -> None:
    assert set(CLOSED) == gateway.FATAL


def test_a_data_folder_that_is_deleted_ends_the_bot(tmp_path: Path, migrated: Path, redis_url: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(migrated, folder / "bot.sqlite3")
    with real_sockets() as world:
        here = "from tests.faults.real_sockets import pointed_at; from cli import app\n"
        line = f"{here}with pointed_at({world.api!r}, {world.gateway!r}): app(['bot'])"
        env = environment(folder, DISCORD_TOKEN=TOKEN, REDIS_URL=redis_url)
        bot = subprocess.Popen([sys.executable, "-c", line], env=env, stderr=subprocess.PIPE, text=True)
        try:
            wait_until(lambda: world.listening, 30, what="the bot")
            shutil.rmtree(folder)
            _, said = bot.communicate(timeout=30)
        finally:
            bot.kill()
    assert bot.returncode == 69, said
    plain = [one for one in said.splitlines() if not one.startswith("{")]
    assert len(plain) == 1, said
    assert "was deleted or replaced while it was in use" in plain[0]
