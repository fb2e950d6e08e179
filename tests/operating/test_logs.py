"""No review text and no secret in logs and metrics of bot and worker, on any path."""

from __future__ import annotations

import asyncio
import io
import json
import socket
import urllib.request
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from prometheus_client import generate_latest
from sqlalchemy.exc import DataError

from bot import metrics as meters
from bot.services import intake
from common.broker.celery_config import celery_app
from db.engine import Database
from db.operations.overview import figures
from db.queue.accept import accept_review, accept_upload
from tests.fixtures.broker import Valkey
from tests.fixtures.discord import World
from tests.fixtures.logs import MARK, PASSWORD, TOKEN, clean
from tests.fixtures.reviews import origin
from tests.fixtures.workers import StartWorker, wait_until

SABOTEUR = '''
"""Breaks scoring on texts that say so; the error quotes the text, as errors of libraries do."""
import importlib.abc, importlib.machinery, sys, threading

class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != "model.serving.scorer":
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        run = spec.loader.exec_module
        def exec_module(module):
            run(module)
            explain = module.Scorer.explain
            def watched(self, text):
                if "RAISE" in text:
                    raise ValueError(f"cannot read {text!r}")
                if "THREAD" in text:
                    def lost():
                        raise RuntimeError(text)
                    threading.Thread(target=lost).start()
                if "WARN" in text:
                    import logging
                    logging.getLogger("somelibrary").warning("odd value %s", text)
                return explain(self, text)
            module.Scorer.explain = watched
        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Finder())
'''


async def test_the_bot_logs_no_text_whatever_happens(
    written: io.StringIO, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Success, alone and in a file, with a name that is a mark too.
    await world.alice.slash(world.channel, "score", text=f"I loved {MARK} a lot.", film=MARK)
    await world.dm(world.alice, f"A dull {MARK}.")
    await world.dm(world.bob, "", (f"{MARK}.csv", f"id,review\n1,A fine {MARK}\n2,\n".encode()))
    await world.finish()
    # A file that cannot be read, one without a column, one that is no review file.
    await world.dm(world.bob, "", (f"{MARK}.xlsx", f"no workbook {MARK}".encode()))
    await world.dm(world.bob, "", ("two.csv", f"{MARK}a,{MARK}b\n1,2\n3,4\n".encode()))
    await world.dm(world.bob, MARK, (f"{MARK}.exe", b"x"))
    await world.finish()

    # A driver that quotes what it was given, a listener and a background task that die of a text.
    def refuse(*_: object, **__: object) -> None:
        raise DataError("INSERT", {"text": MARK}, ValueError(f"bad {MARK} at postgresql://u:{PASSWORD}@h/x"))

    with monkeypatch.context() as patched:
        patched.setattr(intake, "accept_review", refuse)
        await world.alice.slash(world.channel, "score", text=f"Lost {MARK}.")
        await world.dm(world.alice, f"Lost too {MARK}.")
    world.env._errors.clear()  # the world would report the bug that we made

    async def die() -> None:
        raise RuntimeError(MARK)

    world.bot.start_task(die(), "a task")
    forgotten = asyncio.get_running_loop().create_task(die())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del forgotten  # "Task exception was never retrieved"
    await world.tick(2)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert {"RuntimeError", "DataError"} <= {line.get("error") for line in lines}
    assert all({"ts", "level", "room", "event"} <= set(line) for line in lines)
    clean(written.getvalue())
    told = generate_latest(meters.REGISTRY).decode()
    assert 'reelfeel_errors_total{kind="DataError"}' in told
    assert "reelfeel_review_shown_seconds_count" in told
    clean(told)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_a_worker_logs_no_text_and_no_secret_whatever_happens(
    postgres_url: str, valkey: Valkey, worker_process: StartWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "saboteur").mkdir()
    (tmp_path / "saboteur" / "sitecustomize.py").write_text(SABOTEUR)
    port, key = free_port(), Fernet.generate_key().decode()
    for name, value in {
        "PYTHONPATH": str(tmp_path / "saboteur"), "REELFEEL_METRICS_PORT": str(port), "REELFEEL_TEXT_KEYS": key,
        "DISCORD_TOKEN": TOKEN, "REELFEEL_LOG_FORMAT": "json",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    valkey.client().config_set("requirepass", PASSWORD)
    url = valkey.url.replace("unix://", f"unix://:{PASSWORD}@")
    database_url = postgres_url.replace("reelfeel@", f"reelfeel:{PASSWORD}@")
    worker = worker_process(database_url, url)
    db = Database(postgres_url, text_keys=[key])
    for word in ("plain", "RAISE", "THREAD", "WARN"):
        accept_review(db, origin(), f"A {MARK} of a film, {word}, and I loved it.")
    accept_upload(db, origin(), filename=f"{MARK}.csv", parts=[f"id,review\n1,A fine {MARK}\n".encode()])
    accept_upload(db, origin(), filename=f"{MARK}.xlsx", parts=[f"no workbook {MARK}".encode()])
    sender = celery_app(url, sender=True)
    sender.send_task("reelfeel.score_review", args=[MARK], queue="interactive")
    sender.send_task(f"reelfeel.{MARK}", args=[MARK], kwargs={MARK: MARK}, queue="bulk")
    sender.send_task("reelfeel.score_chunk", args=[1, MARK], queue="bulk")
    wait_until(lambda: figures(db).unfinished == {}, 60, what="every job")
    wait_until(lambda: all(word in worker.log.read_text() for word in ("unregistered", "TypeError")), what="the forged")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
        told = page.read().decode()
    assert 'reelfeel_reviews_scored_total{queue="interactive"} 3.0' in told
    assert 'reelfeel_errors_total{kind="ValueError"} 3.0' in told
    assert 'reelfeel_jobs_ended_last_hour{state="done"} 4.0' in told
    assert 'reelfeel_worker_up{worker="bulk"} 1.0' in told
    clean(told)
    valkey.kill()  # what connections say of where they were
    lost = ("Connection to broker lost", "Cannot connect to", "ConnectionError")
    wait_until(lambda: any(words in worker.log.read_text() for words in lost), 60, what="the lost broker")
    assert worker.terminate() == 0
    said = worker.log.read_text()
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert {"ValueError", "RuntimeError"} <= {line.get("error") for line in lines}
    clean(said)
    assert key not in said
    db.dispose()
