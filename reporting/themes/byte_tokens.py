"""Tokens of many plain texts at once, where each sign is a byte of Latin-1: the same as the pattern of `words` finds.

Signs are looked up and compared as arrays of bytes, in half of the time that the pattern takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reporting.themes.words import MOST_WORDS

Places = NDArray[np.int64]
Small = NDArray[np.int32]

PART_CHARS: Final = 1 << 20
"""Signs that are looked at at a time: each takes some forty bytes meanwhile."""
SHORT: Final = 8
"""Letters of a word that fit into one number."""
_SKIPPED, _LETTER, _DIGIT, _SIGN = range(4)
_APOSTROPHE: Final = ord("'")


def _kind(code: int) -> int:
    sign = chr(code)
    if sign.isdecimal():
        return _DIGIT
    if sign.isalnum():
        return _LETTER
    return _SKIPPED if sign.isspace() or sign in "_'-" else _SIGN


_KINDS: Final = np.asarray([_kind(code) for code in range(256)], dtype=np.uint8)
_MASKS: Final = np.asarray([(1 << (8 * width)) - 1 for width in range(SHORT + 1)], dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The first `MOST_WORDS` tokens of some texts, one text after the other.

    words: the different tokens; ids: for each token its place in `words`; begins, ends: where it stands in its own
    text; lengths: tokens of each text.
    """

    words: list[str]
    ids: Small
    begins: Small
    ends: Small
    lengths: Places


def in_bytes(text: str) -> bool:
    """Whether each sign is one of Latin-1."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def byte_tokens(texts: Sequence[str], *, ascii_only: bool) -> Iterator[Tokens]:
    """The tokens of all texts, part by part; in texts of ASCII alone apostrophes mean less than in others."""
    part: list[str] = []
    chars = 0
    for text in texts:
        if part and chars + len(text) > PART_CHARS:
            yield _tokens(part, ascii_only=ascii_only)
            part, chars = [], 0
        part.append(text)
        chars += len(text) + 1
    if part:
        yield _tokens(part, ascii_only=ascii_only)


def _tokens(texts: list[str], *, ascii_only: bool) -> Tokens:
    whole = "\n".join(("", *texts, "\0" * SHORT))
    signs = np.frombuffer(whole.encode("latin-1"), dtype=np.uint8)
    sizes = np.asarray([len(text) for text in texts], dtype=np.int64)
    firsts = np.cumsum(sizes + 1) - sizes
    begins, ends = (_with_one_apostrophe if ascii_only else _with_apostrophes)(signs[:-SHORT])
    bounds = np.searchsorted(begins, np.append(firsts, len(signs)))
    lengths = np.diff(bounds)
    if lengths.max() > MOST_WORDS:
        place = np.arange(len(begins)) - np.repeat(bounds[:-1], lengths)
        begins, ends = begins[place < MOST_WORDS], ends[place < MOST_WORDS]
        lengths = np.minimum(lengths, MOST_WORDS)
    words, ids = _words(whole, signs, begins, ends)
    own = np.repeat(firsts, lengths)
    return Tokens(words, ids, (begins - own).astype(np.int32), (ends - own).astype(np.int32), lengths)


def _with_one_apostrophe(signs: NDArray[np.uint8]) -> tuple[Places, Places]:
    """Where tokens begin and end; a word may hold one apostrophe between letters: "rock'n'roll" is "rock'n", "roll"."""
    kinds = _KINDS[signs]
    inner = np.flatnonzero(signs == _APOSTROPHE)  # neither the first nor the last sign: those belong to no text
    inner = inner[(kinds[inner - 1] == _LETTER) & (kinds[inner + 1] == _LETTER)]
    kinds[inner] = _LETTER
    begins, ends = _runs(kinds)
    word = np.searchsorted(begins, inner, side="right")
    second = (np.arange(len(inner)) - np.searchsorted(word, word)) % 2 == 1
    if second.any():
        at = word[second]
        begins, ends = np.insert(begins, at, inner[second] + 1), np.insert(ends, at - 1, inner[second])
    return begins, ends


def _with_apostrophes(signs: NDArray[np.uint8]) -> tuple[Places, Places]:
    """Where tokens begin and end; a word is a letter and all letters and apostrophes behind it."""
    kinds = _KINDS[signs]
    letters = np.flatnonzero(kinds == _LETTER)
    kinds[signs == _APOSTROPHE] = _LETTER
    begins, ends = _runs(kinds)
    early = np.flatnonzero(signs[begins] == _APOSTROPHE)
    if len(early):
        begins[early] = np.append(letters, len(signs))[np.searchsorted(letters, begins[early])]
        begins, ends = begins[begins < ends], ends[begins < ends]
    return begins, ends


def _runs(kinds: NDArray[np.uint8]) -> tuple[Places, Places]:
    """Where signs of one kind stand together; each mark stands alone. The first sign and the last are skipped ones."""
    changes = np.flatnonzero((kinds[1:] != kinds[:-1]) | (kinds[1:] == _SIGN)) + 1
    begin = kinds[changes] != _SKIPPED
    return changes[begin], np.append(changes[1:], len(kinds))[begin]


def _words(whole: str, signs: NDArray[np.uint8], begins: Places, ends: Places) -> tuple[list[str], Small]:
    """The different tokens, and which of them each one is."""
    widths = ends - begins
    ids = np.empty(len(begins), dtype=np.int32)
    short = widths <= SHORT
    eight = np.ndarray((len(signs) - SHORT + 1,), dtype="<u8", buffer=signs.data, strides=(1,))
    values, ids[short] = np.unique(eight[begins[short]] & _MASKS[widths[short]], return_inverse=True)
    padded = values.astype("<u8").view(f"S{SHORT}").tolist()
    words = [word.decode("latin-1") or "\0" for word in padded]
    known: dict[str, int] = {}
    long = np.flatnonzero(~short)
    ids[long] = [
        known.setdefault(whole[begin:end], len(words) + len(known))
        for begin, end in zip(begins[long].tolist(), ends[long].tolist(), strict=True)
    ]
    return [*words, *known], ids
