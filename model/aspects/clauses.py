"""Clauses: the parts of a sentence that can praise one thing and blame another, cut at conjunctions and signs.

A sentence is first cut wherever a clause may begin. Whether a cut stands depends on what it parts: a contrast ("but",
";") always, a comma or "and" where each side judges an aspect of its own, a preposition or an article where the sides
also differ in mood. "The acting and the story are great" stays whole; "great acting, dull story" does not. The time is
linear in the words of the sentence.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from model.aspects.vocabulary import Mention

LONGEST = 60
"""Words of the longest clause; what is longer is cut there."""
STRONG_WORD = 0.4
"""A word whose own weight in the model's n-gram part is at least so far from 0 is for or against something."""
APART = 3
"""Words of the shortest piece without an aspect that stands apart from a judgement beside it."""


class Words(NamedTuple):
    """The words of a sentence in lower case, and the half-open range of each in the text."""

    spelled: list[str]
    starts: list[int]
    ends: list[int]


# How much it takes for a cut to stand. Plain numbers: members of an enumeration take twice the time to look up.
NONE, FAINT, WEAK, COMMA, STRONG = range(5)


class Clause(NamedTuple):
    """Words `first` to `last` of a sentence without its leading conjunction, and the aspects they name."""

    first: int
    last: int
    mentions: tuple[Mention, ...]


def words_of(line: str) -> frozenset[str]:
    """The words of a line that lists them."""
    return frozenset(line.split())


_CONTRASTS = words_of("but although though however while whilst whereas despite except nevertheless nonetheless")
PAIRS = {"even": ("if", "though", "when"), "apart": ("from",), "aside": ("from",), "other": ("than",), "yet": ("it",)}
_JOINS = words_of("and or nor with which who whom whose because so until since plus as when where if")
_PREPOSITIONS = words_of("in under over by for a an the some such so its his her this that at on from into")
TURNS = words_of(
    "let wrecked ruined spoiled spoilt marred undone saddled hampered hobbled sunk undermined saved redeemed lifted "
    "elevated rescued buried drowned cannot can't can couldn't could propped"
)
CUTS = {
    **dict.fromkeys(TURNS | PAIRS.keys(), NONE),
    **dict.fromkeys(_PREPOSITIONS, FAINT),
    **dict.fromkeys(_JOINS, WEAK),
    **dict.fromkeys(_CONTRASTS, STRONG),
}
COPULAS = words_of("is are was were gets get got be been being")
VERBS = COPULAS | words_of("looks look sounds sound feels feel seems seem has have does do did made makes had")
SUBJECTS = words_of("i it we they you he she this there")
LEADING = words_of("and but or so yet although though while whilst whereas because then plus however even")
TRAILING = words_of("and but or as by with nor so because")
_PARTING = re.compile(r"[;:()\[\]\u2013\u2014]|--|\.\.\.|\s-\s|\n|[.!?]\s")


def split(words: Words, text: str, mentions: Sequence[Mention], weights: Sequence[float]) -> list[Clause]:
    """The clauses of one sentence, in order; every word is in one, conjunctions at their beginnings in none.

    words: the sentence's, with their places in `text`; mentions: as `Vocabulary.find` gives them for these words;
    weights: of each word, for (above 0) or against something.
    """
    cuts = _cuts(words, text, mentions)
    places = [0, *(place for place, cut in enumerate(cuts) if place and cut >= WEAK)]
    read = _Read(words.spelled, mentions, weights)
    kept: list[_Piece] = []
    for first, end in zip(places, [*places[1:], len(weights)], strict=True):
        piece = read.piece(first, end)
        if kept and not _stands(cuts[first], kept[-1], piece, read):
            kept[-1] = kept[-1].joined(piece)
        else:
            kept.append(piece)
    bounded = (part for piece in kept for part in _bounded(piece, read))
    return [_clause(part, words, read) for piece in bounded for part in _parted(piece, cuts, read)]


