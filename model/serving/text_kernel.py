"""Text to numbers without Python objects, as machine code by Numba: tokens, word ids, checksums, n-gram sums.

The same results as `model.text.tokens.tokenize`, `model.text.vocabulary` and `model.text.ngrams`, which define them and
which the tests compare with; for ASCII text alone, which nearly all reviews are once cleaned. Import this only through
`model.serving.bulk`.
"""

import zlib
from typing import Any

import numpy as np

from model.machine_code import compiled, inlined
from model.text.ngrams import GOLDEN, MIX, SHIFT
from model.text.vocabulary import UNKNOWN

_SPACE, _LETTER, _DIGIT, _OTHER = range(4)


def _classes() -> Any:
    """What `model.text.tokens` takes each ASCII sign for: `\\s`, `[^\\W\\d_]`, `\\d` or any other."""
    kinds = np.full(256, _OTHER, dtype=np.uint8)
    for code in range(128):
        sign = chr(code)
        if sign.isspace():
            kinds[code] = _SPACE
        elif sign.isalpha():
            kinds[code] = _LETTER
        elif sign.isdigit():
            kinds[code] = _DIGIT
    return kinds


CLASSES = _classes()
# What CRC-32 does to its lowest byte: zlib's own table, read off zlib.
CHECKSUM_STEPS = np.asarray([zlib.crc32(bytes([byte ^ 0xFF])) ^ 0xFF000000 for byte in range(256)], dtype=np.uint32)
_ONES = np.uint64(0xFFFFFFFF)
_BYTE, _EIGHT = np.uint64(0xFF), np.uint64(8)
_APOSTROPHE, _DOT, _COMMA, _SLASH, _DASH, _UNDERSCORE = map(ord, "'.,/-_")
_D, _E, _L, _M, _N, _R, _S, _T, _V = map(ord, "delmnrstv")


def _is_not(text: Any, at: int, end: int) -> bool:
    """Whether the contraction n't begins at `at`."""
    return bool(at + 2 < end and text[at] == _N and text[at + 1] == _APOSTROPHE and text[at + 2] == _T)


is_not = inlined(_is_not)


def _ends_word(text: Any, at: int, end: int) -> bool:
    """Whether no word goes on at `at`, given that a blank is thought in front of each n't."""
    if at >= end or is_not(text, at, end):
        return True
    kind = CLASSES[text[at]]
    return bool(kind != _LETTER and kind != _DIGIT and text[at] != _UNDERSCORE)


ends_word = inlined(_ends_word)


def _after_apostrophe(text: Any, at: int, end: int) -> int:
    """End of the token that begins with the apostrophe at `at`: a contraction, or the sign alone."""
    if at + 1 < end:
        first = text[at + 1]
        if (first in (_S, _M, _D)) and ends_word(text, at + 2, end):
            return at + 2
        if at + 2 < end:
            second = text[at + 2]
            known = (second == _E and (first in (_R, _V))) or (first == _L and second == _L)
            if known and ends_word(text, at + 3, end):
                return at + 3
    return at + 1


after_apostrophe = inlined(_after_apostrophe)


def _after_number(text: Any, at: int, end: int) -> int:
    """End of the number that begins at `at`: digits, with . , or / between digits."""
    while at < end and CLASSES[text[at]] == _DIGIT:
        at += 1
        joint = at + 1 < end and (text[at] == _DOT or text[at] == _COMMA or text[at] == _SLASH)
        if joint and CLASSES[text[at + 1]] == _DIGIT:
            at += 1
    return at


after_number = inlined(_after_number)


def _token_end(text: Any, at: int, end: int) -> int:
    """End of the token that begins at `at`, which is not white space; the rules of `model.text.tokens._TOKEN`."""
    if is_not(text, at, end):
        return at + 3
    sign = text[at]
    kind = CLASSES[sign]
    if kind == _LETTER:
        at += 1
        while at < end and CLASSES[text[at]] == _LETTER and not is_not(text, at, end):
            at += 1
        return at
    if kind == _DIGIT:
        return after_number(text, at, end)  # type: ignore[no-any-return]
    if sign == _APOSTROPHE:
        return after_apostrophe(text, at, end)  # type: ignore[no-any-return]
    if sign == _DOT and at + 2 < end and text[at + 1] == _DOT and text[at + 2] == _DOT:
        return at + 3
    if sign == _DASH and at + 1 < end and text[at + 1] == _DASH:
        return at + 2
    return at + 1


token_end = inlined(_token_end)


def _checksum(text: Any, start: int, end: int) -> Any:
    """CRC-32 of some bytes, as `zlib.crc32`."""
    value = _ONES
    for at in range(start, end):
        value = np.uint64(CHECKSUM_STEPS[(value ^ np.uint64(text[at])) & _BYTE]) ^ (value >> _EIGHT)
    return value ^ _ONES


