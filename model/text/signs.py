"""Signs that are no words: invisible ones, styled letters, stars, emoji, and ratings in words.

What a sign says is put in words or numbers that the model knows; what says nothing plain is left out, so that it does
not count as an unknown word.
"""

import re
import unicodedata
from functools import lru_cache

_INVISIBLE_RANGES = (
    (0x00AD, 0x00AE), (0x0300, 0x0370), (0x061C, 0x061D), (0x115F, 0x1161), (0x17B4, 0x17B6), (0x180B, 0x180F),
    (0x200B, 0x2010), (0x202A, 0x202F), (0x2060, 0x2070), (0x20D0, 0x2100), (0x3164, 0x3165), (0xFE00, 0xFE10),
    (0xFEFF, 0xFF00), (0xFFA0, 0xFFA1), (0xE0000, 0xE1000),
)  # fmt: skip
INVISIBLE = frozenset(chr(code) for start, end in _INVISIBLE_RANGES for code in range(start, end))
"""Soft hyphens, zero-width signs, marks of direction, variation selectors: nothing stands there. Combining marks too:
an accent beside its letter goes as one within a letter does."""

_SMALL_CAPITALS = dict(
    zip("\u1d00\u0299\u1d04\u1d05\u1d07\ua730\u0262\u029c\u026a\u1d0a\u1d0b\u029f\u1d0d\u0274\u1d0f\u1d18\u01eb\u0280"
        "\ua731\u1d1b\u1d1c\u1d20\u1d21\u028f\u1d22", "abcdefghijklmnopqrstuvwyz", strict=True)
)  # fmt: skip
_STYLED_RANGES = (
    (0x2070, 0x209D), (0x2100, 0x2140), (0x249C, 0x24EA), (0x2145, 0x214A), (0xFB00, 0xFB07), (0xFF01, 0xFF5F),
    (0x1D400, 0x1D800),
)  # fmt: skip
# These are signs of their own, not letters in another dress: trade marks, "care of" and the like.
_NO_LETTERS = frozenset("\u2100\u2101\u2103\u2105\u2106\u2109\u2116\u2117\u211e\u2120\u2121\u2122\u213b")


def _styled() -> dict[str, str]:
    found = dict(_SMALL_CAPITALS)
    for start, end in _STYLED_RANGES:
        for code in range(start, end):
            plain = unicodedata.normalize("NFKD", chr(code)).strip("()")
            if plain.isascii() and chr(code) not in _NO_LETTERS and plain:
                found[chr(code)] = plain
    for first in (0x1F110, 0x1F130, 0x1F150, 0x1F170):
        found |= {chr(first + number): chr(ord("A") + number) for number in range(26)}
    return found


STYLED = _styled()
"""Letters and digits in another dress -> the plain ones."""

# Letters of other scripts that look like Latin ones, for words that hold both.
_ALIKE = dict(
    zip("\u0430\u0435\u043e\u0440\u0441\u0445\u0443\u0456\u0458\u0455\u0501\u04bb\u0410\u0412\u0415\u041a\u041c\u041d"
        "\u041e\u0420\u0421\u0422\u0425\u0406\u0405\u03bf\u03b1\u03bd\u03c1\u0391\u0392\u0395\u0396\u0397\u0399\u039a"
        "\u039c\u039d\u039f\u03a1\u03a4\u03a7", "aeopcxyijsdhABEKMHOPCTXISoavpABEZHIKMNOPTX", strict=True)
)  # fmt: skip
_TABLE = str.maketrans(_ALIKE)
MIXED = re.compile(r"(?=[^\W\d_]{0,40}[a-zA-Z])(?=[a-zA-Z]{0,40}[\u0370-\u052f])[a-zA-Z\u0370-\u052f]{2,40}")
"""A word of Latin letters with Greek or Cyrillic ones among them."""

