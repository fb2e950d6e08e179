"""`make fuzz`: the properties of properties.py for some minutes, each round in a process of its own.

A round that fails, hangs or dies leaves its file in runs/fuzz/ and its seed on the screen; the exit code is 1 then.
    python -m tests.worker.scenarios.run_fuzz --minutes 10 [--seed 1] [--only parquet]
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, seed, settings

from tests.worker.files import properties

ROOT: Final = Path(__file__).resolve().parents[3]
KEPT: Final = ROOT / "runs" / "fuzz"
EXAMPLES: Final = 400
ROUND_SECONDS: Final = 300
MOST_BYTES: Final = 4 << 30


def main() -> int:
    """Rounds until the time is over; 0 when all of them passed."""
    asked = _arguments()
    if asked.round:
        return _round(asked.round, asked.seed, asked.examples, asked.folder)
    number = random.randrange(1 << 30) if asked.seed is None else asked.seed
    names = [asked.only] if asked.only else list(properties.PROPERTIES)
    print(f"first seed {number}, {asked.minutes:g} minutes, failures go to {KEPT}", flush=True)
    until = time.monotonic() + asked.minutes * 60
    rounds = failures = 0
    while time.monotonic() < until:
        failures += not _passes(names[rounds % len(names)], number, asked.examples)
        rounds += 1
        number += 1
    print(f"{rounds} rounds of {asked.examples} examples, {failures} failed", flush=True)
    return 1 if failures else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, help="of the first round; counts up")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="of one round")
    parser.add_argument("--only", choices=sorted(properties.PROPERTIES))
    parser.add_argument("--round", choices=sorted(properties.PROPERTIES), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _passes(name: str, number: int, examples: int) -> bool:
    """One round in a child process."""
    with tempfile.TemporaryDirectory(prefix="reelfeel-fuzz-") as folder:
        command = [sys.executable, "-m", __spec__.name, "--round", name, "--seed", str(number)]
        command += ["--examples", str(examples), "--folder", folder]
        started = time.monotonic()
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=ROUND_SECONDS, check=False)
            code, said = done.returncode, done.stdout + done.stderr
        except subprocess.TimeoutExpired as late:
            code, said = 124, str(late)
        if code == 0:
            print(f"ok      {name:10} seed {number:<11} {time.monotonic() - started:5.1f} s", flush=True)
            return True
        _keep(Path(folder), f"{name}-{number}", said)
        what = f"died of signal {-code}" if code < 0 else "ran out of time" if code == 124 else "failed"
        print(f"FAILED  {name:10} seed {number:<11} {what}\n{said[-3000:]}", flush=True)
        print(f"again: python -m {__spec__.name} --only {name} --seed {number} --minutes 0.01", flush=True)
        return False


def _keep(folder: Path, stem: str, said: str) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{stem}.log").write_text(said)
    for file in folder.iterdir():
        shutil.copy(file, KEPT / f"{stem}-{file.name}")


def _round(name: str, number: int, examples: int, folder: Path) -> int:
    """In the child: every file is on disk before it is read. Hypothesis runs the smallest failing one last."""
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))  # a failure must not take the machine

    def keep(data: bytes, filename: str) -> None:
        (folder / "file").write_bytes(data)
        (folder / "name").write_text(filename)

    properties.watch(keep)
    wanted = settings(
        max_examples=examples, deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck)
    )
    seed(number)(wanted(properties.PROPERTIES[name]))()
    return 0


if __name__ == "__main__":
    sys.exit(main())
