"""From a file as sent to a table: unpack, tell the kind, open. The content decides, the name helps."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from common.file_formats import FileKind, Packing, format_called, kind_of_name
from worker.files.errors import BrokenFile, CannotOpen, EncryptedArchive, UnsupportedType
from worker.files.limits import Limits
from worker.files.readers.decompress import BY_CONTENT, OLE, Unpacked, kind_of_content, unpack
from worker.files.readers.delimited import Delimited
from worker.files.readers.json_rows import JsonRows
from worker.files.readers.text_lines import Lines
from worker.files.table import Table

_SPACE: Final = b" \t\r\n\0\xef\xbb\xbf\xff\xfe"


@dataclass(slots=True)
class Opened:
    """table: the rows; name: of the review file without packing; packing: how it came. Close it after use."""

    table: Table
    name: str
    packing: Packing | None
    _files: list[IO[bytes]]

    def close(self) -> None:
        self.table.close()
        for file in self._files:
            file.close()


def open_table(source: Path | IO[bytes], filename: str, limits: Limits, text_column: str | None = None) -> Opened:
    """Opens a path, or a seekable file that stays the caller's. `text_column` only helps to find the sheet.

    Raises FileError.
    """
    ours: list[IO[bytes]] = []
    try:
        if isinstance(source, Path):
            source = _open_path(source)
            ours.append(source)
        unpacked = unpack(source, filename, limits.max_unpacked_bytes)
        if unpacked.own:
            ours.append(unpacked.file)
        return Opened(_table(unpacked, limits, text_column), unpacked.name, unpacked.packing, ours)
    except BaseException:
        for file in ours:
            file.close()
        raise


def _open_path(path: Path) -> io.BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise CannotOpen(str(path), error.strerror or "unknown reason") from error


def _table(unpacked: Unpacked, limits: Limits, text_column: str | None) -> Table:
    return READERS[_kind(unpacked)](unpacked.file, limits, text_column)


def _kind(unpacked: Unpacked) -> FileKind:
    """Some formats are known by their bytes, whatever the name; the rest by name."""
    file = unpacked.file
    if (recognised := kind_of_content(file)) is not None:
        return recognised
    kind = kind_of_name(unpacked.name)
    file.seek(0)
    if file.read(8) == OLE:
        if kind == "xlsx":  # how Excel wraps a workbook with a password
            raise EncryptedArchive
        raise BrokenFile("old_office")
    if kind is None:
        raise UnsupportedType(unpacked.name)
    if kind in BY_CONTENT:
        raise BrokenFile("misnamed", suffix=format_called(kind).suffixes[0])
    return kind


def _csv(file: IO[bytes], limits: Limits, _: str | None) -> Table:
    return Delimited(file, "csv", limits)


def _tsv(file: IO[bytes], limits: Limits, _: str | None) -> Table:
    return Delimited(file, "tsv", limits)


def _txt(file: IO[bytes], limits: Limits, _: str | None) -> Table:
    return Lines(file, limits)


def _json(file: IO[bytes], limits: Limits, _: str | None) -> Table:
    """An array, or objects line by line: the first character says which, whatever the name."""
    return JsonRows(file, "json" if _starts_with_bracket(file) else "jsonl", limits)


# Imported where they are used: their libraries take 40 MiB, and most files are CSV.
def _parquet(file: IO[bytes], limits: Limits, _: str | None) -> Table:
    from worker.files.readers.parquet import Parquet

    return Parquet(file, limits)


def _xlsx(file: IO[bytes], limits: Limits, text_column: str | None) -> Table:
    from worker.files.readers.xlsx import Workbook

    return Workbook(file, limits, text_column)


Reader = Callable[[IO[bytes], Limits, str | None], Table]
"""Given a seekable file, the limits, and the text column that was asked for (it only helps to find a sheet)."""
READERS: Final[dict[FileKind, Reader]] = {
    "csv": _csv,
    "tsv": _tsv,
    "txt": _txt,
    "jsonl": _json,
    "json": _json,
    "parquet": _parquet,
    "xlsx": _xlsx,
}
"""One reader for each format that `common.file_formats` says is read."""


def _starts_with_bracket(file: IO[bytes]) -> bool:
    file.seek(0)
    while chunk := file.read(4096):
        if text := chunk.lstrip(_SPACE):
            return text.startswith(b"[")
    return False
