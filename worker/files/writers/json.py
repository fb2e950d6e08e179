"""Scored rows as JSON lines or a JSON array. A row that came as JSON keeps its own text, number for number."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import IO, cast

from worker.files.cells import as_json, encodable
from worker.files.errors import guarded
from worker.files.readers.joined import Joined
from worker.files.readers.json_rows import STRING_COLUMN, UNREADABLE, JsonRow, JsonRows
from worker.files.table import Table
from worker.files.writers.verdicts import AddedValues, Verdicts, fitted, rows


def write_json(table: Table, verdicts: Verdicts, names: tuple[str, ...], stream: IO[bytes], *, array: bool) -> None:
    """UTF-8 without byte order mark; one object a line, also in the array."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="\n", write_through=False)
    found = _json_rows(table)
    objects = _built(table, verdicts, names) if found is None else _spliced(found, verdicts, names)
    before, after = ("[\n", "\n]\n") if array else ("", "\n")
    between = ",\n" if array else "\n"
    text.write(before)
    for number, item in enumerate(objects):
        text.write(between + item if number else item)
    text.write(after)
    text.flush()
    text.detach()


def _json_rows(table: Table) -> Iterator[JsonRow] | None:
    """Rows with their own text; None where they came as something else."""
    if isinstance(table, JsonRows):
        return table.rows()
    if isinstance(table, Joined) and isinstance(table.first, JsonRows):
        return table.through(lambda part: cast(JsonRows, part).rows())
    return None


def _added(verdict: AddedValues, names: tuple[str, ...]) -> str:
    """Members of an object, without braces."""
    values = verdict.values(len(names))
    added = json.dumps(dict(zip(names, values, strict=True)))[1:-1]
    if not verdict.has_aspects(len(names)):
        return added
    # Aspects are JSON already: an array, not a text that holds one.
    added = json.dumps(dict(zip(names[:-1], values[:-1], strict=True)))[1:-1]
    return f"{added}, {json.dumps(names[-1])}: {verdict.aspects or 'null'}"


def _spliced(found: Iterator[JsonRow], verdicts: Verdicts, names: tuple[str, ...]) -> Iterator[str]:
    for row, verdict in zip(guarded(found), verdicts, strict=False):
        added = _added(verdict, names)
        head = encodable(_open_object(row))
        yield f"{head}, {added}}}" if head != "{" else f"{{{added}}}"


def _open_object(row: JsonRow) -> str:
    """The row's source as an object whose closing brace is still to come, on one line."""
    if isinstance(row.value, dict):
        return row.raw[:-1].replace("\r", " ").replace("\n", " ").rstrip()
    if isinstance(row.value, str):
        return f'{{"{STRING_COLUMN}": {row.raw}'
    return f'{{"{UNREADABLE}": {json.dumps(row.raw)}'


def _built(table: Table, verdicts: Verdicts, names: tuple[str, ...]) -> Iterator[str]:
    width = len(table.columns)
    for cells, verdict in zip(rows(table), verdicts, strict=False):
        values = [as_json(cell) for cell in fitted(cells, width)]
        item = encodable(json.dumps(dict(zip(table.columns, values, strict=True)), ensure_ascii=False))
        yield f"{item[:-1]}, {_added(verdict, names)}}}"
