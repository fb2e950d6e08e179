"""Which encoding a text file is in, decided by one streaming pass over all its bytes."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Final

from worker.files.errors import BadEncoding
from worker.files.limits import READ_BYTES
from worker.files.readers.windows_1252 import is_western

_NOT_CP1252: Final = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\r"))
_ISO_2022: Final = (b"\x1b$", b"\x1b(")
_OTHER_MARKS: Final = (
    codecs.BOM_UTF32_LE,
    codecs.BOM_UTF32_BE,
    *(b"+/v8", b"+/v9", b"+/v+", b"+/v/"),  # UTF-7
    b"\x84\x31\x95\x33",  # GB 18030
    b"\x0e\xfe\xff",  # SCSU
    b"\xfb\xee\x28",  # BOCU-1
    b"\xf7\x64\x4c",  # UTF-1
    b"\xdd\x73\x66\x73",  # UTF-EBCDIC
)
"""Byte order marks of encodings that are not read (https://en.wikipedia.org/wiki/Byte_order_mark)."""
_KEEP_ALL: Final = bytes.maketrans(b"", b"")


@dataclass(frozen=True, slots=True)
class Encoding:
    """codec: Python's name; bom: the file starts with a byte order mark."""

    codec: str
    bom: bool


def detect(file: IO[bytes]) -> Encoding:
    """UTF-8 when every byte agrees, UTF-16 when a mark says so, else Windows-1252. Raises BadEncoding."""
    file.seek(0)
    start = file.read(4)
    if start.startswith(_OTHER_MARKS):
        raise BadEncoding
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        if not _decodes(file, "utf-16"):
            raise BadEncoding
        return Encoding("utf-16", bom=True)
    if start.startswith(codecs.BOM_UTF8):
        if not _decodes(file, "utf-8-sig"):
            raise BadEncoding
        return Encoding("utf-8-sig", bom=True)
    file.seek(0)
    head = file.read(4096)
    if (len(head) - len(head.translate(None, _CONTROLS))) * 5 > len(head):  # UTF-16 without a mark, or no text at all
        raise BadEncoding
    if any(escape in head for escape in _ISO_2022):  # Japanese, Chinese or Korean in seven bits, which is UTF-8 too
        raise BadEncoding
    if _decodes(file, "utf-8"):
        return Encoding("utf-8", bom=False)
    if _has_any(file, _NOT_CP1252) or not is_western(file):
        raise BadEncoding
    return Encoding("cp1252", bom=False)


def _decodes(file: IO[bytes], codec: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        while chunk := file.read(READ_BYTES):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _has_any(file: IO[bytes], unwanted: bytes) -> bool:
    file.seek(0)
    while chunk := file.read(READ_BYTES):
        if len(chunk.translate(_KEEP_ALL, unwanted)) != len(chunk):
            return True
    return False


@contextmanager
def as_text(file: IO[bytes], codec: str, newline: str | None) -> Iterator[io.TextIOWrapper]:
    """The file from its start as text; the bytes' file stays open. One at a time: they share its position."""
    file.seek(0)
    wrapper = io.TextIOWrapper(file, encoding=codec, newline=newline)
    try:
        yield wrapper
    finally:
        if not wrapper.closed:  # as it is where a command ends in the middle, and its files were closed first
            wrapper.detach()