_STAR = "[\u2605\u2b50\U0001f31f\u272d\u272f\u2729]"
_EMPTY = "[\u2606\u26e4\u2730]"
_RUN, _HOLLOW = rf"{_STAR}(?:[ \t]?{_STAR}){{0,9}}", rf"{_EMPTY}(?:[ \t]?{_EMPTY}){{0,9}}"
STARS = re.compile(rf"({_RUN})[ \t]?(\u00bd|\u2bea|\u2be8|1/2)?[ \t]?({_HOLLOW})?|()()({_HOLLOW})")
_ANY = f"[{_STAR[1:-1]}{_EMPTY[1:-1]}]"
NUMBERED = re.compile(rf"(?<![\w.,/])(\d{{1,2}}(?:[.,]\d)?)(?:[ ]?/[ ]?(5|10))?[ ]?{_STAR}(?![ \t]?{_ANY})")
"""A number with a star for the word "stars"."""
LONE = re.compile(rf"(?<!{_STAR})(?<!{_STAR}[ \t]){_STAR}(?![ \t]?[{_ANY[1:-1]}\u00bd\u2bea\u2be8\d])")
"""One star: a rating as a printed sign, an ornament as an emoji or where there are several."""
_FIVE, _TEN = 5, 10

_SPELLED = "zero one two three four five six seven eight nine ten"
_NUMBERS = {word: number for number, word in enumerate(_SPELLED.split())}
_NUMBER = rf"(?:\d{{1,2}}(?:[.,]\d)?|{'|'.join(_NUMBERS)})"
_HALF = r"(?:[ -]and[ -]a[ -]half|[ ]?1/2|[ ]?\u00bd)"
_BEFORE = re.compile(
    r"(?:\A|[.!?\n:;(\"-]|\b(?:g[ia]ves?|giving|given|rate[ds]?|deserves?|gets?|earns?)"
    r"(?: (?:it|this|them|th(?:is|e) (?:film|movie|one)))?(?: (?:an?|only|just|about))?)[ \t]{0,3}\Z",
    re.IGNORECASE,
)
_MOST = r"(5|10|five|ten)"
RATED = re.compile(
    rf"(?<![\w.,/])({_NUMBER})({_HALF})?(?:[ -]?(?:out[ ]of|of|/)[ ]?{_MOST}[ -]stars?\b"
    rf"|[ -]stars?[ ](?:out[ ]of|of)[ ]{_MOST}\b|[ -]stars?(?=[ \t]{{0,3}}(?:[.!?,;)\n\"]|\Z)))",
    re.IGNORECASE,
)
"""A rating in words: out of five or ten stars wherever it stands, stars alone where they are the whole sentence."""

_SPELLED_ENDS = ("one|two|six|ten", "zero|four|five|nine|half", "three|seven|eight")
_RATED = (
    "tar(?:(?<=[0-9\u00bd][ -][sS]tar)" + "".join(rf"|(?<=(?i:{words})[ -][sS]tar)" for words in _SPELLED_ENDS) + ")"
)
_HINT = re.compile(
    _RATED + r"(?:(?<=[50ne][ -][sS]tar)|s?[ ](?:out )?of[ ](?i:5|10|five|ten)|s?[ \t]{0,3}(?:[.!?,;)\n\"]|\Z))"
)
_OTHER_SCRIPT = re.compile("[\u0370-\u052f]")


def may_be_rated(text: str) -> bool:
    """Whether `RATED` may match: it is a slow pattern, and stars of another kind are in many reviews."""
    return bool(_HINT.search(text)) or "STAR" in text


def starry(text: str) -> bool:
    """Whether a text holds stars as signs."""
    # Ten times as fast as a pattern.
    return not text.isascii() and any(sign in text for sign in _ANY[1:-1])


def may_be_mixed(text: str) -> bool:
    """Whether `MIXED` may match."""
    return not text.isascii() and bool(_OTHER_SCRIPT.search(text))


