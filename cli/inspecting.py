"""The command that tells how a file will be read, without scoring it: `inspect`."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.common import counted, load_settings, stop
from cli.file_options import (
    DateColumn,
    Delimiter,
    EncodingName,
    FilmColumn,
    NoHeader,
    Sheet,
    StarsColumn,
    TextColumn,
    is_piped,
)
from cli.hints import with_hint
from common.process import exit_codes

# Imports inside functions: `reelfeel --help` loads no other room (cli/common.py).
if TYPE_CHECKING:
    from worker.files.inspection import Inspection


def inspect(
    source: Annotated[str, typer.Argument(metavar="FILE", help="A review file; - is standard input.")],
    json: Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")] = False,
    stdin_format: Annotated[str, typer.Option(help="What standard input holds.")] = "txt",
    text_column: TextColumn = None,
    film_column: FilmColumn = None,
    date_column: DateColumn = None,
    stars_column: StarsColumn = None,
    no_header: NoHeader = False,
    sheet: Sheet = None,
    delimiter: Delimiter = None,
    encoding: EncodingName = None,
) -> None:
    """Tells how a review file will be read, without scoring it."""
    import json as json_module

    from worker.files.errors import FileError
    from worker.files.inspection import inspect_file
    from worker.files.options import ReadOptions
    from worker.files.score_file import on_disk
    from worker.limits import limits_of

    options = ReadOptions(
        text_column=text_column,
        film_column=film_column,
        date_column=date_column,
        stars_column=stars_column,
        no_header=no_header,
        sheet=sheet,
        delimiter=delimiter,
        encoding=encoding,
    )
    limits = limits_of(load_settings())
    try:
        path = Path(source)
        if is_piped(source):
            with nullcontext(sys.stdin.buffer) if source == "-" else path.open("rb") as stream, on_disk(stream) as copy:
                found = inspect_file(copy, f"stdin.{stdin_format}", limits=limits, options=options)
        else:
            found = inspect_file(path, path.name, limits=limits, options=options)
    except FileError as error:
        stop(f"{source}: {with_hint(error)}", exit_codes.DATA)
    if json:
        typer.echo(json_module.dumps(found.as_json(), ensure_ascii=False))
    else:
        typer.echo("\n".join(lines_of(source, found)))


def lines_of(source: str, found: Inspection) -> list[str]:
    """The inspection as lines for people."""
    lines = [f"{source}: {counted(found.rows, 'review')}, {counted(len(found.rejected), 'row')} rejected"]
    kind = [found.format, found.encoding, None if found.delimiter is None else f"delimiter {found.delimiter!r}"]
    quoting = None if found.quoting in (None, "none") else f"{found.quoting} quotes"
    lines.append("format: " + ", ".join(part for part in (*kind, quoting) if part))
    for name, values in (("sheets", found.sheets), ("files", found.members)):
        if values:
            lines.append(f"{name}: {', '.join(values)}")
    lines.append(f"header: {'none' if found.header_row is None else f'row {found.header_row}'}")
    lines += [f"  row {skip['row']} is skipped: {skip['why'].lower().rstrip('.')}" for skip in found.skipped_rows]
    lines.append("columns: " + ", ".join(f"{role} = {name or '-'}" for role, name in found.columns.items()))
    lines += [f"  row {row['row']} is rejected: {row['code']}" for row in found.rejected[:_SHOWN]]
    if len(found.rejected) > _SHOWN:
        lines.append(f"  and {len(found.rejected) - _SHOWN:,} more")
    for row in found.preview:
        about = " · ".join(part for part in (row["film"], row["date"], row["stars"]) if part)
        text = " ".join(row["text"].split())
        text = text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
        lines.append(f"  {row['row']}: {text}{f'  ({about})' if about else ''}")
    return lines + list(found.notes)


_SHOWN = 10
_WIDTH = 100
