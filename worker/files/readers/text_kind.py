"""What kind of text a file is by its content: a table, JSON lines, one JSON document, plain lines."""

from __future__ import annotations

import codecs
import io
import json
import re
from pathlib import PurePath
from typing import IO, Final

from common.file_formats import FileKind, format_called, kind_of_name
from worker.files.columns.choose import is_text_name
from worker.files.json_shapes.size import has_too_many_values
from worker.files.readers.csv_dialect import NO_SEPARATOR, understand

_HEAD: Final = 1 << 16
_LINES: Final = 200
_SPACE: Final = " \t\r\n\0\ufeff"
_BEGINS_ARRAY: Final = re.compile(r'\[\s*(\{\s*["}]|\[|"(?:[^"\\]|\\.)*"\s*[,\]])')
_BEGINS_OBJECT: Final = re.compile(r'\{\s*("(?:[^"\\]|\\.)*"\s*:|\})')
_SEPARATING: Final = ",;\t|"
_OPEN_END: Final = tuple("[{,:")
_TABLE: Final = 0.6
"""Share of rows that are as wide as the header, where the header says `review`."""
_EVEN: Final = 0.95
"""The same where nothing but the separators speaks for a table."""


def _lines(text: str) -> list[str]:
    """The lines with their ends. `str.splitlines` would also cut at U+0085 and U+2028, which a cell may hold."""
    return list(io.StringIO(text, newline=""))


def kind_of_text(
    file: IO[bytes],
    named: FileKind,
    name: str,
    max_line: int,
    codec: str | None = None,
    *,
    hinted: FileKind | None = None,
) -> FileKind:
    """The kind of a file that its name calls csv, tsv, txt, json or jsonl.

    max_line: characters of a line that is looked at; codec: said by the sender; hinted: of text that is a table if any.
    """
    text, cut = _head(file, codec)
    begin = text.lstrip(_SPACE)
    shape = format_called(named).text
    if begin.startswith("{") and (shape == "json" or _BEGINS_OBJECT.match(begin)):
        return _kind_of_objects(begin, file, max_line, named)
    if begin.startswith("[") and (shape == "json" or _BEGINS_ARRAY.match(begin)):
        return "json"
    lines = _lines(text)
    if cut and len(lines) > 1:
        lines.pop()
    if shape == "json":
        return named if not begin or _is_json(_lines(begin)[0]) else _kind_of_table(lines, cut) or named
    if shape == "lines":
        return _kind_of_table(lines, cut, hinted=hinted or kind_in(name)) or named
    return "jsonl" if named == "csv" and _is_json_text(begin) else named


def kind_in(name: str) -> FileKind | None:
    """The kind that a name hides: `reviews.csv.txt`, as Windows saves it."""
    kind = kind_of_name(PurePath(name).stem)
    return kind if kind is not None and format_called(kind).text == "table" else None


def _head(file: IO[bytes], codec: str | None) -> tuple[str, bool]:
    file.seek(0)
    data = file.read(_HEAD)
    cut = bool(file.read(1))
    if codec is None:
        codec = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    return codecs.getincrementaldecoder(codec)("replace").decode(data), cut


def _kind_of_objects(begin: str, file: IO[bytes], max_line: int, named: FileKind) -> FileKind:
    """JSON lines, or one document that begins with an object."""
    lines = [line.strip() for line in _lines(begin)[:_LINES] if line.strip()]
    first = lines[0]
    if len(lines) == 1 and len(begin) >= _HEAD - 1:  # a first line that is longer than what was looked at
        file.seek(0)
        first = file.readline(4 * max_line).decode("utf-8", "replace").strip(_SPACE)
        if not file.read(1):
            return "json"
        return "jsonl" if _is_json(first) else "json"
    if _is_json(first):
        if len(lines) > 1:
            return "jsonl"
        value = None if has_too_many_values(first) else json.loads(first)
        inside = isinstance(value, dict) and any(isinstance(one, list | dict) for one in value.values())
        return "json" if inside or named == "json" else "jsonl"
    if first.endswith(_OPEN_END):
        return "json"
    return "jsonl" if named == "jsonl" or any(map(_is_json, lines[1:3])) else "json"


def _is_json(line: str) -> bool:
    """Whether a line is JSON by itself; one of very many values is not parsed to find out."""
    if has_too_many_values(line):
        return line.rstrip(_SPACE).endswith(("}", "]"))
    try:
        json.loads(line.strip(_SPACE))
    except (ValueError, RecursionError):
        return False
    return True


def _is_json_text(begin: str) -> bool:
    """A JSON text a line: quoted, with escapes that CSV does not know, and no separator outside."""
    lines = [line.strip() for line in _lines(begin)[:20] if line.strip()]
    return len(lines) >= 2 and all(
        line.startswith('"') and line.endswith('"') and "\\" in line and '""' not in line and _is_json(line)
        for line in lines[:-1]
    )


def _kind_of_table(lines: list[str], cut: bool, hinted: FileKind | None = None) -> FileKind | None:
    """csv or tsv where the lines are a table, else None."""
    lines = lines[: _LINES + 1]
    if not any(line.strip() for line in lines):
        return None
    alone = next(line for line in lines if line.strip()).strip(_SPACE + '"')
    if is_text_name(alone) and len(lines) > 1 and not any(sign in alone for sign in _SEPARATING):
        return "csv"
    begun = understand(lines, cut=cut)
    separator = begun.dialect.separator
    if separator == NO_SEPARATOR or begun.width < 2:
        return hinted
    kind: FileKind = "tsv" if separator == "\t" else "csv"
    if hinted is not None:
        return kind
    filled = [line for line in lines if line.strip()]
    share = sum(line.count(separator) >= begun.width - 1 for line in filled) / len(filled)
    if begun.layout.header is not None and any(map(is_text_name, begun.titles)) and share >= _TABLE:
        return kind
    usual = separator in "\t;|" and share >= _EVEN and len(filled) >= 3
    exact = all(line.count(separator) == begun.width - 1 for line in filled)
    return kind if usual and exact else None
