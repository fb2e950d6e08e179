"""How fast reports and pages of results are at size: `make bench-reports`.

Fills PostgreSQL with 10 million verdicts and SQLite with a million (made-up rows, `--rows` and `--sqlite-rows` change
that), lets the product's own code sum the jobs up, and times what a viewer asks who sees every row: half are theirs,
half were shared with their server by others. `--write` puts the tables into docs/internals/bench-reports.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from db.engine import Database
from db.migrate import upgrade
from db.queries.reports import summary
from db.queries.search import search
from db.queries.summaries import roll_up_due
from db.types import ReportFilter, SearchFilter, Viewer
from tests.end_to_end.synthetic_rows import DAYS, FILMS, FIRST_DAY, GUILD, ME, fill
from tests.fixtures.postgres_server import running_server

DOCS = Path(__file__).parent.parent.parent / "docs" / "internals" / "bench-reports.md"
VIEWER = Viewer(ME, GUILD)
REPORT_S, PAGE_S = 1.0, 0.2
"""What issue 5 asks of a film or month report, and of a page."""
TIMES = 15


@dataclass(frozen=True)
class Timed:
    """Seconds of one question, asked often with other films, months and places."""

    name: str
    seconds: list[float]
    target: float | None

    @property
    def p50(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.seconds, n=20)[-1] if len(self.seconds) > 1 else self.seconds[0]

    def row(self) -> str:
        said = "" if self.target is None else "yes" if self.p95 <= self.target else "no"
        wanted = "" if self.target is None else f"{self.target * 1000:,.0f}"
        return f"| {self.name} | {self.p50 * 1000:,.0f} | {self.p95 * 1000:,.0f} | {wanted} | {said} |"


def month(number: int) -> tuple[date, date]:
    """First and last day of one of the months that are filled from edge to edge."""
    start = FIRST_DAY + timedelta(30 * (number % (DAYS // 30)))
    return start, start + timedelta(29)


def questions(
    last_id: int, jobs: int
) -> Iterator[tuple[str, float | None, Callable[[Database, random.Random], object]]]:
    """Name, target in seconds, and what is asked."""

    def report(**wanted: object) -> Callable[[Database, random.Random], object]:
        return lambda db, dice: summary(db, VIEWER, ReportFilter(**wanted))  # type: ignore[arg-type]

    def film(dice: random.Random) -> str:
        return f"Film {dice.randrange(1, FILMS)}"

    def months(by: str) -> Callable[[Database, random.Random], object]:
        def ask(db: Database, dice: random.Random) -> object:
            since, until = month(dice.randrange(100))
            return summary(db, VIEWER, ReportFilter(since=since, until=until, by=by))  # type: ignore[arg-type]

        return ask

    def page(
        cursor: Callable[[random.Random], str | None] = lambda dice: None, **wanted: object
    ) -> Callable[[Database, random.Random], object]:
        return lambda db, dice: search(db, VIEWER, SearchFilter(**wanted), cursor=cursor(dice), limit=8)  # type: ignore[arg-type]

    def deep(dice: random.Random) -> str:
        return f"n:{dice.randrange(last_id // 10, last_id // 2)}"

    yield "report: one film, by day", REPORT_S, lambda db, dice: summary(db, VIEWER, ReportFilter(film=film(dice)))
    yield "report: the most reviewed film (4.5% of all), by day", REPORT_S, report(film="Film 0")
    yield "report: one month, by day", REPORT_S, months("day")
    yield "report: one month, by film", REPORT_S, months("film")
    yield "report: everything, by month", REPORT_S, report(by="month")
    yield "report: everything, by film", REPORT_S, report(by="film")
    yield (
        "report: one job, by day",
        REPORT_S,
        lambda db, dice: summary(db, VIEWER, ReportFilter(job_id=dice.randrange(1, jobs + 1))),
    )
    yield (
        "report: two films compared",
        None,
        lambda db, dice: [summary(db, VIEWER, ReportFilter(film=film(dice))) for _ in "ab"],
    )
    yield "page: the newest", PAGE_S, page()
    yield "page: deep, by key", PAGE_S, page(deep)
    yield "page: one label, deep", PAGE_S, page(deep, label="negative")
    yield "page: one film", PAGE_S, lambda db, dice: search(db, VIEWER, SearchFilter(film=film(dice)), limit=8)
    yield "page: the most reviewed film", PAGE_S, page(film="Film 0")
    yield (
        "page: one job",
        PAGE_S,
        lambda db, dice: search(db, VIEWER, SearchFilter(job_id=dice.randrange(1, jobs + 1)), limit=8),
    )
    yield (
        "page: one month",
        PAGE_S,
        lambda db, dice: search(
            db, VIEWER, SearchFilter(since=(m := month(dice.randrange(99)))[0], until=m[1]), limit=8
        ),
    )
    yield "page: most positive first", PAGE_S, page(sort="probability")
    yield (
        "page: most positive first, deep",
        PAGE_S,
        page(lambda dice: f"p:{dice.uniform(0.2, 0.9)!r}:{last_id}", sort="probability"),
    )
    yield "page: words, one review in ten has them", PAGE_S, page(query="wonderful")
    yield "page: words, one review in 1,000 has them", PAGE_S, page(query="zeppelin")
    yield "page: words that no review has (ends where the time does)", None, page(query="xylograph")


def measure(db: Database, last_id: int, jobs: int) -> list[Timed]:
    """Each question once to warm up, then `TIMES` times."""
    found = []
    for name, target, ask in questions(last_id, jobs):
        dice = random.Random(name)
        ask(db, dice)
        seconds = []
        for _ in range(TIMES):
            began = time.perf_counter()
            ask(db, dice)
            seconds.append(time.perf_counter() - began)
        found.append(Timed(name, seconds, target))
        print(found[-1].row(), flush=True)
    return found


def bench(url: str, rows: int) -> tuple[str, list[Timed]]:
    """Fills, sums up, measures: one sentence about that, and the figures."""
    upgrade(url)
    db = Database(url)
    try:
        began = time.perf_counter()
        jobs = fill(db, rows)
        filled = time.perf_counter()
        while roll_up_due(db):
            pass
        summed = time.perf_counter()
        with db.begin() as session:
            if url.startswith("postgresql"):  # as autovacuum would; nobody does it for SQLite
                session.execute(text("ANALYZE"))
            last_id = int(session.scalar(text("SELECT max(review_id) FROM predictions")) or 0)
        took = f"filled in {filled - began:,.0f} s, summed up in {summed - filled:,.0f} s"
        said = f"{rows:,} verdicts in {jobs:,} files and messages: {took}."
        print(said, flush=True)
        return said, measure(db, last_id, max(1, rows // 50_000))
    finally:
        db.dispose()


@contextmanager
def databases(rows: int, sqlite_rows: int) -> Iterator[list[tuple[str, str, int]]]:
    """(name, URL, rows) of each, empty."""
    with tempfile.TemporaryDirectory(prefix="reelfeel-bench-") as folder, running_server() as server:
        server.execute("CREATE DATABASE bench")
        wanted = [
            ("SQLite", f"sqlite:///{folder}/bench.sqlite3", sqlite_rows),
            ("PostgreSQL", server.url("bench"), rows),
        ]
        yield [one for one in wanted if one[2]]


def page_of(found: list[tuple[str, str, list[Timed]]]) -> str:
    """The page of docs."""
    lines = ["# How fast reports and pages are", ""]
    machine = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"
    today = datetime.now(UTC).date()
    lines.append(f"Written by `make bench-reports` on {today}, {machine}; PostgreSQL with 64 MiB of shared buffers.")
    lines += ["Times are of the function that `/report` and `/results` call, every row seen by who asks.", ""]
    for name, said, timed in found:
        lines += [
            f"## {name}",
            "",
            said,
            "",
            "| asked | p50, ms | p95, ms | at most | kept |",
            "|---|---:|---:|---:|---|",
        ]
        lines += [*(one.row() for one in timed), ""]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """0 when every target is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="verdicts in PostgreSQL; 0 leaves it out")
    parser.add_argument("--sqlite-rows", type=int, default=1_000_000, help="verdicts in SQLite; 0 leaves it out")
    parser.add_argument("--write", action="store_true", help="write docs/internals/bench-reports.md")
    asked = parser.parse_args(arguments)
    found = []
    with databases(asked.rows, asked.sqlite_rows) as wanted:
        for name, url, rows in wanted:
            print(f"\n{name}", flush=True)
            found.append((name, *bench(url, rows)))
    if asked.write:
        DOCS.write_text(page_of(found), encoding="utf-8")
    late = [one for _, _, timed in found for one in timed if one.target is not None and one.p95 > one.target]
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
