"""What sentences are put together from besides words: lists, pairs, quotes, sizes and times.

The signs between them are messages of the catalogue too, so that a new language brings its own: Japanese lists with 、,
French has a space before a colon, each has its own quotation marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from common.i18n.messages import tr, trn
from common.i18n.numbers import number

MIB: Final = 1 << 20


def listing(items: Iterable[str]) -> str:
    """Items side by side: `a, b, c`, `a、b、c`; empty without any."""
    # i18n: between two items of a list
    separator = tr(", ")
    return separator.join(items)


def shortened(items: Sequence[str], most: int) -> str:
    """The first items side by side, and how many there are besides: `a, b and 3 more`."""
    listed, rest = listing(items[:most]), len(items) - most
    return trn("{listed} and {count} more", "{listed} and {count} more", rest, listed=listed) if rest > 0 else listed


def pair(name: str, value: str) -> str:
    """What something is called, and what it is: `Heat: 0.71`."""
    # i18n: a name and its value
    return tr("{name}: {value}", name=name, value=value)


def in_brackets(text: str, aside: str) -> str:
    """A text and an aside: `12 positive (57%)`."""
    # i18n: a text and an aside in brackets
    return tr("{text} ({aside})", text=text, aside=aside)


def quote(text: str) -> str:
    """The text in the language's quotation marks."""
    # i18n: the quotation marks of the language
    return tr("“{text}”", text=text)


def mib(count: float, digits: int = 0) -> str:
    """A size given in MiB: `25 MiB`, `25 Mio`."""
    # i18n: a size; MiB are 1,048,576 bytes
    return tr("{size} MiB", size=number(count, digits))


def size(count: int, digits: int = 0) -> str:
    """A number of bytes in MiB."""
    return mib(count / MIB, digits)


def duration(seconds: float) -> str:
    """A time as a person would say it: `40 s`, `3 min`, `2 h`, `1 h 20 min`."""
    if seconds < 90:
        # i18n: seconds; s is the unit
        return tr("{seconds} s", seconds=number(max(1, round(seconds))))
    minutes = round(seconds / 60)
    if minutes < 90:
        # i18n: minutes; min is the unit
        return tr("{minutes} min", minutes=number(minutes))
    hours, left = divmod(minutes, 60)
    if not left:
        # i18n: hours; h is the unit
        return tr("{hours} h", hours=number(hours))
    # i18n: hours and minutes
    return tr("{hours} h {minutes} min", hours=number(hours), minutes=number(left))
