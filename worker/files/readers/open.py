"""From a file as sent to a table: unpack, tell the kind, open. The content decides, the name helps."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import IO, Final

from worker.files.errors import BrokenFile, CannotOpen, EncryptedArchive, UnsupportedType
from worker.files.limits import Limits
from worker.files.readers.decompress import OLE, Packing, Unpacked, is_workbook, unpack
from worker.files.readers.delimited import Delimited
from worker.files.readers.json_rows import JsonRows
from worker.files.readers.text_lines import Lines
from worker.files.table import FileKind, Table

_KINDS: Final[dict[str, FileKind]] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".txt": "txt",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}
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


def kind_of_name(name: str) -> FileKind | None:
    """What the suffix promises."""
    return _KINDS.get(PurePath(name.lower()).suffix)


def _open_path(path: Path) -> io.BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise CannotOpen(str(path), error.strerror or "unknown reason") from error


def _table(unpacked: Unpacked, limits: Limits, text_column: str | None) -> Table:
    file = unpacked.file
    kind = _kind(unpacked)
    # Imported where they are used: their libraries take 40 MiB, and most files are CSV.
    if kind == "parquet":
        from worker.files.readers.parquet import Parquet

        return Parquet(file, limits)
    if kind == "xlsx":
        from worker.files.readers.xlsx import Workbook

        return Workbook(file, limits, text_column)
    if kind == "txt":
        return Lines(file, limits)
    if kind == "json" or kind == "jsonl":
        return JsonRows(file, "json" if _starts_with_bracket(file) else "jsonl", limits)
    return Delimited(file, kind, limits)


def _kind(unpacked: Unpacked) -> FileKind:
    """Parquet and XLSX are known by their first bytes, whatever the name; the rest by name."""
    file = unpacked.file
    file.seek(0)
    start = file.read(8)
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"PK\x03\x04") and is_workbook(file):
        return "xlsx"
    if start == OLE:
        if unpacked.name.lower().endswith(".xlsx"):  # how Excel wraps a workbook with a password
            raise EncryptedArchive
        raise BrokenFile("old_office")
    kind = kind_of_name(unpacked.name)
    if kind is None:
        raise UnsupportedType(unpacked.name)
    if kind == "xlsx":
        raise BrokenFile("no_workbook")
    if kind == "parquet":
        raise BrokenFile("no_parquet")
    return kind


def _starts_with_bracket(file: IO[bytes]) -> bool:
    file.seek(0)
    while chunk := file.read(4096):
        if text := chunk.lstrip(_SPACE):
            return text.startswith(b"[")
    return False
