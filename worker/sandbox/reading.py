"""Reviews out of a file, read by a process of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from worker.files.limits import Limits
from worker.files.options import ReadOptions
from worker.files.review_file import Row
from worker.sandbox import frames
from worker.sandbox.allowance import Allowance
from worker.sandbox.process import SPARE, ReaderFailed, ReaderProcess


class GuardedReviews:
    """As `worker.files.review_file.ReviewFile`: `columns` and rows, which can be iterated once.

    names: of the file's first columns; notes: (code, values) of what else is said of how it is read.
    """

    def __init__(
        self,
        reader: ReaderProcess,
        columns: dict[str, str | None],
        names: list[str],
        notes: list[tuple[str, dict[str, Any]]],
    ) -> None:
        self._reader, self.columns, self.names, self.notes = reader, columns, names, notes

    def __iter__(self) -> Iterator[Row]:
        while True:
            kind, payload = self._reader.receive()
            if kind == frames.END:
                return
            yield from _rows(frames.parsed(payload))


@contextmanager
def guarded_reviews(
    file: IO[bytes],
    filename: str,
    scratch: Path,
    *,
    options: ReadOptions,
    limits: Limits,
    check: Callable[[], None],
) -> Iterator[GuardedReviews]:
    """The reviews of a real file (it has a descriptor). `options` as `open_reviews` takes them.

    `check` is called often and raises when nobody wants the work any more. Opening and iterating raise FileError,
    ReaderFailed when the process broke down, OSError for what the machine lacks, and what `check` raises.
    """
    size = file.seek(0, 2)
    request = {"task": "read", "filename": filename, "options": options.as_json(), "limits": asdict(limits)}
    with SPARE.lent() as reader:
        reader.begin(file, scratch, request, Allowance.of(size, limits), check)
        kind, payload = reader.receive()
        if kind != frames.COLUMNS:
            raise ReaderFailed("no columns")
        told = frames.parsed(payload)
        yield GuardedReviews(reader, told["columns"], told["names"], [tuple(note) for note in told["notes"]])


def _rows(batch: dict[str, Any]) -> Iterator[Row]:
    texts: list[str | None] = batch["texts"]
    nothing: list[None] = [None] * len(texts)
    films = batch["films"] or nothing
    days = map(_day, batch["days"]) if batch["days"] else nothing
    stars = batch["stars"] or nothing
    ratings = batch["ratings"] or nothing
    problems: list[tuple[str, str] | None] = list(nothing)
    for place, code, reason in batch["problems"]:
        problems[place] = (code, reason)
    numbers = range(batch["first"], batch["first"] + len(texts))
    return map(Row._make, zip(numbers, texts, films, days, problems, stars, ratings, strict=True))


def _day(ordinal: int | None) -> dt.date | None:
    return None if ordinal is None else dt.date.fromordinal(ordinal)
