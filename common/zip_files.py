"""Zips as people send them: opened within bounds, and which of their files may be files of reviews."""

from __future__ import annotations

import re
import stat
import zipfile
from pathlib import PurePath
from typing import IO, Final

from common.file_formats import read_suffixes

METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Python unpacks the others without a bound on memory."""
_ABOUT: Final = re.compile(
    r"(read[ _-]?me|licen[cs]e|notice|copying|copyright|changelog|changes|citation|credits|about|contributing|metadata"
    r"|datapackage|dataset-metadata|dataset_info|data[ _-]?dictionary|codebook|schema|manifest|package"
    r"|requirements|index"
    r"|sources?|liesmich|lisezmoi|leeme)([ ._-][^.]*)?\.(txt|json|csv|jsonl)$"
)


class DirectoryTooLarge(Exception):
    """The central directory alone would fill the memory."""


def open_zip(file: IO[bytes], most_bytes: int) -> zipfile.ZipFile:
    """The archive. Raises DirectoryTooLarge beyond so many bytes of its directory, which Python holds whole, and
    whatever the zipfile module does for what is no zip.
    """
    end = zipfile._EndRecData(file)  # type: ignore[attr-defined]
    if end is not None and end[zipfile._ECD_SIZE] > most_bytes:  # type: ignore[attr-defined]
        raise DirectoryTooLarge
    return zipfile.ZipFile(file)


def real_members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files, without what macOS, Windows and hidden tools put beside them."""
    return [member for member in archive.infolist() if not member.is_dir() and not _is_litter(member)]


def review_files(members: list[zipfile.ZipInfo]) -> list[str]:
    """Paths of those that may hold reviews by their names; read-me files, licences and metadata only where there is
    nothing else.
    """
    named = [member.filename for member in members if member.filename.lower().endswith(read_suffixes())]
    return list(dict.fromkeys([name for name in named if not is_about(name)] or named))


def is_about(path: str) -> bool:
    """Whether a file is about the others by its name: read-me, licence, metadata."""
    return _ABOUT.match(PurePath(path.replace("\\", "/")).name.lower()) is not None


def _is_litter(member: zipfile.ZipInfo) -> bool:
    """Links count too: their content is but a path."""
    path = PurePath(member.filename.replace("\\", "/"))
    link = stat.S_ISLNK(member.external_attr >> 16)
    hidden = any(part.startswith(".") and part != ".." for part in path.parts)
    return link or hidden or "__MACOSX" in path.parts or path.name.lower() in ("thumbs.db", "desktop.ini")
