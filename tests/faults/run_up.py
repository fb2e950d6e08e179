"""`make faults-up`: a 20,000-row job through kill -9 of the worker, of the bot and of the broker, under `reelfeel up`.

Not part of the suite: it takes a minute or two. Prints what it did and when; exit code 0 when afterwards there are
exactly 20,000 predictions, one for each review.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from sqlalchemy import text

from common.broker.job_signals import JobSignals
from db.engine import Database
from tests.fixtures.reviews import accept_csv, long_review, recount

ROWS = 20_000
START_S = 60.0
FINISH_S = 300.0
_began = time.monotonic()


def say(line: str) -> None:
    print(f"{time.monotonic() - _began:6.1f} s  {line}", flush=True)


def wait(what: str, condition: Callable[[], bool], timeout_s: float) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"{what} did not happen within {timeout_s:g} s")
        time.sleep(0.05)


def child(up: psutil.Process, word: str) -> psutil.Process | None:
    """The child of `up` whose command line holds this word, not yet what ties it to `up`."""
    for process in up.children():
        try:
            line = process.cmdline()
        except psutil.NoSuchProcess:
            continue
        if any(word in part for part in line) and not any("parent_death" in part for part in line):
            return process
    return None


def kill(up: psutil.Process, word: str) -> None:
    """kill -9, and the proof that another took its place."""
    victim = child(up, word)
    assert victim is not None, f"no {word} runs"
    victim.kill()
    say(f"kill -9 of the {word} (pid {victim.pid})")
    wait(f"another {word}", lambda: (new := child(up, word)) is not None and new.pid != victim.pid, START_S)


def predictions(db: Database) -> int:
    with db.read() as session:
        return int(session.scalar(text("SELECT count(*) FROM predictions")) or 0)


def run(folder: Path) -> int:
    env = {k: v for k, v in os.environ.items() if k not in ("DISCORD_TOKEN", "DATABASE_URL", "REDIS_URL")}
    env |= {"REELFEEL_DATA_DIR": str(folder)}
    process = subprocess.Popen([sys.executable, "-m", "cli", "up"], env=env, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        say(f"up: {line.rstrip()}")
        if line.startswith("worker: ready"):
            break
    up = psutil.Process(process.pid)
    try:
        return through_faults(up, folder)
    finally:
        family = [up, *up.children(recursive=True)]
        process.send_signal(signal.SIGINT)
        for line in process.stdout:
            say(f"up: {line.rstrip()}")
        say(f"up ended with {process.wait()}; {len(psutil.wait_procs(family, timeout=5)[1])} processes left")


def through_faults(up: psutil.Process, folder: Path) -> int:
    db = Database(f"sqlite:///{folder / 'reelfeel.sqlite3'}")
    accepted = accept_csv(db, ROWS, text=long_review)
    JobSignals(f"unix://{folder / 'broker' / 'valkey.sock'}").publish_chunk(
        accepted.chunk_id, accepted.kind, accepted.queue
    )
    say(f"accepted {ROWS:,} rows as job {accepted.job_id}")
    for share, word in ((0.15, "worker"), (0.4, "bot"), (0.65, "valkey")):
        wait(f"{share:.0%} of the job", lambda share=share: predictions(db) >= share * ROWS, FINISH_S)  # type: ignore[misc]
        say(f"{predictions(db):,} predictions")
        kill(up, word)
    wait("the end of the job", lambda: recount(db, accepted.job_id).state == "done", FINISH_S)
    count = recount(db, accepted.job_id)
    say(f"job {count.state}: {count.predictions:,} predictions of {count.reviews:,} reviews, rollup {count.rollup:,}")
    return 0 if (count.predictions, count.reviews, count.rollup) == (ROWS, ROWS, ROWS) else 1


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="reelfeel-faults-") as name:
        sys.exit(run(Path(name)))
