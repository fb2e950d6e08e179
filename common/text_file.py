"""Text files of a chat: is one a single review, a list with a review a line, or could it be either?

Discord turns a message beyond its limit into a file called `message.txt`, and people keep their reviews in `.txt` files
with paragraphs. A list has a review a line. Only the layout is looked at, no word.
"""

from __future__ import annotations

import codecs
import io
from itertools import pairwise
from typing import Final, Literal

from common.file_formats import kind_of_name

Shape = Literal["review", "list", "either"]

_PASTED: Final = "message.txt"
"""What Discord's clients call a text that was too long for a message."""
BYTES_A_CHAR: Final = 4
"""Most that a character takes in the encodings that are read here."""
LINE_OF_TEXT: Final = range(40, 130)
"""Characters of the widest line of a text that an editor has wrapped."""
MANY: Final = 40
"""So many paragraphs, in a file that nobody pasted, could be a list with blank lines between."""
_ENDS: Final = (".", "!", "?", "…", '"', "”")
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def is_text_file(filename: str, size: int, max_chars: int) -> bool:
    """Whether a file could hold one review of at most `max_chars` characters, by its name and its size in bytes."""
    return kind_of_name(filename) == "txt" and 0 < size <= BYTES_A_CHAR * max_chars


def is_pasted(filename: str) -> bool:
    """Whether a file is, by its name, a text that was too long for a message."""
    return filename.lower() == _PASTED


def decode(data: bytes) -> str | None:
    """The text of UTF-8, or of UTF-16 with a byte order mark; None for anything else, which another reader looks at."""
    codec = next((codec for mark, codec in _BOMS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def shape_of(text: str, filename: str) -> Shape:
    """What the layout of a text file says of it.

    One line, lines that were wrapped at one width, or paragraphs with blank lines between are a review; lines without a
    blank one between are a list, but for a pasted text, which could be either.
    """
    paragraphs = _paragraphs(text)
    lines = [line for paragraph in paragraphs for line in paragraph]
    pasted = is_pasted(filename)
    if len(lines) <= 1 or _wrapped(paragraphs):
        return "review"
    if len(paragraphs) == 1:
        return "either" if pasted else "list"
    if 2 * len(paragraphs) <= len(lines):  # mostly lines under one another, with a blank one here and there
        return "either"
    return "review" if pasted or len(paragraphs) < MANY else "either"


def _paragraphs(text: str) -> list[list[str]]:
    """The lines that hold something, by paragraph."""
    paragraphs: list[list[str]] = [[]]
    for line in io.StringIO(text, newline=None):  # lines end where the reader of lists ends them: not at U+2028
        if line.strip():
            paragraphs[-1].append(line.strip())
        elif paragraphs[-1]:
            paragraphs.append([])
    return [paragraph for paragraph in paragraphs if paragraph]


def _wrapped(paragraphs: list[list[str]]) -> bool:
    """Whether the lines end where the next word had no room: a text that an editor has wrapped."""
    width = max(len(line) for paragraph in paragraphs for line in paragraph)
    joints = [joint for paragraph in paragraphs for joint in pairwise(paragraph)]
    if width not in LINE_OF_TEXT or len(joints) < 2:
        return False
    full = sum(len(above) + 1 + len(below.split()[0]) > width for above, below in joints)
    sentences = sum(above.endswith(_ENDS) for above, _ in joints)
    return full >= 0.8 * len(joints) and 2 * sentences < len(joints)
