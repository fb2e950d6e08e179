"""Evidence of phrases: how people write one, whether it is a name, who wrote it, and sentences to quote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from reporting.themes.theme import QUOTES, Document, Minimums, Quote
from reporting.themes.words import NEGATION, STOP, TITLE, common_form, kind

SAMPLES: Final = 16
"""Places of a phrase that are looked at."""
QUOTE_CHARS: Final = 160
_LOOKED_AT: Final = 8 * QUOTE_CHARS
"""Characters of a sentence without an end that are looked at for a quote: some are blanks or cannot be shown."""
_USUAL: Final = 90
"""A quote near this length is read best."""
_NAME_SHARE: Final = 0.6
_ENDS: Final = ".!?\n"
_BEGINS: Final = frozenset('.!?:;"()“”…')
"""Behind these a capital means nothing."""
_PARTICLES: Final = frozenset(
    ("von", "van", "der", "den", "de", "del", "della", "di", "da", "du", "la", "le", "el", "al", "bin", "ibn", "ten")
)
"""Words of names that are written small."""
_LOOSE: Final = ")],;:'\"-. "
"""What belongs to the sentence before."""


@dataclass(slots=True)
class Evidence:
    """What is known of one phrase of one group; `words`: its common form."""

    words: tuple[str, ...] = ()
    taken: int = 0
    surfaces: Counter[str] = field(default_factory=Counter)
    capital: int = 0
    mixed: int = 0
    small: int = 0
    authors: Counter[int] = field(default_factory=Counter)
    unknown: int = 0
    quotes: list[tuple[int, int, int, str, int | None]] = field(default_factory=list)

    def note_author(self, document: Document) -> None:
        """One more review that holds it. Of many people only the first hundred are told apart."""
        if document.author is None:
            self.unknown += 1
        elif document.author in self.authors or len(self.authors) < 100:
            self.authors[document.author] += 1

    def take(self) -> bool:
        """Whether one more place is to be looked at."""
        self.taken += 1
        return self.taken <= SAMPLES

    def of_many(self, least: Minimums) -> bool:
        """Whether enough people wrote it, and no one most of it. A review of an unknown author is somebody's own."""
        people = len(self.authors) + self.unknown
        known = sum(self.authors.values())
        most = max(self.authors.values(), default=0)
        return people >= least.authors and 2 * most <= known + self.unknown

    def add(self, document: Document, plain: str, span: Span) -> None:
        """A place of the phrase in the review's plain text."""
        surface = " ".join(plain[span.start : span.end].split()).removesuffix("'s")
        self.words = self.words or span.words
        self.surfaces[surface] += 1
        if not span.begins:
            self.capital += span.capital
            self.mixed += span.mixed
            self.small += not (span.capital or span.mixed)
        text = sentence(plain, span)
        rank = abs(len(text) - _USUAL) + (1000 if len(text.split()) < 4 else 0)
        self.quotes.append((rank, len(self.quotes), document.key, text, document.author))

    @property
    def phrase(self) -> str:
        """As most write it; small where that is common."""
        if self.is_name:
            return self.surfaces.most_common(1)[0][0]
        counts: Counter[str] = Counter()
        for surface, n in self.surfaces.items():
            counts[surface.lower()] += n
        return counts.most_common(1)[0][0]

    @property
    def is_name(self) -> bool:
        """Whether most write it with capitals in the middle of a sentence."""
        return self.capital >= 2 and self.capital >= _NAME_SHARE * (self.capital + self.mixed + self.small)

    @property
    def holds_name(self) -> bool:
        """Whether it is a name and other words: "Rowlands played" says no more than the name."""
        named = self.capital + self.mixed
        return not self.is_name and named >= 2 and named >= _NAME_SHARE * (named + self.small)

    def best(self) -> tuple[Quote, ...]:
        """The quotes that read best, of different people where that is known."""
        chosen: list[Quote] = []
        said: set[str] = set()
        people: set[int] = set()
        for _, _, key, text, author in sorted(self.quotes, key=lambda one: one[:2]):
            if len(chosen) == QUOTES:
                break
            if text.casefold() in said or author in people or any(one.key == key for one in chosen):
                continue
            said.add(text.casefold())
            if author is not None:
                people.add(author)
            chosen.append(Quote(key, text))
        return tuple(chosen)


@dataclass(frozen=True, slots=True)
class Span:
    """A phrase at its place in a plain text; `begins`: it begins a sentence, where a capital means nothing.

    `capital`: it is written as a name is; `mixed`: it is not, and a word of it is.
    """

    start: int
    end: int
    words: tuple[str, ...]
    begins: bool
    capital: bool
    mixed: bool


def spans(
    plain: str, tokens: Sequence[tuple[int, int]], wanted: Iterable[tuple[int, int]]
) -> Iterator[tuple[tuple[int, int], Span]]:
    """The phrases that begin with these tokens and have so many words, as (first token, words).

    tokens: begin and end of each token of the text, as far as they are wanted.
    """
    for first, size in wanted:
        mine = [plain[begin:end] for begin, end in tokens[first : first + size]]
        kinds = [kind(word) for word in mine]
        titles = [bool(one & TITLE) for one in kinds if not one & (STOP | NEGATION)]
        others = [word for word, one in zip(mine, kinds, strict=True) if not one & (TITLE | STOP)]
        name = titles[-1] and all(word in _PARTICLES for word in others)  # "von Trier"
        begins = first == 0 or plain[slice(*tokens[first - 1])] in _BEGINS
        words = tuple(map(common_form, mine))
        place = tokens[first][0], tokens[first + size - 1][1]
        yield (first, size), Span(*place, words, begins, name, any(titles) and not name)


def sentence(plain: str, span: Span) -> str:
    """The sentence around it on one line, cut to `QUOTE_CHARS` around the phrase."""
    begin = max(plain.rfind(sign, 0, span.start) for sign in _ENDS) + 1
    before = "…" if span.start - begin > QUOTE_CHARS // 2 else ""
    if before:
        begin = plain.find(" ", span.start - QUOTE_CHARS // 2, span.start) + 1 or span.start
    last = begin + _LOOKED_AT
    ends = [at for sign in _ENDS if (at := plain.find(sign, span.end, last)) >= 0]
    end = min(ends, default=last) + 1
    found = plain[begin:end]
    if not found.isprintable():
        found = "".join(sign if sign.isprintable() else " " for sign in found)
    line = before + " ".join(found.split()).lstrip(_LOOSE)
    return line if len(line) <= QUOTE_CHARS else line[: QUOTE_CHARS - 1].rstrip() + "…"
