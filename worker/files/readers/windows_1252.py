"""Whether bytes that are no UTF-8 can be Windows-1252, which almost any bytes decode as.

Western words are ASCII with single accented letters. Cyrillic, Greek, Chinese, Japanese and Korean encodings give long
runs of high bytes; those of Central Europe, DOS and old Macs put signs (³ ¹ †) between the letters of a word. Turkish
(Windows-1254, ISO 8859-9) has three letters where Icelandic has ý, þ and ð: its frequent dotless i, ş and the rare ğ.
Icelandic has many ð and few ý instead, and á é í ó ú.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Final

from worker.files.limits import READ_BYTES

_HIGH: Final = re.compile(rb"[\x80-\xff]+")
_IN_WORD: Final = re.compile(rb"(?<=[a-z])[\x80-\xff](?=[a-z])")
_NO_LETTER: Final = frozenset(b"\x80\x82\x83\x84\x86\x87\x88\x89\x8a\x8b\x8c\x8e\x95\x98\x99\x9b\x9f") | frozenset(
    range(0xA1, 0xC0)
) - frozenset(b"\xab\xad\xb4\xb7\xbb")
"""Signs and capitals that stand in no word; left out are quotes, the soft hyphen, ´ for ' and the Catalan ·."""
_DOTLESS_I: Final = b"\xfd"
_S_CEDILLA: Final = b"\xfe"
_SOFT_G: Final = b"\xf0"
_ACUTE: Final = b"\xe1\xe9\xed\xf3\xfa"
"""á é í ó ú."""
_RUN: Final = 4
_LEAST: Final = 4
"""Fewer findings than this are typing errors."""
_MOST: Final = 0.2


def is_western(file: IO[bytes]) -> bool:
    """One pass over all bytes."""
    high = in_runs = inside = wrong = dotless = cedillas = soft = acute = 0
    for chunk in _chunks(file):
        for match in _HIGH.finditer(chunk):
            run = match[0]
            high += len(run)
            if len(run) >= _RUN and len(set(run)) >= _RUN - 1:  # a line of dashes is no word
                in_runs += len(run)
        dotless += chunk.count(_DOTLESS_I)
        cedillas += chunk.count(_S_CEDILLA)
        soft += chunk.count(_SOFT_G)
        acute += len(chunk) - len(chunk.translate(None, _ACUTE))
        found = b"".join(_IN_WORD.findall(chunk))
        inside += len(found)
        wrong += sum(byte in _NO_LETTER for byte in found)
    foreign = in_runs >= _LEAST and in_runs > _MOST * high
    misplaced = wrong >= _LEAST and wrong > _MOST * inside
    turkish = dotless >= _LEAST and cedillas > 0 and dotless > 2 * soft and dotless + cedillas > acute
    return not (foreign or misplaced or turkish)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(READ_BYTES):
        yield chunk
