"""Which encoding a text file is in, decided by one streaming pass over all its bytes.

A byte that is no text costs its own row: it is kept as a lone surrogate (PEP 383), which no text has, so that the row
can be named and the byte given back.
"""

from __future__ import annotations

import codecs
import io
import re
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
DAMAGED: Final = "reelfeel-damaged"
"""Name of the error handler that keeps bytes that are no text as surrogates, whatever the encoding."""
_KEPT: Final = re.compile("[\udc00-\udcff]")
_HIGH: Final = bytes(range(0x80, 0x100))
_FEW: Final = 2
_SURELY: Final = 64
_MOST_DAMAGE: Final = 4
"""One byte that is no text among so many letters that are UTF-8 is damage; more are another encoding."""


def _kept(error: UnicodeError) -> tuple[str | bytes, int]:
    """Bytes that are no text as surrogates, and surrogates that were bytes as these bytes; others become `?`."""
    if isinstance(error, UnicodeEncodeError):
        signs = error.object[error.start : error.end]
        return b"".join(bytes((ord(s) - 0xDC00,)) if "\udc80" <= s <= "\udcff" else b"?" for s in signs), error.end
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) if byte >= 0x80 else "\udcff" for byte in wrong), error.end


codecs.register_error(DAMAGED, _kept)


@dataclass(frozen=True, slots=True)
class Encoding:
    """codec: Python's name; bom: the file starts with a byte order mark; damaged: some bytes are no text in it."""

    codec: str
    bom: bool
    damaged: bool = False

    @property
    def shown(self) -> str:
        """What people call it."""
        return {"utf-8-sig": "utf-8", "cp1252": "windows-1252"}.get(self.codec, self.codec)


def detect(file: IO[bytes], said: str | None = None) -> Encoding:
    """UTF-8 when every byte agrees or few do not, UTF-16 when a mark says so, else Windows-1252. Raises BadEncoding.

    said: the codec that the sender named, which is taken.
    """
    file.seek(0)
    start = file.read(4)
    if said is not None:
        return _as_said(file, said, start)
    if start.startswith(_OTHER_MARKS):
        raise BadEncoding
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _counted(file, "utf-16")
    if start.startswith(codecs.BOM_UTF8):
        return _counted(file, "utf-8-sig")
    file.seek(0)
    head = file.read(4096)
    if (len(head) - len(head.translate(None, _CONTROLS))) * 5 > len(head):  # UTF-16 without a mark, or no text at all
        raise BadEncoding
    if any(escape in head for escape in _ISO_2022):  # Japanese, Chinese or Korean in seven bits, which is UTF-8 too
        raise BadEncoding
    if _decodes(file, "utf-8"):
        return Encoding("utf-8", bom=False)
    letters, wrong = _utf8_counts(file)
    if letters >= wrong and (wrong <= _FEW or wrong * _MOST_DAMAGE <= letters):
        return Encoding("utf-8", bom=False, damaged=True)
    strange, high = _high_counts(file)
    if strange > 1 + high // 200 or not is_western(file):
        raise BadEncoding
    return Encoding("cp1252", bom=False, damaged=strange > 0)


def _as_said(file: IO[bytes], codec: str, start: bytes) -> Encoding:
    if codec == "utf-8" and start.startswith(codecs.BOM_UTF8):
        codec = "utf-8-sig"
    bom = codec in ("utf-8-sig", "utf-16", "utf-32") and start.startswith(
        (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    )
    return Encoding(codec, bom, damaged=not _decodes(file, codec))


def _counted(file: IO[bytes], codec: str) -> Encoding:
    """A file whose mark says the encoding: what does not agree is damage, unless it is most of it."""
    if _decodes(file, codec):
        return Encoding(codec, bom=True)
    wrong, chars = _damage(file, codec)
    if wrong * 2 >= chars or (wrong > _FEW and wrong * 50 > chars):
        raise BadEncoding
    return Encoding(codec, bom=True, damaged=True)


def _damage(file: IO[bytes], codec: str) -> tuple[int, int]:
    """(characters that are none, all characters)."""
    wrong = chars = 0
    for text in _texts(file, codec):
        chars += len(text)
        wrong += 0 if text.isascii() else len(_KEPT.findall(text))
    return wrong, chars


def _utf8_counts(file: IO[bytes]) -> tuple[int, int]:
    """(letters beyond ASCII that are UTF-8, bytes that are not); it ends early where the second are many."""
    letters = wrong = 0
    for text in _texts(file, "utf-8"):
        if not text.isascii():
            bad = len(_KEPT.findall(text))
            wrong += bad
            letters += len(text) - len(text.encode("ascii", "ignore")) - bad
            if wrong > _SURELY and wrong > letters:
                break
    return letters, wrong


def _texts(file: IO[bytes], codec: str) -> Iterator[str]:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(codec)(DAMAGED)
    while chunk := file.read(READ_BYTES):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _high_counts(file: IO[bytes]) -> tuple[int, int]:
    """(bytes that Windows-1252 has no sign for, bytes beyond ASCII)."""
    file.seek(0)
    strange = high = 0
    while chunk := file.read(READ_BYTES):
        if not chunk.isascii():
            strange += len(chunk) - len(chunk.translate(_KEEP_ALL, _NOT_CP1252))
            high += len(chunk) - len(chunk.translate(_KEEP_ALL, _HIGH))
    return strange, high


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


@contextmanager
def as_text(file: IO[bytes], encoding: Encoding, newline: str | None) -> Iterator[io.TextIOWrapper]:
    """The file from its start as text; the bytes' file stays open. One at a time: they share its position."""
    file.seek(0)
    errors = DAMAGED if encoding.damaged else "strict"
    wrapper = io.TextIOWrapper(file, encoding=encoding.codec, errors=errors, newline=newline)
    try:
        yield wrapper
    finally:
        if not wrapper.closed:  # as it is where a command ends in the middle, and its files were closed first
            wrapper.detach()