def _bounded(piece: "_Piece", read: "_Read") -> list["_Piece"]:
    """A piece, or its parts where it is longer than a clause can be."""
    if piece.end - piece.first <= LONGEST:
        return [piece]
    return [read.piece(start, min(piece.end, start + LONGEST)) for start in range(piece.first, piece.end, LONGEST)]


def _parted(piece: "_Piece", cuts: Sequence[int], read: "_Read") -> list["_Piece"]:
    """A piece, cut at prepositions and articles where both sides judge, one for and one against."""
    parts: list[_Piece] = []
    if piece.good >= STRONG_WORD and piece.bad >= STRONG_WORD:
        for place in range(piece.first + 1, piece.end):
            if cuts[place] == FAINT:
                left, right = read.piece(piece.first, place), read.piece(place, piece.end)
                if left.judges and right.judges and left.mood * right.mood < 0:
                    parts.append(left)
                    piece = right
    return [*parts, piece]


class _Read:
    """A sentence's words with what they name and how far each is for or against something."""

    def __init__(self, words: Sequence[str], mentions: Sequence[Mention], weights: Sequence[float]) -> None:
        self.words, self.mentions, self._weights = words, mentions, weights
        self._firsts = [mention.first for mention in mentions]

    def piece(self, first: int, end: int) -> "_Piece":
        """Words `first` to `end` (half-open)."""
        weights = self._weights[first:end]
        good, bad = max(weights), -min(weights)
        if not self.mentions:
            return _Piece(first, end, 0, 0, good, bad, False, False, _NOTHING)
        low, high = bisect_left(self._firsts, first), bisect_left(self._firsts, end)
        if low == high:
            return _Piece(first, end, low, high, good, bad, False, False, _NOTHING)
        named = says = False
        names: set[str] = set()
        for name, kind, _, _ in self.mentions[low:high]:
            if kind == "praise":
                good = max(good, 1.0)
            elif kind == "blame":
                bad = max(bad, 1.0)
            names.add(name)
            named = named or name != "film" or kind in ("words", "praise", "blame")
            says = says or (name != "film" and kind in ("says", "praise", "blame"))
        return _Piece(first, end, low, high, good, bad, named, says, frozenset(names))

    def predicates(self, piece: "_Piece") -> bool:
        """Whether something that a piece names is followed by a verb."""
        at = piece.high
        while at > piece.low and self.mentions[at - 1].last + _FOLLOWS > piece.end:  # what follows it is not all inside
            at -= 1
            if self._is_followed(self.mentions[at], piece.end):
                return True
        return self._followed[at] > self._followed[piece.low]

    @cached_property
    def _followed(self) -> list[int]:
        """How many mentions are followed by a verb, before each: asked of pieces that grow word by word."""
        end = len(self.words)
        return [0, *accumulate(self._is_followed(mention, end) for mention in self.mentions)]

    def _is_followed(self, mention: Mention, end: int) -> bool:
        after = self.words[mention.last + 1 : min(end, mention.last + _FOLLOWS)]
        return mention.kind in ("words", "cues") and not VERBS.isdisjoint(after)

    def qualifies(self, piece: "_Piece") -> bool:
        """Whether a piece says more than what it names, and names it beside an article at most: "muddy sound"."""
        return self._telling[piece.end] > self._telling[piece.first]

    @cached_property
    def _telling(self) -> list[int]:
        """How many words say more than what is named, before each: no cut parts a mention."""
        named = {place for mention in self.mentions for place in range(mention.first, mention.last + 1)}
        return [
            0,
            *accumulate(
                place not in named and word not in CUTS and word not in COPULAS for place, word in enumerate(self.words)
            ),
        ]


_NOTHING: frozenset[str] = frozenset()
_FILM = frozenset({"film"})
_FOLLOWS = 3


