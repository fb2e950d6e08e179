"""From a file as sent to a table: unpack, tell the kind, open. The content decides, the name helps."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import IO, Final

from common.file_formats import FileKind, Packing, format_called, kind_of_name
from common.rendering import names
from worker.files.columns.choose import choose, plain
from worker.files.columns.names import REVIEW_NAMES, TEXT_NAMES
from worker.files.columns.paths import paths_of
from worker.files.errors import (
    AmbiguousColumn,
    ArchiveMembers,
    BadOption,
    BrokenFile,
    CannotOpen,
    EmptyFile,
    FileError,
    TooLarge,
    UnsupportedType,
)
from worker.files.limits import Limits
from worker.files.options import NOTHING_SAID, ReadOptions
from worker.files.readers.decompress import (
    BY_CONTENT,
    Unpacked,
    kind_of_content,
    packing_of,
    review_members,
    unpack,
    unpacked_size,
    unzip,
)
from worker.files.readers.delimited import Delimited
from worker.files.readers.json_rows import JsonRows
from worker.files.readers.text_kind import kind_of_text
from worker.files.readers.text_lines import Lines
from worker.files.refusals import refuse_other_formats, refuse_pages_and_pointers
from worker.files.table import Bad, Table

_MOST_MEMBERS: Final = 40
"""Files of an archive that are looked into; more are offered by name alone."""
_ASIDE: Final = frozenset(
    {"deleted", "orphaned", "old", "backup", "backups", "trash", "archive", "bak", "test", "tests"}
)
"""Folders whose files are not meant where there are others."""


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
            return _open_member(source, limits, options, ours)
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


# -- archives -------------------------------------------------------------------------------------------------------


def _open_member(file: IO[bytes], limits: Limits, options: ReadOptions, ours: list[IO[bytes]]) -> Opened:
    """The file with the reviews out of a zip: the one that is named, or the only one that holds reviews."""
    paths = review_members(file)
    inner = options
    if options.sheet is not None and options.sheet in paths:
        path, inner = options.sheet, replace(options, sheet=None)
    elif len(paths) == 1:
        path = paths[0]
    elif options.sheet is not None:
        raise BadOption("sheet", options.sheet, paths)
    else:
        path = _with_reviews(file, paths, limits, options)
    unpacked = unzip(file, path, limits.max_unpacked_bytes)
    ours.append(unpacked.file)
    refuse_other_formats(unpacked.file)
    table = _table(unpacked, limits, inner)
    table.facts.members = [path]
    others = [other for other in paths if other != path]
    if others:
        table.facts.note("read_note.members_left", names=names(others))
    return Opened(table, unpacked.name, unpacked.packing, ours)


def _with_reviews(file: IO[bytes], paths: list[str], limits: Limits, options: ReadOptions) -> str:
    """The one file of several that holds reviews. Raises ArchiveMembers to have it chosen, or what is wrong."""
    if len(paths) > _MOST_MEMBERS:
        raise ArchiveMembers(_in_order(paths))
    if unpacked_size(file, paths) > limits.max_unpacked_bytes:
        raise TooLarge(limits.max_unpacked_bytes)
    sure: list[str] = []
    likely: list[str] = []
    error: FileError | None = None
    for path in paths:
        try:
            (sure if _holds_reviews(file, path, limits, options) else likely).append(path)
        except AmbiguousColumn:
            sure.append(path)
        except FileError as refused:
            error = error or refused
    for candidates in (sure, likely):
        meant = _meant(candidates)
        if len(meant) == 1:
            return meant[0]
        if meant:
            raise ArchiveMembers(_in_order(meant))
    assert error is not None
    raise error


def _holds_reviews(file: IO[bytes], path: str, limits: Limits, options: ReadOptions) -> bool:
    """Whether names say that a file of an archive holds reviews; False: only its content does. Raises FileError."""
    unpacked = unzip(file, path, limits.max_unpacked_bytes)
    with unpacked.file:
        refuse_other_formats(unpacked.file)
        table = _table(unpacked, limits, options)
        try:
            sample = [row for row in table.sample() if not isinstance(row, Bad) and len(row) == len(table.columns)]
            if not sample:
                raise EmptyFile
            columns = paths_of(table.columns, sample)
            rows = [[column.of(row) for column in columns] for row in sample]
            chosen = choose(
                [column.name for column in columns],
                rows,
                text=options.text_column,
                questions=table.facts.questions if len(columns) == len(table.columns) else (),
            )
            return chosen.sure and table.kind != "txt"
        finally:
            table.close()


def _meant(paths: list[str]) -> list[str]:
    """Those that are left when copies in folders of old things are, and all but the one whose name says reviews."""
    main = [path for path in paths if not _ASIDE & {part.lower() for part in PurePath(path).parts[:-1]}] or paths
    for known in (REVIEW_NAMES, TEXT_NAMES):
        called = [path for path in main if _is_called(path, known)]
        if len(called) == 1:
            return called
    return main


def _is_called(path: str, names: frozenset[str]) -> bool:
    stem = PurePath(path).name.split(".")[0]
    return any(plain(part) in names for part in (stem, *re.split(r"[-_ ]", stem)))


def _in_order(paths: list[str]) -> list[str]:
    return sorted(paths, key=lambda path: (path.count("/"), path))


# -- the table of one file ------------------------------------------------------------------------------------------


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
