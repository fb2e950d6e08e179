"""How a file will be read, without scoring it: what `reelfeel inspect` shows, by the code that scoring reads with."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from common.rendering import render
from worker.files.limits import Limits
from worker.files.options import NOTHING_SAID, ReadOptions
from worker.files.review_file import Row, open_reviews

_SHOWN: Final = 3
"""Rows shown of the first, and of the last."""
_MAX_TEXT: Final = 500
"""Characters shown of a text; a longer one ends in …."""
_MAX_REJECTED: Final = 10_000
"""Rejected rows that are listed; a note says how many there are."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """One file as it will be read. Its fields are the keys of `reelfeel inspect --json`, in this order.

    rows: that will be scored; rejected: number and code of the others; preview: the first and last three of `rows`.
    """

    format: str
    encoding: str | None
    delimiter: str | None
    quoting: str | None
    header_row: int | None
    skipped_rows: list[dict[str, Any]]
    sheets: list[str] | None
    members: list[str] | None
    columns: dict[str, str | None]
    rows: int
    rejected: list[dict[str, Any]]
    preview: list[dict[str, Any]]
    notes: list[str]
    names: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        return asdict(self)


def inspect_file(
    source: Path | IO[bytes], filename: str, *, limits: Limits, options: ReadOptions = NOTHING_SAID
) -> Inspection:
    """Reads the whole file once; memory holds a few rows, and the numbers of those rejected. Raises FileError."""
    with open_reviews(source, filename, limits=limits, options=options) as reviews:
        first: list[Row] = []
        last: deque[Row] = deque(maxlen=_SHOWN)
        rejected: list[dict[str, Any]] = []
        rows = left_out = 0
        for row in reviews:
            if row.problem is not None:
                if len(rejected) < _MAX_REJECTED:
                    rejected.append({"row": row.number, "code": row.problem[0]})
                else:
                    left_out += 1
                continue
            rows += 1
            if len(first) < _SHOWN:
                first.append(row)
            else:
                last.append(row)
        facts = reviews.facts
        if left_out:
            facts.note("read_note.rejected_more", count=left_out)
        return Inspection(
            format=reviews.format,
            encoding=facts.encoding,
            delimiter=facts.delimiter,
            quoting=facts.quoting,
            header_row=facts.header_row,
            skipped_rows=[{"row": row, "why": render(f"skipped_row.{why}", {})} for row, why in sorted(facts.skipped)],
            sheets=facts.sheets,
            members=facts.members,
            columns=dict(reviews.columns),
            rows=rows,
            rejected=rejected,
            preview=[_shown(row) for row in (*first, *last)],
            notes=[render(code, values) for code, values in facts.notes],
            names=list(reviews.header),
        )


def _shown(row: Row) -> dict[str, Any]:
    text = row.text or ""
    return {
        "row": row.number,
        "text": text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…",
        "film": row.film,
        "date": None if row.day is None else row.day.isoformat(),
        "stars": row.stars,
    }