checksum = inlined(_checksum)


def _find(text: Any, start: int, end: int, crc: Any, slots: Any, spelled: Any, begins: Any) -> int:
    """Number of the word text[start:end], which has this checksum, in an index made by `index`; -1 if not in it."""
    slot = np.int64(crc) & (len(slots) - 1)
    while slots[slot] >= 0:
        word = slots[slot]
        begin = begins[word]
        if begins[word + 1] - begin == end - start:
            at = 0
            while at < end - start and spelled[begin + at] == text[start + at]:
                at += 1
            if at == end - start:
                return int(word)
        slot = (slot + 1) & (len(slots) - 1)
    return -1


find = inlined(_find)


def _index(spelled: Any, begins: Any, slots: Any) -> None:
    """Fills `slots` (int32 [power of two], -1 where free) with the words spelled[begins[n]:begins[n + 1]]."""
    for word in range(len(begins) - 1):
        slot = np.int64(checksum(spelled, begins[word], begins[word + 1])) & (len(slots) - 1)
        while slots[slot] >= 0:
            slot = (slot + 1) & (len(slots) - 1)
        slots[slot] = word


index = compiled(_index)


def _scan(
    text: Any, bounds: Any, slots: Any, spelled: Any, begins: Any, rows: Any, ids: Any, checksums: Any, lengths: Any
) -> int:
    """Tokens of many texts; returns how many there are.

    text uint8 [bytes], bounds int64 [n + 1]: clean, lower-case ASCII texts one after the other; slots, spelled, begins:
    the index of words (see `_index`); rows int32 [words]: row of each in the vocabulary. Fills ids int32 and checksums
    uint32 (each at least [bytes]) one after the other, and lengths int64 [n] with the number of tokens of each text.
    """
    number = 0
    for item in range(len(bounds) - 1):
        at, end = bounds[item], bounds[item + 1]
        first = number
        while at < end:
            if CLASSES[text[at]] == _SPACE:
                at += 1
                continue
            stop = token_end(text, at, end)
            crc = checksum(text, at, stop)
            word = find(text, at, stop, crc, slots, spelled, begins)
            ids[number] = rows[word] if word >= 0 else UNKNOWN
            checksums[number] = crc
            number += 1
            at = stop
        lengths[item] = number - first
    return number


scan = compiled(_scan)


def _distinct_buckets(checksums: Any, longest: int, bits: int, running: Any, seen: Any, buckets: Any) -> int:
    """Distinct buckets of one text's n-grams, as `model.text.ngrams`, in `buckets`; returns their number.

    running uint64 [tokens] and seen int64 [power of two > n-grams] are room to work in.
    """
    mask = len(seen) - 1
    seen[:] = -1
    running[:] = np.uint64(0)
    found = 0
    for size in range(1, longest + 1):
        for at in range(len(checksums) - size + 1):
            value = (running[at] + np.uint64(size)) * GOLDEN + np.uint64(checksums[at + size - 1])
            value = (value ^ (value >> SHIFT)) * MIX
            value ^= value >> SHIFT
            running[at] = value
            bucket = np.int64(value >> np.uint64(64 - bits))
            slot = bucket & mask
            while seen[slot] >= 0 and seen[slot] != bucket:
                slot = (slot + 1) & mask
            if seen[slot] < 0:
                seen[slot] = bucket
                buckets[found] = bucket
                found += 1
    return found


distinct_buckets = inlined(_distinct_buckets)


def _wide(
    checksums: Any, starts: Any, lengths: Any, longest: int, bits: int, table: Any, halves: bool, sums: Any
) -> None:
    """Fills sums float64 [n] with the weights of each text's distinct n-grams.

    table [2**bits]: the weights, or with `halves` the bits of float16 weights (uint16), which are finite: shifted into
    a float32 they are the weight times 2**-112, exactly, subnormal ones included.
    """
    most = lengths.max() if len(lengths) else 0
    running = np.empty(most, np.uint64)
    buckets = np.empty(most * longest + 1, np.int64)
    bits_of = np.empty(most * longest + 1, np.uint32)
    floats = bits_of.view(np.float32)
    for item in range(len(starts)):
        here = checksums[starts[item] : starts[item] + lengths[item]]
        room = 16
        while room < 2 * longest * len(here):
            room *= 2
        seen = np.empty(room, np.int64)
        found = distinct_buckets(here, longest, bits, running[: len(here)], seen, buckets)
        total = 0.0
        if halves:
            for at in range(found):
                half = np.uint32(table[buckets[at]])
                bits_of[at] = ((half & np.uint32(0x8000)) << np.uint32(16)) | (
                    (half & np.uint32(0x7FFF)) << np.uint32(13)
                )
            for at in range(found):
                total += floats[at] * 2.0**112
        else:
            for at in range(found):
                total += table[buckets[at]]
        sums[item] = total


wide = compiled(_wide)
