"""The process: one plain sentence and an exit code that means something, and a clean end on SIGTERM."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from bot.run import _end, _hear
from common.broker.job_signals import JobSignals
from tests.fixtures.commands import Done, done

ROOT = Path(__file__).parents[2]
TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDe.abcdefghijklmnopqrstuvwxyz0123"  # secret: made up
RUN = "import sys; from cli import app; app(['bot', *sys.argv[1:]])"
NEAR = "from discord.http import Route; Route.BASE = '{}'; "


def environment(tmp_path: Path, **values: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DISCORD", "REELFEEL"))}
    kept |= {"REELFEEL_DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/bot.sqlite3"}
    kept.pop("REDIS_URL", None)
    return kept | values


def run(env: dict[str, str], *, discord_at: str = "http://127.0.0.1:9") -> Done:
    return done("bot", env=env, discord_at=discord_at)


def sentence(result: Done) -> str:
    """The one line that is not a log record."""
    plain = [line for line in result.stderr.splitlines() if not line.startswith("{")]
    assert len(plain) == 1, result.stderr
    return plain[0]


@contextmanager
def fake_discord(asked: Event | None = None) -> Iterator[str]:
    """Refuses every token; with `asked` it sets that, and answers nothing."""
    over = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if asked is not None:
                asked.set()
                over.wait(60)
                return
            self.send_response(401)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b'{"message": "401: Unauthorized", "code": 0}')

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        over.set()
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("values", "code", "words"),
    [
        ({}, 78, "DISCORD_TOKEN is not set"),
        ({"DISCORD_TOKEN": "   "}, 78, "DISCORD_TOKEN is not set"),
        ({"DISCORD_TOKEN": "not-a-token"}, 78, "DISCORD_TOKEN is not a bot token"),
        ({"DISCORD_TOKEN": TOKEN}, 78, "REDIS_URL is not set"),
        ({"DISCORD_TOKEN": TOKEN, "REDIS_URL": "redis://:hunter2@127.0.0.1:9/0"}, 69, "127.0.0.1:9"),
        ({"DISCORD_TOKEN": TOKEN, "DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:9/x"}, 69, "127.0.0.1:9"),
        ({"DISCORD_TOKEN": TOKEN, "DATABASE_URL": "sqlite:///{}/empty.sqlite3"}, 78, "reelfeel db upgrade"),
    ],
    ids=["no token", "blank token", "wrong shape", "no broker", "broker away", "database away", "old schema"],
)
def test_it_says_why_it_cannot_start(ready: Path, values: dict[str, str], code: int, words: str) -> None:
    values = {name: value.format(ready) for name, value in values.items()}
    result = run(environment(ready, **values))
    assert result.returncode == code, result.stderr
    assert words in sentence(result)
    assert "hunter2" not in result.stderr
    assert TOKEN not in result.stderr


def test_a_token_that_discord_refuses(ready: Path, redis_url: str) -> None:
    with fake_discord() as address:
        result = run(environment(ready, DISCORD_TOKEN=TOKEN, REDIS_URL=redis_url), discord_at=address)
    assert result.returncode == 78, result.stderr
    assert "refuses DISCORD_TOKEN" in sentence(result)
    assert TOKEN not in result.stderr


def test_discord_out_of_reach(ready: Path, redis_url: str) -> None:
    result = run(environment(ready, DISCORD_TOKEN=TOKEN, REDIS_URL=redis_url))
    assert result.returncode == 69, result.stderr
    assert "Discord cannot be reached" in sentence(result)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_can_be_stopped_while_discord_does_not_answer(ready: Path, redis_url: str, number: int) -> None:
    asked = Event()
    with fake_discord(asked) as address:
        process = subprocess.Popen(
            [sys.executable, "-c", NEAR.format(address) + RUN],
            cwd=ROOT, env=environment(ready, DISCORD_TOKEN=TOKEN, REDIS_URL=redis_url),
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert asked.wait(30)
            process.send_signal(number)
            _, said = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert TOKEN not in said


async def test_a_hint_of_the_broker_wakes_the_notifier(redis_url: str) -> None:
    heard = asyncio.Event()

    class Listening:
        notifier = type("Notifier", (), {"wake": staticmethod(heard.set)})

    hearing = asyncio.create_task(_hear(Listening(), redis_url))  # type: ignore[arg-type]
    signals = JobSignals(redis_url)
    try:
        async with asyncio.timeout(20):
            while not heard.is_set():  # the listener subscribes at some time of its own
                await asyncio.to_thread(signals.publish_job_changed, 1)
                await asyncio.sleep(0.01)
    finally:
        await _end(hearing)
        signals.close()


@pytest.mark.parametrize("turns", range(0, 16, 3))
async def test_hearing_ends_also_while_it_connects(redis_url: str, turns: int) -> None:
    hearing = asyncio.create_task(_hear(None, redis_url))  # type: ignore[arg-type]
    for _ in range(turns):
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await _end(hearing)
    assert hearing.cancelled()
