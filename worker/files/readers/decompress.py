"""From the bytes as sent to one plain review file: .gz, .zst and .zip are unpacked to disk, bombs stop at the limit."""

from __future__ import annotations

import gzip
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from io import IOBase
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, Final, cast

from common.file_formats import FileKind, Packing, packed_suffixes
from common.zip_files import METHODS, real_members, review_files
from worker.files.errors import (
    ArchiveMembers,
    Bomb,
    BrokenFile,
    EmptyFile,
    EncryptedArchive,
    NestedArchive,
    TooLarge,
    UnsupportedType,
)
from worker.files.limits import MAX_RATIO, READ_BYTES, is_bomb
from worker.files.zips import open_zip

if TYPE_CHECKING:
    import pyarrow as pa

_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_PARQUET: Final = b"PAR1"
_ARCHIVES: Final = (*packed_suffixes(), ".7z", ".rar", ".tar", ".bz2", ".xz", ".tgz")
_IN_MEMORY: Final = 8 << 20
_MAX_NAME: Final = 120
_KEPT_END: Final = 20
_UNSHOWN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Unpacked:
    """file: seekable bytes; name: of the review file, without folders; packing: how it came; own: ours to close."""

    file: IO[bytes]
    name: str
    packing: Packing | None
    own: bool


def unpack(file: IO[bytes], filename: str, max_bytes: int) -> Unpacked:
    """The review file in `file` (seekable, left open). The content decides what is unpacked, not the name.

    Of a zip, the only file that may hold reviews; `open.open_table` chooses among several. Raises EmptyFile, TooLarge,
    BrokenFile, EncryptedArchive, NestedArchive, ArchiveMembers, UnsupportedType.
    """
    if file.seek(0, 2) == 0:
        raise EmptyFile
    name = plain_name(filename)
    packing = packing_of(file)
    if packing is None:
        _refuse_packed_name(name)
        if file.seek(0, 2) > max_bytes:
            raise TooLarge(max_bytes)
        return Unpacked(file, name, None, own=False)
    if packing == "zip":
        return unzip(file, _only(review_members(file)), max_bytes)
    plain = _decompress(file, packing, max_bytes)
    if packing_of(plain) is not None:
        plain.close()
        raise NestedArchive
    if plain.seek(0, 2) == 0:
        plain.close()
        raise EmptyFile
    return Unpacked(plain, _without(name, packing), packing, own=True)


def _only(paths: list[str]) -> str:
    if len(paths) != 1:
        raise ArchiveMembers(paths)
    return paths[0]


def plain_name(path: str) -> str:
    """The last part of a path of any system, fit to be shown and to name a file: at most 120 characters, suffixes kept.

    An archive may name its member `..\\..\\a.csv`, with line breaks, or reversed by a right-to-left override.
    """
    name = _UNSHOWN.sub("", PurePath(path.replace("\\", "/")).name)
    return name if len(name) <= _MAX_NAME else name[: _MAX_NAME - _KEPT_END] + name[-_KEPT_END:]


def packing_of(file: IO[bytes]) -> Packing | None:
    """How the bytes are packed; a workbook is a zip too, but not one to unpack."""
    file.seek(0)
    start = file.read(4)
    if start.startswith(_GZIP):
        return "gz"
    if start == _ZSTD:
        return "zst"
    if start in _ZIP:
        return None if kind_of_content(file) else "zip"
    return None


def kind_of_content(file: IO[bytes]) -> FileKind | None:
    """The format that the bytes themselves tell, whatever the name."""
    return next((kind for kind, recognises in BY_CONTENT.items() if recognises(file)), None)


def is_parquet(file: IO[bytes]) -> bool:
    """Whether the file begins like a Parquet file."""
    file.seek(0)
    return file.read(4) == _PARQUET


def is_workbook(file: IO[bytes]) -> bool:
    """Whether the file is a zip that holds the parts of an .xlsx."""
    file.seek(0)
    if file.read(4) not in _ZIP:
        return False
    with open_zip(file) as archive:
        names = {name.replace("\\", "/").lstrip("/").lower() for name in archive.namelist()}
    return "xl/workbook.xml" in names or (
        "[content_types].xml" in names and any(name.startswith("xl/") for name in names)
    )


BY_CONTENT: Final[dict[FileKind, Callable[[IO[bytes]], bool]]] = {"parquet": is_parquet, "xlsx": is_workbook}
"""The formats known by their bytes. A name alone does not make a file one of them."""


