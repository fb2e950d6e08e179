"""Verdicts as rows: one list of columns for every export, and files of them as CSV, JSON Lines and Parquet."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import IOBase
from typing import IO, Any, Final, Literal, cast

from db.types import ResultView
from reporting.csv_table import write_csv


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """name: in the header; kind: of its values, any of which may be None; value: from a verdict."""

    name: str
    kind: Literal["whole", "real", "text", "day"]
    value: Callable[[ResultView], object]


COLUMNS: Final[tuple[ResultColumn, ...]] = (
    ResultColumn("id", "whole", lambda one: one.id),
    ResultColumn("job", "whole", lambda one: one.job_id),
    ResultColumn("row", "whole", lambda one: one.row_number),
    ResultColumn("created_at", "text", lambda one: one.created_at.isoformat(timespec="seconds")),
    ResultColumn("day", "day", lambda one: one.day),
    ResultColumn("film", "text", lambda one: one.film),
    ResultColumn("label", "text", lambda one: one.label),
    ResultColumn("probability", "real", lambda one: round(one.probability, 6)),
    ResultColumn("flags", "text", lambda one: " ".join(one.flags)),
    ResultColumn("model", "text", lambda one: one.model),
    ResultColumn("estimated_stars", "real", lambda one: one.stars),
    ResultColumn("mixed", "whole", lambda one: None if one.mixed is None else int(one.mixed)),
    ResultColumn("given_stars", "real", lambda one: None if one.rating is None else one.rating / 100),
    ResultColumn("text", "text", lambda one: one.text),
)
"""`day`: of the review, the file's own or that on which it was sent; `mixed`: 1 or 0, None where the sentences were not
read; `given_stars`: the file's own, of ten; `text`: None once it was deleted."""
HEADER: Final = tuple(column.name for column in COLUMNS)
GROUP_ROWS: Final = 10_000
GROUP_CHARS: Final = 16 << 20
"""Most rows, and about the most characters, of one group of a Parquet file: memory holds one."""


def result_rows(results: Iterable[ResultView]) -> Iterator[Sequence[object]]:
    """A row of `HEADER` for each result, the whole text included."""
    return (tuple(column.value(one) for column in COLUMNS) for one in results)


def result_record(result: ResultView) -> dict[str, object]:
    """One result by the names of the columns; days are dates."""
    return {column.name: column.value(result) for column in COLUMNS}


def write_results(out: IO[bytes], format: str, results: Iterable[ResultView]) -> int:
    """Writes the results as they come; how many there were. `format`: one of `RESULT_FORMATS`, else KeyError."""
    return WRITERS[format](out, results)


def _csv(out: IO[bytes], results: Iterable[ResultView]) -> int:
    return write_csv(out, HEADER, result_rows(results)).rows


def _jsonl(out: IO[bytes], results: Iterable[ResultView]) -> int:
    count = 0
    for one in results:
        line = json.dumps(result_record(one), ensure_ascii=False, default=str)
        out.write(line.encode("utf-8", errors="replace") + b"\n")
        count += 1
    return count


def _parquet(out: IO[bytes], results: Iterable[ResultView]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"whole": pa.int64(), "real": pa.float64(), "text": pa.string(), "day": pa.date32()}
    schema = pa.schema([pa.field(column.name, kinds[column.kind]) for column in COLUMNS])
    count = 0
    with pq.ParquetWriter(pa.PythonFile(cast(IOBase, out), mode="w"), schema) as writer:
        for group in _groups(results):
            columns = zip(*result_rows(group), strict=True)
            arrays: list[Any] = [pa.array(column, one.type) for column, one in zip(columns, schema, strict=True)]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
            count += len(group)
    return count


def _groups(results: Iterable[ResultView]) -> Iterator[list[ResultView]]:
    group: list[ResultView] = []
    chars = 0
    for one in results:
        group.append(one)
        chars += len(one.text or "")
        if len(group) == GROUP_ROWS or chars >= GROUP_CHARS:
            yield group
            group, chars = [], 0
    if group:
        yield group


WRITERS: Final[dict[str, Callable[[IO[bytes], Iterable[ResultView]], int]]] = {
    "csv": _csv,
    "jsonl": _jsonl,
    "parquet": _parquet,
}