# Emoji whose meaning is plain, by a word for it. The meanings are the names and keywords of Unicode's CLDR 46
# (annotations/en.xml: "thumbs up: good", "sleeping face: bored", "face vomiting: gross"); what is used in both moods
# (tears, fire, skulls, laughter) is not here (Kralj Novak et al. 2015, "Sentiment of Emojis": it is near neutral).
_MEANINGS = {
    "good": "\U0001f44d\U0001f44c\U0001f44f\u263a\U0001f60a\U0001f642\U0001f600\U0001f603\U0001f604",
    "love": "\u2764\u2665\U0001f60d\U0001f970\U0001f618\U0001f495\U0001f496\U0001f497\U0001f499\U0001f49a\U0001f49b"
    "\U0001f49c\U0001f9e1\U0001f5a4\U0001f90d",
    "perfect": "\U0001f4af\U0001f929\U0001f3c6",
    "bad": "\U0001f44e\U0001f61e\U0001f612\U0001f615\u2639\U0001f641",
    "boring": "\U0001f634\U0001f971\U0001f4a4\U0001f62a",
    "awful": "\U0001f92e\U0001f922\U0001f4a9\U0001f620\U0001f621\U0001f92c\U0001f595",
    "garbage": "\U0001f5d1\U0001f6ae",
}
MEANINGS = {sign: word for word, signs in _MEANINGS.items() for sign in signs}
_TONE = "[\U0001f3fb-\U0001f3ff]"
EMOJI = re.compile(f"([{''.join(MEANINGS)}])(?:{_TONE})?(?:[ \t]?\\1(?:{_TONE})?){{0,20}}")
"""One emoji with a meaning, however often it is repeated."""
_SPOKEN_WORDS = 4
_WORD = re.compile(r"[^\W\d_]+")

# Signs that the vocabulary has: they were read in training.
SILENT = re.compile("[^\\w\\s\x00-\x7f\u00a1\u00a3\u00a6-\u00a8\u00b7\u00bd\u2022]")


def latin(found: re.Match[str]) -> str:
    """The word with its look-alikes as Latin letters."""
    return found.group().translate(_TABLE)


def adorned(text: str) -> bool:
    """Whether several single stars stand in a text: they adorn it."""
    return len(LONE.findall(text)) > 1


def speaks(text: str) -> bool:
    """Whether emoji are read: beside one to four words. Alone they are no review, and more words speak themselves."""
    return len(text) < 20 * _SPOKEN_WORDS and 1 <= len(_WORD.findall(text)) <= _SPOKEN_WORDS


def meaning(found: re.Match[str]) -> str:
    """The word for an emoji."""
    return f" {MEANINGS[found.group(1)]} "


def ornament(found: re.Match[str]) -> str:
    """A blank for a star that counts nothing."""
    return " " if found.group() in "\u2b50\U0001f31f" else found.group()


def numbered(found: re.Match[str]) -> str:
    """A number of stars as "9/10"; itself where it is more than there can be."""
    value, most = _value(found.group(1)), int(found.group(2) or (_TEN if _value(found.group(1)) > _FIVE else _FIVE))
    return f" {_out_of_ten(value, most)} " if value <= most else found.group()


def counted(found: re.Match[str]) -> str:
    """Stars in signs as "9/10"; of five, or of ten where there are more."""
    return f" {out_of_ten(found)}/{_TEN} "


def out_of_ten(found: re.Match[str]) -> int:
    """What a row of stars says (a match of `STARS`), 0 to 10."""
    return _counted(found.group(1) or "", bool(found.group(2)), found.group(3) or found.group(6) or "")


@lru_cache(maxsize=256)
def _counted(full_signs: str, half: bool, empty_signs: str) -> int:
    """What these stars say: remembered, since a text of nothing but stars holds the same few rows again and again."""
    full, empty = (len(signs) - signs.count(" ") - signs.count("\t") for signs in (full_signs, empty_signs))
    return _scaled((2 * full + half) / 2, _TEN if full + empty > _FIVE else _FIVE)


def is_full(found: re.Match[str]) -> bool:
    """Whether a row of stars (a match of `STARS`) has neither an empty star nor a half one."""
    return bool(found.group(1)) and not found.group(2) and not found.group(3)


def rated(found: re.Match[str]) -> str:
    """A rating in words as "9/10"; itself where it is more than there can be, or not the whole sentence."""
    most = found.group(3) or found.group(4)
    value = _value(found.group(1)) + (0.5 if found.group(2) else 0.0)
    if most is None and not _BEFORE.search(found.string[max(0, found.start() - 40) : found.start()]):
        return found.group()
    limit = _TEN if (most or "").lower() in ("10", "ten") or (most is None and value > _FIVE) else _FIVE
    return f" {_out_of_ten(value, limit)} " if value <= limit else found.group()


def _value(number: str) -> float:
    return float(_NUMBERS[number.lower()] if number.lower() in _NUMBERS else number.replace(",", "."))


def _out_of_ten(value: float, most: int) -> str:
    return f"{_scaled(value, most)}/{_TEN}"


def _scaled(value: float, most: int) -> int:
    return round(value * _TEN / most)
