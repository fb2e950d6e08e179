"""Adverts among reviews: texts that call to buy or to come.

Each of the calls has four signs in a row that reviews seldom hold. NumPy finds these in many texts at once, two at a
time, and only where they belong to a call the text itself is read: a quarter of the time that Python takes to look for
each call in each text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

import numpy as np
from numpy.typing import NDArray

_CHARS: Final = 2_000
"""So much of the beginning and of the end of a text is read."""
_BLOCK_BYTES: Final = 1 << 16
"""Bytes looked at in one go: what NumPy makes of them stays in the processor's cache."""

# A call: the four signs of it that are looked for. The first two of them are what reviews hold least often.
CALLS: Final = {
    "promo code": "prom", "discount code": "scou", "coupon": "upon", "% off": "% of", "free shipping": "ippi",
    "order now": "rder", "buy now": "uy n", "click here": "clic", "click the link": "clic", "link in bio": "nk i",
    "visit my ": "sit ", "visit our ": "sit ", "dm me": "dm m", "message me on": "sage", "contact me on": "tact",
    "make money": "ke m", "earn money": "rn m", "work from home": "rk f", "casino": "sino", "bitcoin": "tcoi",
    "follow me": "w me", "subscribe to": "bscr", "limited offer": "mite", "watch free": "free",
    "watch it free": "free", "watch for free": "free", "download free": "oad ", "download for free": "oad ",
    "best price": "pric",
}  # fmt: skip
_CONTACT: Final = re.compile(
    r"https?://|www\.|\b[\w-]{2,40}\.(?:com|net|org|shop|xyz|ru|top|info|biz|online|store|site)\b|t\.me/|telegram"
    r"|whats ?app|\+?\d[\d ()-]{8,20}\d"
)
_PAIR: Final = np.dtype("<u2")


def _tables() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """For each pair of bytes: of whose four signs it is the first half, and of whose the second, one bit each."""
    first, second = (np.zeros(1 << 16, dtype=np.uint32) for _ in range(2))
    for bit, four in enumerate(dict.fromkeys(CALLS.values())):
        pairs = np.frombuffer(four.encode(), dtype=_PAIR)
        first[pairs[0]] |= np.uint32(1 << bit)
        second[pairs[1]] |= np.uint32(1 << bit)
    return first, second


_FIRST, _SECOND = _tables()
_BEGINS: Final = _FIRST > 0
_CALLS_OF: Final = {
    four.encode(): [(call.encode(), call.index(four)) for call, mine in CALLS.items() if mine == four]
    for four in CALLS.values()
}
"""(call, where in it they stand) under its four signs."""


def adverts(texts: Sequence[str]) -> list[int]:
    """Places of the adverts among the texts: a call beside an address or a number, or two different calls."""
    ends = [_ends(text) for text in texts]
    return [place for place in _candidates(ends) if _is_advert(ends[place])]


def _ends(text: str) -> str:
    return (text if len(text) <= 2 * _CHARS else f"{text[:_CHARS]}\n{text[-_CHARS:]}").lower()


def _is_advert(ends: str) -> bool:
    calls = sum(call in ends for call in CALLS)
    return calls > 1 or (calls == 1 and _CONTACT.search(ends) is not None)


def _candidates(ends: Sequence[str]) -> Iterator[int]:
    """Places of the texts that hold a call, in order."""
    group: list[bytes] = []
    began = size = 0
    for place, text in enumerate(ends):
        group.append(text.encode("utf-8", "replace"))
        size += len(group[-1]) + 1
        if size >= _BLOCK_BYTES or place == len(ends) - 1:
            if calls := _calls(b"\0".join(group)):
                after = list(accumulate(len(one) + 1 for one in group))
                yield from sorted({began + bisect_right(after, call) for call in calls})
            group, began, size = [], place + 1, 0


def _calls(data: bytes) -> list[int]:
    """Where calls stand, in any order."""
    found = []
    for odd in (0, 1):
        if len(data) - odd < 2 * _PAIR.itemsize:
            continue
        pairs = np.frombuffer(data, dtype=_PAIR, offset=odd, count=(len(data) - odd) // _PAIR.itemsize)
        at = np.flatnonzero(_BEGINS.take(pairs[:-1], mode="clip"))  # without "clip" NumPy copies through a buffer
        at = at[(_FIRST[pairs[at]] & _SECOND[pairs[at + 1]]) > 0]
        for place in (2 * at + odd).tolist():
            for call, before in _CALLS_OF[data[place : place + 4]]:
                if place >= before and data.startswith(call, place - before):
                    found.append(place)
    return found
