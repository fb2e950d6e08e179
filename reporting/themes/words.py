"""Words of a review for phrases: without markup, in a common form, and which of them may begin or end a phrase.

The model's own words (`model/text`) are not used: the bot makes reports and loads nothing of the model.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b
from typing import Final

MOST_WORDS: Final = 2_000
"""Words of one review that are looked at; a longer one has nothing to say behind them that it did not say before."""
MOST_CHARS: Final = 20_000

BREAK, STOP, NEGATION, TITLE, PLAIN = 1, 2, 4, 8, 16
"""What a token is: no word; a word of grammar; a negation; written with a capital; written small."""

_MARKUP: Final = re.compile(
    r"<br\s{0,4}/?\s{0,4}>|</?[a-zA-Z][^<>]{0,200}>|<(?:[@#]|a?:)[^<>\s]{1,60}>|https?://\S{1,2000}|www\.\S{1,2000}"
    r"|@\w{1,40}|&[a-zA-Z]{2,8};|&#\w{1,6};"
)
_LABEL: Final = re.compile(r"\]\([^()\s]{1,500}\)")
_SIGNS: Final = re.compile(r"[*_~|`\[\]\\#]+")
_MARKS: Final = "*_~|`[]\\#"
_MOST_STACKED: Final = 30
"""Marks that one letter keeps, as in the stream-safe form of Unicode (UAX 15): no script needs more."""


def _ranges(categories: set[str]) -> str:
    """A set of `re` with the signs of these categories of Unicode."""
    parts: list[list[int]] = []
    codes = [*range(0x80, 0x20000), *range(0xE0000, 0xE0200)]
    for code, category in zip(codes, map(unicodedata.category, map(chr, codes)), strict=True):
        if category in categories:
            if parts and parts[-1][1] == code - 1:
                parts[-1][1] = code
            else:
                parts.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in parts)


_ASCII_TOKEN: Final = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?|\d+|[^\w\s'-]")


@lru_cache(maxsize=1)
def _token() -> re.Pattern[str]:
    """Words of any script, with the marks that stand on letters."""
    return re.compile(rf"[^\W\d_]+(?:[{_stacking()}'][^\W\d_]*)*|\d+|[^\w\s'-]")


@lru_cache(maxsize=1)
def _stacking() -> str:
    return _ranges({"Mn", "Mc"})


_MANY_SIGNS: Final = re.compile(rf"[^\w\s\x00-\x7f]{{{_MOST_STACKED + 1}}}")
"""What a letter with too many marks has; found ten times faster than a set of all marks."""


@lru_cache(maxsize=1)
def _stacked() -> re.Pattern[str]:
    return re.compile(f"([{_stacking()}]{{{_MOST_STACKED}}})[{_stacking()}]+")


@lru_cache(maxsize=1)
def _invisible() -> re.Pattern[str]:
    return re.compile(f"[{_ranges({'Cf'})}]+")


# Words of English grammar. They may stand inside a phrase ("waste of time") and never at its ends.
_GRAMMAR: Final = """
a an the this that these those i me my mine myself we us our ours ourselves you your yours yourself yourselves he him
his himself she her hers herself it its itself they them their theirs themselves one ones who whom whose which what
where when why how and or but if then than so as of at by for with about into onto over under from to in on off out up
down after before through during between against within upon around among along across toward towards behind beside
besides beyond near per via is am are was were be been being do does did doing done have has had having will would
shall should can could may might must ought there here also too very just only even still again once ever such same
other others another some any each every all both few more most much many several own because while until unless since
though although however yet rather quite really actually maybe perhaps almost already always often sometimes usually
get gets got getting go goes going went gone come comes came coming make makes made making take takes took taken taking
see sees saw seen seeing say says said saying tell tells told know knows knew known think thinks thought give gives
gave given put puts let lets seem seems seemed become becomes became want wants wanted
im ive id ill youre youve dont i'm i've i'd i'll you're you've you'd you'll he's he'd he'll she's she'd she'll it's
it'd it'll we're we've we'd we'll they're they've they'd they'll that's that'll there's here's what's who's let's
where's how's s t re ve ll d m etc eg ie vs mr mrs ms dr
br film films movie movies
"""
# `film` and `movie` are in every review of one, and "worst movie" says no more than "worst".
_NEGATIONS: Final = """
not no never nothing nobody none neither nor without hardly barely cannot can't don't doesn't didn't isn't aren't wasn't
weren't won't wouldn't shouldn't couldn't hasn't haven't hadn't ain't cant doesnt didnt isnt wasnt wont wouldnt couldnt
"""
_STOPS: Final = frozenset(_GRAMMAR.split())
_NOT: Final = frozenset(_NEGATIONS.split())


def plain_text(text: str) -> str:
    """The review without tags, links, mentions, invisible signs and signs of markdown; its words as they were.

    The time is linear in its length, whatever it holds; only its first `MOST_CHARS` signs are read.
    """
    text = text[:MOST_CHARS]
    if "](" in text:
        text = _LABEL.sub("]", text)
    plain = text.replace("<br />", "\n")  # most reviews have no other markup, and the pattern takes seven times as long
    if "<" in plain or "http" in plain or "www." in plain or "@" in plain or "&" in plain:
        text = _MARKUP.sub(lambda found: "\n" if found.group()[:3].lower() == "<br" else " ", text)
    else:
        text = plain
    if not text.isascii():
        if _MANY_SIGNS.search(text):  # `normalize` sorts the marks of one letter in quadratic time
            text = _stacked().sub(r"\1", text)
        text = _invisible().sub("", unicodedata.normalize("NFC", text)).replace("’", "'").replace("‘", "'")
    if any(sign in text for sign in _MARKS):
        text = _SIGNS.sub("", text)
    return text


def pattern(text: str) -> re.Pattern[str]:
    """The tokens of a plain text: words, and what separates them. Hyphens and blanks are neither."""
    return _ASCII_TOKEN if text.isascii() else _token()


def tokens(text: str) -> list[str]:
    """The first `MOST_WORDS` tokens of a plain text."""
    return pattern(text).findall(text)[:MOST_WORDS]


def common_form(word: str) -> str:
    """One form for the variants of a word: small, without 's, an English plural in the singular."""
    word = word.lower().removesuffix("'s").rstrip("'")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def kind(token: str) -> int:
    """What the token is: the sum of `BREAK`, `STOP`, `NEGATION`, and `TITLE` or `PLAIN`."""
    if not token[0].isalpha():
        return BREAK
    small = token.lower()
    case = TITLE if token[0].isupper() and not token[1:2].isupper() else PLAIN if token[0].islower() else 0
    if small in _NOT:
        return NEGATION | case
    return case | (STOP if small in _STOPS or (len(small) == 1 and small.isascii()) else 0)


def number_of(token: str) -> int:
    """64 bits that stand for the common form of a word; the same in every process."""
    form = common_form(token).encode("utf-8", errors="replace")
    return int.from_bytes(blake2b(form, digest_size=8).digest(), "little")
