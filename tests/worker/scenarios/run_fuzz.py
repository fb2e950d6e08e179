"""`make fuzz`: the traps of traps.py, then the properties of properties.py for some minutes, each in its own process.

What fails, hangs or dies leaves its file in runs/fuzz/ and its seed on the screen; the exit code is 1 then. At the end
a table says what took most memory and most time; those files are kept there too.
    python -m tests.worker.scenarios.run_fuzz --minutes 10 [--seed 1] [--only parquet]
"""

from __future__ import annotations

import argparse
import json
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

from tests.worker.scenarios import hostile_files, properties
from tests.worker.scenarios.costs import cost_of
from tests.worker.scenarios.traps import TRAPS
from worker.files.limits import MAX_RESIDENT

ROOT: Final = Path(__file__).resolve().parents[3]
KEPT: Final = ROOT / "runs" / "fuzz"
EXAMPLES: Final = 400
ROUND_SECONDS: Final = 300
MOST_BYTES: Final = 4 << 30


MOST_MIB: Final = MAX_RESIDENT / (1 << 20)
MOST_SECONDS: Final = 60.0
"""Of a trap, reading and writing together."""
ALL_TRAPS: Final = "traps"
WORST: Final = ("memory", "time")


def main() -> int:
    """The traps, then rounds until the time is over; 0 when all of them passed."""
    asked = _arguments()
    if asked.round:
        return _round(asked.round, asked.seed, asked.examples, asked.folder)
    number = random.randrange(1 << 30) if asked.seed is None else asked.seed
    names = list(properties.PROPERTIES) if asked.only in (None, ALL_TRAPS) else [asked.only]
    print(f"first seed {number}, {asked.minutes:g} minutes, failures go to {KEPT}", flush=True)
    table = _Table()
    rounds = 0
    failures = 0 if asked.only not in (None, ALL_TRAPS) else sum(not _survives(name, table) for name in TRAPS)
    until = time.monotonic() + asked.minutes * 60
    while asked.only != ALL_TRAPS and time.monotonic() < until:
        failures += not _passes(names[rounds % len(names)], number, asked.examples, table)
        rounds += 1
        number += 1
    table.show()
    print(f"{rounds} rounds of {asked.examples} examples, {failures} failed", flush=True)
    return 1 if failures else 0


class _Table:
    """What cost most, by property and for all traps together."""

    def __init__(self) -> None:
        self._worst: dict[tuple[str, str], tuple[float, str]] = {}

    def note(self, group: str, what: str, value: float, data: Path, filename: str) -> None:
        """Keeps the file when nothing of its group cost more."""
        if value > self._worst.get((group, what), (0.0, ""))[0]:
            KEPT.mkdir(parents=True, exist_ok=True)
            kept = KEPT / f"worst-{what}-{group}"
            shutil.copy(data, kept)
            self._worst[group, what] = value, f"{kept.name} ({filename})"

    def show(self) -> None:
        """Prints it, and keeps it beside the files."""
        lines = [f"{'group':12} {'most':>12}  file in {KEPT}"]
        for (group, what), (value, name) in sorted(self._worst.items()):
            unit = "MiB" if what == "memory" else "s"
            lines.append(f"{group:12} {value:8.1f} {unit:3}  {name}")
        print("\n".join(lines), flush=True)
        if self._worst:
            (KEPT / "worst.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _survives(name: str, table: _Table) -> bool:
    """One trap, bound as the worker binds its readers."""
    make, filename, code = TRAPS[name]
    with tempfile.TemporaryDirectory(prefix="reelfeel-fuzz-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(make())
        try:
            cost = cost_of(path, filename, timeout_s=ROUND_SECONDS)
        except (subprocess.SubprocessError, OSError) as error:
            print(f"FAILED  trap {name:20} {type(error).__name__}\n{getattr(error, 'stderr', '')}", flush=True)
            _keep(Path(folder), f"trap-{name}", str(error))
            return False
        table.note(ALL_TRAPS, "memory", cost.mib, path, f"{name}: {filename}")
        table.note(ALL_TRAPS, "time", cost.seconds, path, f"{name}: {filename}")
        fine = cost.code == code and cost.mib <= MOST_MIB and cost.seconds <= MOST_SECONDS
        said = "ok     " if fine else "FAILED "
        size = path.stat().st_size
        ends = cost.code or f"{cost.rows:,} rows"
        print(f"{said} trap {name:20} {size:>11,} bytes {cost.seconds:6.1f} s {cost.mib:5.0f} MiB  {ends}", flush=True)
        if not fine:
            _keep(Path(folder), f"trap-{name}", f"expected {code}, {MOST_MIB:g} MiB, {MOST_SECONDS:g} s; got {cost}")
        return fine


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, help="of the first round; counts up")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="of one round")
    parser.add_argument("--only", choices=sorted([*properties.PROPERTIES, ALL_TRAPS]))
    parser.add_argument("--round", choices=sorted(properties.PROPERTIES), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _passes(name: str, number: int, examples: int, table: _Table) -> bool:
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
        for what in WORST:
            if (kept := Path(folder) / f"worst-{what}").exists():
                value, filename = json.loads((Path(folder) / f"worst-{what}.json").read_text(encoding="utf-8"))
                table.note(name, what, value, kept, filename)
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
        (folder / "name").write_text(filename, encoding="utf-8")

    worst = dict.fromkeys(WORST, 0.0)

    def note(seconds: float, mib: float) -> None:
        for what, value in zip(WORST, (mib, seconds), strict=True):
            if value > worst[what]:
                worst[what] = value
                shutil.copy(folder / "file", folder / f"worst-{what}")
                said = json.dumps([value, (folder / "name").read_text(encoding="utf-8")])
                (folder / f"worst-{what}.json").write_text(said, encoding="utf-8")

    properties.watch(keep)
    hostile_files.tell_costs(note)
    wanted = settings(
        max_examples=examples, deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck)
    )
    seed(number)(wanted(properties.PROPERTIES[name]))()
    return 0


if __name__ == "__main__":
    sys.exit(main())
