"""The bot in a simulated Discord: served to a browser, ended by SIGTERM."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.bot.test_run import environment

ROOT = Path(__file__).parents[2]


def test_preview_serves_and_ends_on_sigterm(ready: Path, redis_url: str) -> None:
    read, write = os.pipe()
    env = environment(ready, REDIS_URL=redis_url, REELFEEL_READY_FD=str(write))
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "bot", "--preview"],
        cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, pass_fds=[write],
    )  # fmt: skip
    os.close(write)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.fullmatch(r"Simulated Discord: (http://127\.0\.0\.1:\d+/)#[\w-]+\n", line)
        assert found, line
        assert os.read(read, 1) == b"1"
        with urllib.request.urlopen(found[1], timeout=10) as page:
            assert page.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    finally:
        os.close(read)
        process.kill()
        process.communicate()