def _refuse_packed_name(name: str) -> None:
    lowered = name.lower()
    if lowered.endswith(packed_suffixes()):
        raise BrokenFile("not_packed", suffix=PurePath(lowered).suffix)


def _without(name: str, packing: Packing) -> str:
    return name[: -len(packing) - 1] if name.lower().endswith(f".{packing}") else name


def _decompress(file: IO[bytes], packing: Packing, max_bytes: int) -> IO[bytes]:
    if packing == "zst":
        return _decompress_zst(file, max_bytes)
    file.seek(0)
    try:
        with gzip.GzipFile(fileobj=file) as stream:
            return _spool(stream, max_bytes, file.tell)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BrokenFile("packing_damaged", suffix=f".{packing}") from error


def _decompress_zst(file: IO[bytes], max_bytes: int) -> IO[bytes]:
    import pyarrow as pa  # 25 MiB, for the few files that need it

    file.seek(0)
    try:
        with pa.CompressedInputStream(pa.PythonFile(cast(IOBase, _Unclosable(file)), mode="r"), "zstd") as stream:
            return _spool(stream, max_bytes, file.tell)
    except (EOFError, pa.ArrowException) as error:
        raise BrokenFile("packing_damaged", suffix=".zst") from error


def review_members(file: IO[bytes]) -> list[str]:
    """Paths of the files of a zip that may hold reviews: read-me files, licences and litter do not count.

    Raises BrokenFile, NestedArchive, UnsupportedType, ArchiveMembers when there is none.
    """
    with open_zip(file) as archive:
        members = real_members(archive)
        if paths := review_files(members):
            return paths
        if any(m.filename.lower().endswith(_ARCHIVES) for m in members):
            raise NestedArchive
        if len(members) == 1:
            raise UnsupportedType(plain_name(members[0].filename))
        raise ArchiveMembers([])


def unzip(file: IO[bytes], path: str, max_bytes: int) -> Unpacked:
    """The file at this path of a zip, in memory while small, on disk beyond.

    Raises EncryptedArchive, BrokenFile, TooLarge, Bomb, EmptyFile, NestedArchive.
    """
    with open_zip(file) as archive:
        member = archive.getinfo(path)
        if member.flag_bits & 0x1:
            raise EncryptedArchive
        if member.compress_type not in METHODS:
            raise BrokenFile("zip_packing")
        if member.file_size > max_bytes:
            raise TooLarge(max_bytes)
        # No more than file_size comes out, and no more is read than there is, whatever compress_size claims
        packed = min(member.compress_size, file.seek(0, 2))
        if is_bomb(packed, member.file_size):
            raise Bomb(MAX_RATIO)
        try:
            with archive.open(member) as stream:
                plain = _spool(stream, max_bytes, lambda: packed)
        except (EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise BrokenFile("zip_damaged") from error
    if plain.seek(0, 2) == 0:
        plain.close()
        raise EmptyFile
    if packing_of(plain) is not None:
        plain.close()
        raise NestedArchive
    return Unpacked(plain, plain_name(member.filename), "zip", own=True)


def check_together(file: IO[bytes], paths: Collection[str], max_bytes: int) -> None:
    """Raises TooLarge or Bomb where these files of a zip are too large, or packed too densely, taken together."""
    with open_zip(file) as archive:
        members = [archive.getinfo(path) for path in paths]
    unpacked = sum(member.file_size for member in members)
    if unpacked > max_bytes:
        raise TooLarge(max_bytes)
    # Members may lie over one another in the file: they were not packed from more than there is
    if is_bomb(min(sum(member.compress_size for member in members), file.seek(0, 2)), unpacked):
        raise Bomb(MAX_RATIO)


class _Unclosable:
    """A file whose owner is somebody else: Arrow closes what it is given."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.closed = False

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        self.closed = True


def _spool(stream: IO[bytes] | gzip.GzipFile | pa.NativeFile, max_bytes: int, packed: Callable[[], int]) -> IO[bytes]:
    """The stream's bytes in memory while few, on disk beyond. `packed`: how many bytes they were made from so far.

    Raises TooLarge as soon as there are more than `max_bytes`, Bomb as soon as they are too many for the packed ones.
    """
    plain: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
    total = 0
    try:
        while chunk := stream.read(READ_BYTES):
            total += len(chunk)
            if total > max_bytes:
                raise TooLarge(max_bytes)
            if is_bomb(packed(), total):
                raise Bomb(MAX_RATIO)
            plain.write(chunk)
    except BaseException:
        plain.close()
        raise
    return plain
