"""`python -m tests.worker.scenarios.run_speed`: how fast files are read and written, with a scorer that does nothing.

Each kind runs in a process of its own, so that its peak memory is its own. Short rows are made up; the long ones are
the IMDb training reviews of ../shared/data when they are there. In about three minutes. Not part of the suite.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from common.settings import settings
from worker.files.score_file import score_file
from worker.limits import limits_of

IMDB = Path(__file__).parents[4] / "shared" / "data" / "imdb_train.parquet"
SHORT = {"csv": 600_000, "jsonl": 300_000, "parquet": 600_000, "xlsx": 60_000}


@dataclass(frozen=True)
class Verdict:
    """What the scorer that does nothing says of every text."""

    label: str = "positive"
    probability: float = 0.9
    flags: tuple[str, ...] = ()
    model: str = "none"


class Nothing:
    """A scorer that costs nothing."""

    def score(self, texts: Sequence[str]) -> list[Verdict]:
        """The same verdict for each."""
        return [Verdict()] * len(texts)


def write(path: Path, texts: list[str]) -> None:
    """A file of the kind of its suffix with an id, a review and a film."""
    rows = [(n, text, f"Film {n % 100}") for n, text in enumerate(texts)]
    names = ("id", "review", "film")
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows([names, *rows])
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows), "utf-8")
    elif path.suffix == ".parquet":
        pq.write_table(pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))), path)
    else:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in (names, *rows):
            sheet.append([ILLEGAL_CHARACTERS_RE.sub("", one) if isinstance(one, str) else one for one in row])
        book.save(path)


def measure(path: Path) -> None:
    """Reads, writes and prints rows/s and the peak of this process."""
    done = score_file(path, Nothing(), limits=limits_of(settings()))  # type: ignore[arg-type]
    peak = next(
        int(line.split()[1]) / 1024
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmHWM")
    )  # ru_maxrss of a new process begins at that of the one that started it
    print(f"{path.name}: {done.rows:,} rows, {done.rows / done.seconds:,.0f} rows/s, peak {peak:.0f} MiB", flush=True)


def main() -> int:
    """Makes one file after the other and measures it."""
    if sys.argv[1:]:
        measure(Path(sys.argv[1]))
        return 0
    long = pq.read_table(IMDB, columns=["text"])["text"].to_pylist() if IMDB.exists() else []
    with TemporaryDirectory() as folder:
        for kind, count in SHORT.items():
            for name, texts in (("short", [f"A fine film, seen {n} times." for n in range(count)]), ("imdb", long)):
                if texts:
                    path = Path(folder) / f"{name}.{kind}"
                    write(path, texts)
                    subprocess.run([sys.executable, "-m", __spec__.name, str(path)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
