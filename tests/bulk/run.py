"""`make bench-bulk`: bulk scoring end to end beside the bare scorer, by stage; memory; the start of a worker.

    python -m tests.bulk.run [--rows 10000 --rows 100000] [--database sqlite] [--workers 2] [--stored N] [--write]
    python -m tests.bulk.run --start [--write]
    python -m tests.bulk.run --aspects [--rows 25000] [--database sqlite] [--workers 2]

The input is made of ../shared/data in the temporary folder and deleted afterwards.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from model.serving.model_folder import SHIPPED, verify
from tests.bulk import bare, line
from tests.bulk.reviews import texts_of, write_csv
from tests.bulk.watch import STAGES

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "internals" / "bench-bulk.md"
GOAL, ASPECTS_GOAL = 0.8, 0.4
START_GOAL_S, WORKER_GOAL_MIB, BOT_GOAL_MIB, LARGE_GOAL_MIB = 3.0, 400, 150, 600
_BOT = """
import psutil, tempfile
from db.engine import Database
from common.settings import Settings
from bot.client import ReelfeelBot
from common.broker.job_signals import JobSignals
folder = tempfile.mkdtemp()
bot = ReelfeelBot(Settings(_env_file=None), Database(f"sqlite:///{folder}/x.sqlite3"), JobSignals("redis://127.0.0.1:1"))
print(psutil.Process().memory_info().rss / 2**20)
"""
_COMPILED = """
from model import Scorer
scorer = Scorer()
scorer.warm()
scorer.warm_aspects()
"""
_say = Console(stderr=True).print


def bulk_lines(runs: list[tuple[line.Run, float, float]]) -> list[str]:
    """Tables of (run, the bare scorer's reviews a second, the share of its time that tokenizing takes)."""
    lines = [
        "| database | workers | rows | stored before | rows/s | bare scorer, reviews/s | share | peak MiB of one |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for run, rate, _ in runs:
        peak = run.peaks.get("scoring process", 0.0)
        lines.append(
            f"| {run.database} | {run.workers} | {run.rows:,} | {run.stored_before:,} | {run.rate:,.0f} | {rate:,.0f} "
            f"| {run.rate / rate:.0%} | {peak:.0f} |"
        )
    lines += ["", "Share of the workers' time (seconds times workers) by stage:", ""]
    names = ["read", "insert", "fetch", "tokenize", "score", "store", "write", "waiting"]
    lines += [f"| database | workers | rows | {' | '.join(names)} |", "|---" * (len(names) + 3) + "|"]
    for run, _, tokenize in runs:
        cells = " | ".join(f"{share:.1%}" for share in shares(run, tokenize))
        lines.append(f"| {run.database} | {run.workers} | {run.rows:,} | {cells} |")
    peaks = sorted({(kind, max(r.peaks.get(kind, 0) for r, _, _ in runs)) for r, _, _ in runs for kind in r.peaks})
    lines += ["", "Largest resident memory, MiB: " + ", ".join(f"{kind} {size:.0f}" for kind, size in peaks) + "."]
    return lines


def aspect_lines(pairs: list[tuple[line.Run, line.Run]]) -> list[str]:
    """A table of (run without aspects, run with aspects and a report)."""
    lines = [
        "| database | workers | rows | rows/s | with aspects | report, s | with aspects and report | share |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for plain, full in pairs:
        alone = full.rows / full.seconds
        lines.append(
            f"| {full.database} | {full.workers} | {full.rows:,} | {plain.rate:,.0f} | {alone:,.0f} "
            f"| {full.report:.1f} | {full.rate:,.0f} | {full.rate / plain.rate:.0%} |"
        )
    return lines


def shares(run: line.Run, tokenize: float) -> list[float]:
    """Of the workers' time: each stage, tokenizing taken out of scoring, and the rest, which is waiting."""
    whole = run.seconds * run.workers
    spent = {name: run.spent[name] / whole for name in STAGES}
    scoring = spent["score"]
    return [
        spent["read"],
        spent["insert"],
        spent["fetch"],
        scoring * tokenize,
        scoring * (1 - tokenize),
        spent["store"],
        spent["write"],
        1 - sum(spent.values()),
    ]


def start_lines(times: list[tuple[float, float]], bot_mib: float) -> list[str]:
    """The start of a worker, and what the bot needs."""
    ready, first = (statistics.median(part) for part in zip(*times, strict=True))
    return [
        f"Starting a worker ({len(times)} times, medians): it takes messages after {ready:.1f} s, and the verdict on "
        f"one that waited was stored after {first:.1f} s (goal {START_GOAL_S:g}). The bot before it joins Discord: "
        f"{bot_mib:.0f} MiB (goal {BOT_GOAL_MIB}).",
    ]


def page(body: list[str]) -> str:
    """The page, in Markdown."""
    return "\n".join(
        [
            "# Files, end to end",
            "",
            f"Written by `make bench-bulk`, {datetime.now(UTC):%Y-%m-%d}, with {verify(SHIPPED)}. "
            "A CSV of real reviews, made different by a serial number, from the accepted upload to all verdicts in SQL "
            "and the scored file; the real broker, database and `reelfeel worker`. The bare scorer runs in as many "
            "processes, from memory, right before each "
            f"line. Goals: {GOAL:.0%} of the bare scorer's speed, {WORKER_GOAL_MIB} MiB a worker, {LARGE_GOAL_MIB} MiB "
            "with a million rows.",
            "",
            *body,
            "",
        ]
    )


def measure_aspects(given: argparse.Namespace) -> list[tuple[line.Run, line.Run]]:
    """The same file without aspects, and with aspects and a report, one right after the other.

    What finds clauses is compiled before: ten seconds, once a machine, in which workers read in plain code.
    """
    subprocess.run([sys.executable, "-c", _COMPILED], check=True, cwd=ROOT)
    texts, pairs = texts_of(given.data), []
    with TemporaryDirectory(prefix="reelfeel-bulk-") as folder:
        for rows in given.rows or [25_000]:
            file = Path(folder) / "reviews.csv"
            write_csv(file, texts, rows)
            for kind in given.database or ["sqlite", "postgresql"]:
                for workers in given.workers or [2]:
                    plain = line.measure(kind, workers, file, rows, given.stored)
                    full = line.measure(kind, workers, file, rows, given.stored, aspects=True)
                    pairs.append((plain, full))
    return pairs


def measure_files(given: argparse.Namespace) -> list[tuple[line.Run, float, float]]:
    """Every combination that was asked for."""
    texts = texts_of(given.data)
    runs = []
    with TemporaryDirectory(prefix="reelfeel-bulk-") as folder:
        for rows in given.rows or [10_000]:
            file = Path(folder) / "reviews.csv"
            write_csv(file, texts, rows)
            for kind in given.database or ["sqlite", "postgresql"]:
                for workers in given.workers or [1, 2]:
                    rate, tokenize = bare.measure(texts, given.bare, workers)
                    run = line.measure(kind, workers, file, rows, given.stored)
                    _say(f"{kind}, {workers} workers, {rows:,} rows: {run.rate:,.0f} of {rate:,.0f} rows/s")
                    runs.append((run, rate, tokenize))
    return runs


def measure_start(times: int) -> list[str]:
    """Starts and memory."""
    bot = subprocess.run([sys.executable, "-c", _BOT], capture_output=True, text=True, check=True, cwd=ROOT)
    return start_lines([line.first_prediction("sqlite") for _ in range(times)], float(bot.stdout.split()[-1]))


def main() -> int:
    """1 when a line stays under the goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, action="append", help="of the file; may be repeated (10000)")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append", help="both when left out")
    parser.add_argument("--workers", type=int, action="append", help="scoring processes; 1 and 2 when left out")
    parser.add_argument("--stored", type=int, default=0, help="made-up predictions stored before")
    parser.add_argument("--bare", type=int, default=8_000, help="reviews that each bare scorer gets")
    parser.add_argument("--start", action="store_true", help="only the start of a worker and the bot's memory")
    parser.add_argument("--aspects", action="store_true", help="files with and without aspects; prints a table alone")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--write", action="store_true", help="writes docs/internals/bench-bulk.md")
    given = parser.parse_args()
    if given.aspects:
        pairs = measure_aspects(given)
        sys.stdout.write("\n".join(aspect_lines(pairs)) + "\n")
        return 0 if all(full.rate >= ASPECTS_GOAL * plain.rate for plain, full in pairs) else 1
    runs = [] if given.start else measure_files(given)
    body = [*([*bulk_lines(runs), ""] if runs else []), *measure_start(3)]
    text = page(body)
    sys.stdout.write(text)
    if given.write:
        PAGE.write_text(text, encoding="utf-8")
    return 0 if all(run.rate >= GOAL * rate for run, rate, _ in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
