"""From a file as sent to a table: unpack, tell the kind, open. The content decides, the name helps."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import IO, Final

from common.file_formats import FileKind, Packing, format_called, is_often_misnamed, kind_of_name
from common.rendering import names
from worker.files.errors import BadOption, BrokenFile, CannotOpen, UnsupportedType
from worker.files.limits import Limits
from worker.files.options import NOTHING_SAID, ReadOptions
from worker.files.readers.decompress import (
    BY_CONTENT,
    Unpacked,
    kind_of_content,
    packing_of,
    plain_name,
    review_members,
    unpack,
    unzip,
)
from worker.files.readers.delimited import Delimited
from worker.files.readers.joined import Joined
from worker.files.readers.json_rows import JsonRows
from worker.files.readers.members import Member, members_with_reviews
from worker.files.readers.text_kind import kind_of_text
from worker.files.readers.text_lines import Lines
from worker.files.refusals import refuse_other_formats, refuse_pages_and_pointers
from worker.files.table import Table


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


def open_table(source: Path | IO[bytes], filename: str, limits: Limits, options: ReadOptions = NOTHING_SAID) -> Opened:
    """Opens a path, or a seekable file that stays the caller's. Of `options` what says how the rows are read matters,
    and the text column helps to find a sheet or a file in an archive.

    Raises FileError.
    """
    ours: list[IO[bytes]] = []
    try:
        if isinstance(source, Path):
            source = _open_path(source)
            ours.append(source)
        if source.seek(0, 2):
            refuse_other_formats(source)
        if source.seek(0, 2) and packing_of(source) == "zip":
            return _open_members(source, filename, limits, options, ours)
        unpacked = unpack(source, filename, limits.max_unpacked_bytes)
        if unpacked.own:
            ours.append(unpacked.file)
        return Opened(_table(unpacked, limits, options), unpacked.name, unpacked.packing, ours)
    except BaseException:
        for file in ours:
            file.close()
        raise


def _open_path(path: Path) -> io.BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise CannotOpen(str(path), error.strerror or "unknown reason") from error


def _open_members(
    file: IO[bytes], filename: str, limits: Limits, options: ReadOptions, ours: list[IO[bytes]]
) -> Opened:
    """The file with the reviews out of a zip, or several of one layout as one table."""
    paths = review_members(file)
    inner = options
    if options.sheet is not None and options.sheet in paths:
        chosen, inner = [options.sheet], replace(options, sheet=None)
    elif len(paths) == 1:
        chosen = paths
    elif options.sheet is not None:
        raise BadOption("sheet", options.sheet, paths)
    else:
        looked = members_with_reviews(file, paths, lambda unpacked: _table(unpacked, limits, options), limits, options)
        if len(looked) > 1:
            name = PurePath(plain_name(filename)).stem + PurePath(looked[0].path).suffix
            return Opened(_joined(file, paths, looked, limits, options), name, "zip", ours)
        chosen = [looked[0].path]
    unpacked = unzip(file, chosen[0], limits.max_unpacked_bytes)
    ours.append(unpacked.file)
    refuse_other_formats(unpacked.file)
    table = _table(unpacked, limits, inner)
    _tell(table, paths, chosen)
    return Opened(table, unpacked.name, unpacked.packing, ours)


def _joined(file: IO[bytes], paths: list[str], looked: list[Member], limits: Limits, options: ReadOptions) -> Table:
    def open_member(path: str) -> tuple[Table, IO[bytes]]:
        unpacked = unzip(file, path, limits.max_unpacked_bytes)
        return _table(unpacked, limits, options), unpacked.file

    chosen = [member.path for member in looked]
    columns = list(dict.fromkeys(name for member in looked for name in member.columns))
    table = Joined(chosen, open_member, columns=columns, damaged=any(member.damaged for member in looked))
    table.facts.note("read_note.members_joined", count=len(chosen), names=names(chosen))
    _tell(table, paths, chosen)
    return table


def _tell(table: Table, paths: list[str], chosen: list[str]) -> None:
    table.facts.members = chosen
    if others := [other for other in paths if other not in chosen]:
        table.facts.note("read_note.members_left", names=names(others))


def _table(unpacked: Unpacked, limits: Limits, options: ReadOptions) -> Table:
    kind = _kind(unpacked, limits, options)
    if options.sheet is not None and kind != "xlsx":
        raise BadOption("sheet", options.sheet)
    return READERS[kind](unpacked.file, limits, options)


def _kind(unpacked: Unpacked, limits: Limits, options: ReadOptions) -> FileKind:
    """Some formats are known by their bytes, whatever the name; the rest by name, unless the text says otherwise."""
    file = unpacked.file
    if (recognised := kind_of_content(file)) is not None:
        return recognised
    kind = kind_of_name(unpacked.name)
    if kind is None and is_often_misnamed(unpacked.name):
        refuse_pages_and_pointers(file)
        return kind_of_text(file, "txt", unpacked.name, limits.max_line_chars, options.codec(), hinted="csv")
    if kind is None:
        raise UnsupportedType(unpacked.name)
    is_text = format_called(kind).text is not None
    if is_text or kind in BY_CONTENT:
        refuse_pages_and_pointers(file)
    if kind in BY_CONTENT:
        raise BrokenFile("misnamed", suffix=format_called(kind).suffixes[0])
    if is_text:
        return kind_of_text(file, kind, unpacked.name, limits.max_line_chars, options.codec())
    return kind


def _csv(file: IO[bytes], limits: Limits, options: ReadOptions) -> Table:
    return Delimited(file, "csv", limits, options)


def _tsv(file: IO[bytes], limits: Limits, options: ReadOptions) -> Table:
    return Delimited(file, "tsv", limits, options)


def _txt(file: IO[bytes], limits: Limits, options: ReadOptions) -> Table:
    return Lines(file, limits, options)


def _json(file: IO[bytes], limits: Limits, options: ReadOptions) -> Table:
    return JsonRows(file, "json", limits, options)


def _jsonl(file: IO[bytes], limits: Limits, options: ReadOptions) -> Table:
    return JsonRows(file, "jsonl", limits, options)


# Imported where they are used: their libraries take 40 MiB, and most files are CSV.
def _parquet(file: IO[bytes], limits: Limits, _: ReadOptions) -> Table:
    from worker.files.readers.parquet import Parquet

    return Parquet(file, limits)


def _xlsx(file: IO[bytes], limits: Limits, options: ReadOptions) -> Table:
    from worker.files.readers.xlsx import Workbook

    return Workbook(file, limits, options)


Reader = Callable[[IO[bytes], Limits, ReadOptions], Table]
"""Given a seekable file, the limits, and what its sender said of it."""
READERS: Final[dict[FileKind, Reader]] = {
    "csv": _csv,
    "tsv": _tsv,
    "txt": _txt,
    "jsonl": _jsonl,
    "json": _json,
    "parquet": _parquet,
    "xlsx": _xlsx,
}
"""One reader for each format that `common.file_formats` says is read."""