class _Piece(NamedTuple):
    """Words `first` to `end` (half-open), what they name, and the strongest weights for and against among them.

    low, high: numbers of the mentions of the sentence that are its own (half-open). What is asked of a piece at each
    cut is a field and not counted anew, so that a sentence of thousands of words takes time in proportion to them.
    """

    first: int
    end: int
    low: int
    high: int
    good: float
    bad: float
    names: bool
    """Whether something is named that can be judged."""
    says: bool
    """Whether something other than the film is named by a phrase that judges it."""
    named: frozenset[str]
    """The aspects that are named."""

    def joined(self, other: "_Piece") -> "_Piece":
        """With the piece that follows."""
        return _Piece(
            self.first,
            other.end,
            self.low,
            other.high,
            max(self.good, other.good),
            max(self.bad, other.bad),
            self.names or other.names,
            self.says or other.says,
            self.named | other.named if other.named else self.named,
        )

    @property
    def judges(self) -> bool:
        """Whether something that is named is judged."""
        return self.names and (max(self.good, self.bad) >= STRONG_WORD or self.says)

    @property
    def mood(self) -> float:
        """Above 0 for more praise than blame."""
        return self.good - self.bad

    def against(self, other: "_Piece") -> bool:
        """Whether one praises and the other blames, both clearly."""
        return min(self.mood, other.mood) <= -STRONG_WORD and max(self.mood, other.mood) >= STRONG_WORD

    @property
    def subjects(self) -> frozenset[str]:
        """The aspects that are named, the film only where nothing else is."""
        return (self.named - _FILM) or self.named


def _stands(cut: int, left: _Piece, right: _Piece, read: _Read) -> bool:
    """Whether the cut between two pieces stands."""
    if cut == STRONG:
        return True
    long = left.end - left.first >= APART
    begins = read.words[right.first : min(right.end, right.first + 2)]
    if not SUBJECTS.isdisjoint(begins) and (right.names or max(right.good, right.bad) >= STRONG_WORD):
        return long and (left.judges or not left.names)
    if left.names and right.names:
        if left.subjects == right.subjects and not left.against(right):
            return False
        if cut == COMMA and read.qualifies(left) and read.qualifies(right):
            return True
        return (left.judges and right.judges) or (read.predicates(left) and read.predicates(right))
    return right.judges and long and not left.names


def _cuts(words: Words, text: str, mentions: Sequence[Mention]) -> list[int]:
    """Before each word: how strong a cut is there. None within a phrase of the vocabulary."""
    spelled, starts, ends = words
    cuts = [NONE] * len(spelled)
    known = list(map(CUTS.get, spelled))
    # Most words follow a single blank and begin nothing.
    places = [
        place
        for place, (cut, begin, end) in enumerate(zip(known[1:], starts[1:], ends, strict=False), 1)
        if cut is not None or begin - end != 1 or text[end] not in " '-"
    ]
    for place in places:
        word, cut = spelled[place], known[place]
        between = text[ends[place - 1] : starts[place]]
        after = spelled[place + 1] if place + 1 < len(spelled) else ""
        if (between not in (" ", ", ") and _PARTING.search(between)) or (
            after and (cut == STRONG or after in PAIRS.get(word, ()) or (word == "yet" and "," in between))
        ):
            cuts[place] = STRONG
        elif word == "if" and spelled[place - 1] == "as":
            continue
        elif word in TURNS:
            cuts[place - 1 if spelled[place - 1] in COPULAS else place] = WEAK
        elif "," in between:
            cuts[place] = COMMA
        elif "/" in between or cut == WEAK:
            cuts[place] = WEAK
        elif cut == FAINT:
            cuts[place] = FAINT
    for mention in mentions:
        for place in range(mention.first + 1, mention.last + 1):
            cuts[place] = NONE
    return cuts


def _clause(piece: _Piece, words: Words, read: _Read) -> Clause:
    mentions = tuple(read.mentions[piece.low : piece.high])
    first, last = piece.first, piece.end - 1
    named_first, named_last = (mentions[0].first, mentions[-1].last) if mentions else (last, first)
    while first < min(last, named_first) and words.spelled[first] in LEADING:
        first += 1
    while last > max(first, named_last) and words.spelled[last] in TRAILING:
        last -= 1
    return Clause(first, last, mentions)
