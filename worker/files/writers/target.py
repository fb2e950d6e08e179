"""What is written: kind, packing and file name of the scored copy, and the names of the columns it adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from common.file_formats import INSTEAD, PACKINGS, FileKind, Packing, format_called, kind_asked, kind_of_name
from worker.files.errors import UnsupportedFormat
from worker.files.readers.decompress import plain_name
from worker.files.readers.open import Opened

ADDED: Final = ("label", "probability", "flags", "model", "estimated_stars")
SOURCE: Final = "source"
"""The column that is added after these where several sheets or files were read."""
ASPECTS: Final = "aspects"
"""The column that is added after all others where it is asked for."""


@dataclass(frozen=True, slots=True)
class Target:
    """kind and packing to write; member: name without packing; filename: of the whole."""

    kind: FileKind
    packing: Packing | None
    member: str
    filename: str


def target_of(opened: Opened, filename: str, asked: str | None) -> Target:
    """As the file came, or as `asked` ('csv', 'xlsx', 'jsonl.gz', ...). A .txt has no columns: it becomes CSV.

    Raises UnsupportedFormat.
    """
    if asked is None:
        kind = opened.table.kind if format_called(opened.table.kind).writes else INSTEAD
        packing = opened.packing
    else:
        kind, packing = parse_format(asked)
    member = f"{_stem(opened.name)}.scored{_suffix(opened.name, kind)}"
    if packing is None:
        return Target(kind, None, member, member)
    if packing == "zip":
        stem = PurePath(plain_name(filename)).stem if opened.packing == "zip" else _stem(opened.name)
        return Target(kind, packing, member, f"{stem}.scored.zip")
    return Target(kind, packing, member, f"{member}.{packing}")


def parse_format(asked: str) -> tuple[FileKind, Packing | None]:
    """('csv', 'gz') from 'csv.gz'. Raises UnsupportedFormat."""
    name, _, packing = asked.strip().lower().removeprefix(".").partition(".")
    kind = kind_asked(name)
    if kind is None or (packing and packing not in PACKINGS):
        raise UnsupportedFormat(asked)
    return kind, packing or None


def added_names(columns: Sequence[str], *, several: bool = False, aspects: bool = False) -> tuple[str, ...]:
    """Names of the added columns; all of them get a prefix when the file already has one of them.

    several: sheets or files were read, and another column says which one a row stands in.
    """
    added = (*ADDED, *([SOURCE] if several else []), *([ASPECTS] if aspects else []))
    taken = {name.strip().casefold() for name in columns}
    prefix, copy = "", 0
    while any(prefix + name in taken for name in added):
        copy += 1
        prefix = "reelfeel_" if copy == 1 else f"reelfeel_{copy}_"
    return tuple(prefix + name for name in added)


def _stem(name: str) -> str:
    return PurePath(name).stem if kind_of_name(name) else name


def _suffix(name: str, kind: FileKind) -> str:
    """The file's own suffix where it fits the kind (.ndjson, .json of JSON lines), else the usual one."""
    own = kind_of_name(name)
    if own == kind or (own == "json" and kind == "jsonl"):
        return PurePath(name).suffix
    return format_called(kind).suffixes[0]
