"""The formats of review files: the one list from which suffixes, menus, help texts and sentences are computed.

A new format is a row here, a reader in `worker.files.readers.open`, a writer in `worker.files.writers.write` and a row
in docs/files.md. Everything below is a function of `FORMATS` at the time of the call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final, Literal, get_args

FileKind = str
"""Name of a row of `FORMATS`."""
Packing = Literal["gz", "zst", "zip"]
PACKINGS: Final[tuple[Packing, ...]] = get_args(Packing)
"""What a file may be packed as; each is its suffix without the dot."""
INSTEAD: Final[FileKind] = "csv"
"""What a file comes back as whose own format is only read."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """name: what is asked for and stored; suffixes: with their dot, the usual one first; label: what a person calls it.

    text: what the text of its files is, None where they are no text. compressed: its files are packed in themselves, so
    that gzip makes them no smaller.
    """

    name: FileKind
    suffixes: tuple[str, ...]
    label: str
    reads: bool = True
    writes: bool = True
    compressed: bool = False
    text: Literal["table", "lines", "json"] | None = None


FORMATS: Final[tuple[FileFormat, ...]] = (
    FileFormat("csv", (".csv",), "CSV file", text="table"),
    FileFormat("tsv", (".tsv",), "TSV file", text="table"),
    FileFormat("txt", (".txt",), "text file", writes=False, text="lines"),  # it has no columns to write verdicts into
    FileFormat("jsonl", (".jsonl", ".ndjson"), "JSON Lines file", text="json"),
    FileFormat("json", (".json",), "JSON file", text="json"),
    FileFormat("parquet", (".parquet",), "Parquet file", compressed=True),
    FileFormat("xlsx", (".xlsx",), "Excel workbook", compressed=True),
)
MISNAMED: Final = (".xls",)
"""Suffixes of no format here under which web sites write text: such a file is looked at, and its content decides."""
RESULT_FORMATS: Final = ("csv", "jsonl", "parquet")
"""What stored verdicts are written as (`reporting.result_table`)."""
REPORT_TABLES: Final = ("csv", "xlsx", "parquet")
"""What the numbers of a report are written as (`reporting.tables`)."""
REPORT_FORMATS: Final = ("html", "png", *REPORT_TABLES)
"""What a report is written as (`reporting.report_files`)."""


def format_called(name: FileKind) -> FileFormat:
    """The row of that name. Raises KeyError."""
    return {one.name: one for one in FORMATS}[name]


def read_suffixes() -> tuple[str, ...]:
    """Every suffix of a file that is read."""
    return tuple(suffix for one in FORMATS if one.reads for suffix in one.suffixes)


def usual_suffixes() -> tuple[str, ...]:
    """The first suffix of each format that is read: what a sentence names."""
    return tuple(one.suffixes[0] for one in FORMATS if one.reads)


def packed_suffixes() -> tuple[str, ...]:
    """The suffixes of packed files."""
    return tuple(f".{packing}" for packing in PACKINGS)


def compressible_suffixes() -> tuple[str, ...]:
    """The suffixes of files that gzip makes smaller."""
    return tuple(suffix for one in FORMATS if not one.compressed for suffix in one.suffixes)


def written_names() -> tuple[FileKind, ...]:
    """The formats that can be asked for."""
    return tuple(one.name for one in FORMATS if one.writes)


def kind_of_name(name: str) -> FileKind | None:
    """The format that a file's suffix promises."""
    suffix = PurePath(name.lower()).suffix
    return next((one.name for one in FORMATS if one.reads and suffix in one.suffixes), None)


def is_often_misnamed(name: str) -> bool:
    """Whether the suffix says a format that is not read, while such a file is often plain text."""
    return PurePath(name.lower()).suffix in MISNAMED


def kind_asked(name: str) -> FileKind | None:
    """The written format of that name, or of a suffix without its dot ('ndjson')."""
    return next((one.name for one in FORMATS if one.writes and (name == one.name or f".{name}" in one.suffixes)), None)


def is_review_file(filename: str) -> bool:
    """Whether the name ends like a file that is read or looked at, packed or not. Any `.zip` is: its name says nothing
    of inside.
    """
    name = filename.lower()
    for packed in packed_suffixes():
        if name.endswith(packed):
            return packed == ".zip" or name.removesuffix(packed).endswith((*read_suffixes(), *MISNAMED))
    return name.endswith((*read_suffixes(), *MISNAMED))


def one_of(names: Sequence[str]) -> str:
    """English for a choice: 'a, b or c'."""
    return " or ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
