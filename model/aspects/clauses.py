"""Clauses: the parts of a sentence that can praise one thing and blame another, cut at conjunctions and signs.

A sentence is first cut wherever a clause may begin. Whether a cut stands depends on what it parts: a contrast ("but",
";") always, a comma or "and" where each side judges an aspect of its own, a preposition or an article where the sides
also differ in mood. "The acting and the story are great" stays whole; "great acting, dull story" does not. The time is
linear in the words of the sentence.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from model.aspects.vocabulary import Mention

LONGEST = 60
"""Words of the longest clause; what is longer is cut there."""
STRONG_WORD = 0.5
"""A word whose own weight in the model's n-gram part is at least so far from 0 is for or against something."""
_APART = 3
"""Words of the shortest piece without an aspect that stands apart from a judgement beside it."""


class Word(NamedTuple):
    """A word in lower case, and its half-open range in the text."""

    text: str
    start: int
    end: int


class _Cut(IntEnum):
    """How much it takes for a cut to stand."""

    NONE = 0
    FAINT = 1
    WEAK = 2
    STRONG = 3


@dataclass(frozen=True, slots=True)
class Clause:
    """Words `first` to `last` of a sentence without its leading conjunction, and the aspects they name."""

    first: int
    last: int
    mentions: tuple[Mention, ...]


_CONTRASTS = frozenset("but although though however while whilst whereas despite except nevertheless nonetheless".split())
_PAIRS = {"even": ("if", "though", "when"), "apart": ("from",), "aside": ("from",), "other": ("than",), "yet": ("it",)}
_JOINS = frozenset("and or nor with which who whom whose because so until since plus as when where if".split())
_FAINT = frozenset("in under over by for a an the some such so its his her this that at on from into".split())
_TURNS = frozenset(
    "let wrecked ruined spoiled spoilt marred undone saddled hampered hobbled sunk undermined saved redeemed lifted "
    "elevated rescued buried drowned cannot can't can couldn't could propped".split()
)
_COPULAS = frozenset("is are was were gets get got be been being".split())
_VERBS = _COPULAS | frozenset("looks look sounds sound feels feel seems seem has have does do did made makes had".split())
_SUBJECTS = frozenset("i it we they you he she this there".split())
_LEADING = frozenset("and but or so yet although though while whilst whereas because then plus however even".split())
_TRAILING = frozenset("and but or as by with nor so because".split())
_PARTING = re.compile(r"[;:()\[\]\u2013\u2014]|--|\.\.\.|\s-\s|\n|[.!?]\s")


def split(words: Sequence[Word], text: str, mentions: Sequence[Mention], strengths: Mapping[str, float]) -> list[Clause]:
    """The clauses of one sentence, in order; every word is in one, conjunctions at their beginnings in none.

    words: the sentence's, with their places in `text`; mentions: as `Vocabulary.find` gives them for these words;
    strengths: weight of a word for (above 0) or against.
    """
    cuts = _cuts(words, text, mentions)
    places = [0, *(place for place, cut in enumerate(cuts) if place and cut >= _Cut.WEAK)]
    read = _Read(words, mentions, strengths)
    kept: list[_Piece] = []
    for first, end in zip(places, [*places[1:], len(words)], strict=True):
        piece = read.piece(first, end)
        if kept and not _stands(cuts[first], kept[-1], piece, words):
            kept[-1] = read.piece(kept[-1].first, end)
        else:
            kept.append(piece)
    bounded = (read.piece(start, end) for piece in kept for start, end in _bounded(piece))
    return [_clause(part, words) for piece in bounded for part in _parted(piece, cuts, read)]


def _bounded(piece: "_Piece") -> list[tuple[int, int]]:
    """Where a piece begins and ends, or its parts where it is longer than a clause can be."""
    starts = range(piece.first, piece.end, LONGEST)
    return [(start, min(piece.end, start + LONGEST)) for start in starts]


def _parted(piece: "_Piece", cuts: Sequence[_Cut], read: "_Read") -> list["_Piece"]:
    """A piece, cut at prepositions and articles where both sides judge, one for and one against."""
    parts: list[_Piece] = []
    if piece.good >= STRONG_WORD and piece.bad >= STRONG_WORD:
        for place in range(piece.first + 1, piece.end):
            if cuts[place] == _Cut.FAINT:
                left, right = read.piece(piece.first, place), read.piece(place, piece.end)
                if left.judges and right.judges and left.mood * right.mood < 0:
                    parts.append(left)
                    piece = right
    return [*parts, piece]


