"""The user's own rows with their verdicts, and the list of the rows that got none."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Final

from common.file_formats import FileKind
from worker.files.errors import only_file_errors
from worker.files.limits import Limits
from worker.files.options import NOTHING_SAID, ReadOptions
from worker.files.readers.open import Opened, open_table
from worker.files.table import Table
from worker.files.writers.delimited import write_delimited
from worker.files.writers.json import write_json
from worker.files.writers.output import packed, text_over
from worker.files.writers.target import Target, added_names, target_of
from worker.files.writers.verdicts import Scored, Verdicts, in_row_order

REJECTED_NAME: Final = "rejected-rows.csv"


def write_scored(
    source: Path | IO[bytes],
    filename: str,
    scored: Iterable[Scored],
    out: IO[bytes],
    *,
    limits: Limits,
    format: str | None = None,
    options: ReadOptions = NOTHING_SAID,
    aspects: bool = False,
) -> str:
    """Writes the rows of `source` in order, every column kept, with `target.ADDED`; in flat memory.

    `scored` is ordered by row number; a row it does not name keeps its place with empty values. aspects: whether one
    more column follows, with the aspects that `scored` brings as JSON. `options` as given to `open_reviews`: both must
    see the same rows. Returns the file's name. Raises FileError for the file, and lets what `scored` raises pass.
    """
    with only_file_errors():
        opened = open_table(source, filename, limits, options)
    try:
        target = target_of(opened, filename, format)
        with only_file_errors():
            opened.table.complete()
        with packed(out, target) as stream:
            _write(opened, target, scored, stream, aspects=aspects)
        return target.filename
    finally:
        opened.close()


def _write(opened: Opened, target: Target, scored: Iterable[Scored], stream: IO[bytes], *, aspects: bool) -> None:
    table = opened.table
    names = added_names(table.columns, several=bool(table.sources), aspects=aspects)
    verdicts = in_row_order(scored, table.source_of if table.sources else None)
    WRITERS[target.kind](table, verdicts, names, stream)


# Imported where they are used: their libraries take 40 MiB, and most files are CSV.
def _write_parquet(table: Table, verdicts: Verdicts, names: tuple[str, ...], stream: IO[bytes]) -> None:
    from worker.files.writers.parquet import write_parquet

    write_parquet(table, verdicts, names, stream)


def _write_xlsx(table: Table, verdicts: Verdicts, names: tuple[str, ...], stream: IO[bytes]) -> None:
    from worker.files.writers.xlsx import write_xlsx

    write_xlsx(table, verdicts, names, stream)


Writer = Callable[[Table, Verdicts, tuple[str, ...], IO[bytes]], None]
"""Given the rows, their verdicts, the names of the added columns and a stream that cannot seek."""
WRITERS: Final[dict[FileKind, Writer]] = {
    "csv": partial(write_delimited, kind="csv"),
    "tsv": partial(write_delimited, kind="tsv"),
    "jsonl": partial(write_json, array=False),
    "json": partial(write_json, array=True),
    "parquet": _write_parquet,
    "xlsx": _write_xlsx,
}
"""One writer for each format that `common.file_formats` says is written."""


def write_rejected(rejected: Iterable[tuple[int, str, str]], out: IO[bytes]) -> str:
    """Writes (row_number, code, reason) as UTF-8 CSV with a header; returns the file's name."""
    with rejected_writer(out) as write:
        for row in rejected:
            write(row)
    return REJECTED_NAME


@contextmanager
def rejected_writer(out: IO[bytes]) -> Iterator[Callable[[tuple[int, str, str]], object]]:
    """A function that appends one (row_number, code, reason) to the rejected-rows CSV; `out` stays open."""
    with text_over(out) as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("row_number", "code", "reason"))
        yield writer.writerow