class _Read:
    """A sentence's words with what they name and how far each is for or against something."""

    def __init__(self, words: Sequence[Word], mentions: Sequence[Mention], strengths: Mapping[str, float]) -> None:
        self._words, self._mentions = words, mentions
        self._weights = [strengths.get(word.text, 0.0) for word in words]
        self._firsts = [mention.first for mention in mentions]

    def piece(self, first: int, end: int) -> "_Piece":
        """Words `first` to `end` (half-open)."""
        own = tuple(self._mentions[bisect_left(self._firsts, first) : bisect_left(self._firsts, end)])
        weights = self._weights[first:end]
        kinds = {mention.kind for mention in own}
        good = max(1.0 if "praise" in kinds else 0.0, *weights)
        bad = max(1.0 if "blame" in kinds else 0.0, *(-weight for weight in weights))
        predicate = any(
            word.text in _VERBS
            for mention in own
            if mention.kind in ("words", "cues")
            for word in self._words[mention.last + 1 : min(end, mention.last + 3)]
        )
        return _Piece(first, end, own, good, bad, predicate)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words `first` to `end` (half-open), what they name, the strongest weights for and against among them, and
    whether what they name is followed by a verb."""

    first: int
    end: int
    mentions: tuple[Mention, ...]
    good: float
    bad: float
    predicate: bool

    @property
    def names(self) -> bool:
        """Whether something is named that can be judged."""
        return any(mention.name != "film" or mention.kind in ("words", "praise", "blame") for mention in self.mentions)

    @property
    def judges(self) -> bool:
        """Whether something that is named is judged."""
        return self.names and (
            max(self.good, self.bad) >= STRONG_WORD
            or any(mention.kind in ("says", "praise", "blame") and mention.name != "film" for mention in self.mentions)
        )

    @property
    def mood(self) -> float:
        """Above 0 for more praise than blame."""
        return self.good - self.bad

    @property
    def subjects(self) -> set[str]:
        """The aspects that are named, the film only where nothing else is."""
        found = {mention.name for mention in self.mentions if mention.name != "film"}
        return set(found) or {mention.name for mention in self.mentions}


def _stands(cut: _Cut, left: _Piece, right: _Piece, words: Sequence[Word]) -> bool:
    """Whether the cut between two pieces stands."""
    if cut == _Cut.STRONG:
        return True
    long = left.end - left.first >= _APART
    begins = {word.text for word in words[right.first : min(right.end, right.first + 2)]}
    if begins & _SUBJECTS and (right.names or max(right.good, right.bad) >= STRONG_WORD):
        return long and (left.judges or not left.names)
    if left.names and right.names:
        if left.subjects == right.subjects and left.mood * right.mood >= 0:
            return False
        return (left.judges and right.judges) or (left.predicate and right.predicate)
    return right.judges and long and not left.names


def _cuts(words: Sequence[Word], text: str, mentions: Sequence[Mention]) -> list[_Cut]:
    """Before each word: how strong a cut is there. None within a phrase of the vocabulary."""
    cuts = [_Cut.NONE] * len(words)
    for place in range(1, len(words)):
        word = words[place].text
        between = text[words[place - 1].end : words[place].start]
        after = words[place + 1].text if place + 1 < len(words) else ""
        if (between not in (" ", ", ") and _PARTING.search(between)) or (
            after and (word in _CONTRASTS or after in _PAIRS.get(word, ()) or (word == "yet" and "," in between))
        ):
            cuts[place] = _Cut.STRONG
        elif word == "if" and words[place - 1].text == "as":
            continue
        elif "," in between or word in _JOINS or "/" in between:
            cuts[place] = _Cut.WEAK
        elif word in _TURNS:
            cuts[place - 1 if words[place - 1].text in _COPULAS else place] = _Cut.WEAK
        elif word in _FAINT:
            cuts[place] = _Cut.FAINT
    for mention in mentions:
        cuts[mention.first + 1 : mention.last + 1] = [_Cut.NONE] * (mention.last - mention.first)
    return cuts


def _clause(piece: _Piece, words: Sequence[Word]) -> Clause:
    first = piece.first
    while first < piece.end - 1 and words[first].text in _LEADING and not any(m.first <= first for m in piece.mentions):
        first += 1
    last = piece.end - 1
    while last > first and words[last].text in _TRAILING and not any(m.last >= last for m in piece.mentions):
        last -= 1
    return Clause(first, last, tuple(piece.mentions))
