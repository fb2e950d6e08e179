"""Aspects of many texts at a time: `model.aspects.finder` in compiled code, with the same results to the bit.

For plain ASCII, which nearly all reviews are once they are cleaned. Raises what importing Numba or compiling raises.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from common.aspects import NAMES, Name, Polarity
from model.aspects import clause_kernel as kernel
from model.aspects import clauses, finder, opinion, vocabulary
from model.aspects.finder import Aspect, Finder
from model.aspects.opinion import Opinion
from model.aspects.vocabulary import ANY, KINDS, NONE, Kind, Vocabulary
from model.numeric import Floats
from model.text.cleaning import Places, aligned
from model.text.cue_words import NEGATIONS

_SLICE = 128
"""Texts that are read at a time: the memory for them is bounded."""
_SIDES: Final[tuple[Polarity, ...]] = ("neutral", "positive", "negative")
"""By a side of 0, 1 or -1."""
_BITS: Final[Mapping[int, Iterable[str]]] = {
    kernel.TURN: clauses.TURNS,
    kernel.COPULA: clauses.COPULAS,
    kernel.VERB: clauses.VERBS,
    kernel.SUBJECT: clauses.SUBJECTS,
    kernel.LEADING: clauses.LEADING,
    kernel.TRAILING: clauses.TRAILING,
    kernel.NEGATION: NEGATIONS,
    kernel.LINK: finder.LINKS,
    kernel.STARTS: finder.STARTS,
    kernel.PEOPLE: finder.PEOPLE,
    kernel.REFERS: finder.REFERS | finder.WITHOUT_SUBJECT,
    kernel.IF: ("if",),
    kernel.AS: ("as",),
    kernel.YET: ("yet",),
}


@dataclass(frozen=True, slots=True)
class Drafts:
    """The drafts of some texts, in order.

    numbers int64 [n, `kernel.COLUMNS`], floats float64 [n, `kernel.FLOATS`]: a row for each; codes uint8: its distinct
    mentions without their places, one draft's after the other's.
    """

    numbers: NDArray[np.int64]
    floats: Floats
    codes: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.numbers)


class _Read(NamedTuple):
    """A `finder.Reading`: of each part, drafts in compiled code, and of texts beyond ASCII what plain code reads."""

    compiled: "CompiledFinder"
    texts: Sequence[str]
    parts: list[Drafts]
    plain: finder.Reading
    plainly: list[int]

    @property
    def pieces(self) -> list[str]:
        """As `finder.Reading.pieces`, those that plain code found at the end."""
        columns = [kernel.TEXT, kernel.START, kernel.END]
        rows = (row for part in self.parts for row in part.numbers[:, columns].tolist())
        return [self.texts[text][start:end] for text, start, end in rows] + self.plain.pieces

    def aspects(self, logits: Floats) -> list[list[Aspect]]:
        """As `finder.Reading.aspects`."""
        found: list[list[Aspect]] = [[] for _ in self.texts]
        place = 0
        for part in self.parts:
            for text, own in self.compiled.aspects(part, logits[place : place + len(part)]).items():
                found[text] = own
            place += len(part)
        for text, own in zip(self.plainly, self.plain.aspects(logits[place:]), strict=True):
            found[text] = own
        return found


class CompiledFinder:
    """A vocabulary and a model of what is an opinion as tables for compiled code. Threads may share one."""

    def __init__(self, phrases: Vocabulary, judged: Opinion) -> None:
        self._plain = Finder(phrases, judged)
        words = sorted({*phrases.words, *judged.words, *judged.leanings, *clauses.CUTS, *_listed()})
        self._number = {word: number for number, word in enumerate(words)}
        self._judged = (judged.bias, np.asarray(judged.weights))
        spelled = [word.encode() for word in words]
        joined = np.frombuffer(b"".join(spelled) + b"\0", dtype=np.uint8)
        begins = np.cumsum([0, *map(len, spelled)], dtype=np.int64)
        slots = np.full(1 << (4 * len(words)).bit_length(), -1, dtype=np.int32)
        kernel.index(joined, begins, slots)
        cuts = [*(clauses.CUTS.get(word, -1) for word in words), -1]
        marks = np.stack([np.asarray(cuts, dtype=np.int64), self._marked(_BITS), *self._pairs()], axis=1)
        scores = np.stack([self._floats(judged.words), self._floats(judged.leanings)], axis=1)
        self._words = ((slots, joined, begins), marks, scores)
        self._trie, self._names = self._tables(phrases)
        drafts = self.drafts([(0, "It compiles the rest.")])
        self.aspects(drafts, np.zeros(len(drafts)))

    def read(self, texts: Sequence[str]) -> finder.Reading:
        """Finds the clauses of texts, as `Finder.read` does."""
        parts: list[Drafts] = []
        plainly: list[int] = []
        for first in range(0, len(texts), _SLICE):
            places: dict[int, Places] = {}
            own: list[tuple[int, str]] = []
            for number, text in enumerate(texts[first : first + _SLICE], first):
                plain, moved = aligned(text)
                if not plain.isascii():
                    plainly.append(number)
                    continue
                own.append((number, plain))
                if moved is not None:
                    places[number] = moved
            parts.append(_moved(self.drafts(own), places))
        return _Read(self, texts, parts, self._plain.read([texts[number] for number in plainly]), plainly)

    def drafts(self, texts: Sequence[tuple[int, str]]) -> Drafts:
        """The drafts of plain ASCII texts, each with a number that comes in the column `kernel.TEXT`."""
        plain = np.frombuffer("".join(text for _, text in texts).encode("ascii") + b"\0", dtype=np.uint8)
        low = np.frombuffer(plain.tobytes().lower(), dtype=np.uint8)
        bounds = np.cumsum([0, *(len(text) for _, text in texts)], dtype=np.int64)
        most = sum(min(finder.MOST_WORDS, len(text) // 2 + 1) for _, text in texts)
        numbers = np.empty((most, kernel.COLUMNS), dtype=np.int64)
        floats = np.empty((most, kernel.FLOATS), dtype=np.float64)
        codes = np.empty(most * self._names, dtype=np.uint8)
        known = (*self._words, self._trie, self._judged, self._names)
        found = kernel.drafts(plain, low, bounds, *known, numbers, floats, codes)
        numbers = numbers[:found].copy()
        numbers[:, kernel.START : kernel.END + 1] -= bounds[numbers[:, kernel.TEXT]][:, None]
        numbers[:, kernel.TEXT] = np.asarray([number for number, _ in texts])[numbers[:, kernel.TEXT]]
        written = numbers[:, kernel.CODES_END].max(initial=0)
        return Drafts(numbers, floats[:found].copy(), codes[:written].copy())

    def aspects(self, drafts: Drafts, logits: Floats) -> dict[int, list[Aspect]]:
        """The aspects of each text by its number, those without left out, of the calibrated logit (float64 [n]) of each
        draft."""
        numbers = drafts.numbers
        probabilities = finder.probabilities(logits, numbers[:, kernel.HINT])
        most = len(NAMES) * len(drafts)
        of_draft, names, told = np.empty(most, np.int64), np.empty(most, np.int8), np.empty(most, np.int8)
        sides = np.where(probabilities >= 0.5, 1, -1).astype(np.int8)
        given = (numbers, drafts.floats, drafts.codes, self._judged[1], logits, sides)
        n = kernel.aspects(*given, of_draft, names, told)
        of_draft = of_draft[:n]
        texts, starts, ends = (numbers[of_draft, column].tolist() for column in (kernel.TEXT, kernel.START, kernel.END))
        found: dict[int, list[Aspect]] = {}
        rows = zip(
            texts, names[:n].tolist(), starts, ends, told[:n].tolist(), probabilities[of_draft].tolist(), strict=True
        )
        for text, name, start, end, side, probability in rows:
            found.setdefault(text, []).append(Aspect(NAMES[name], start, end, _SIDES[side], probability))
        return found

    def _floats(self, values: Mapping[str, float]) -> Floats:
        return np.asarray([*(values.get(word, 0.0) for word in self._number), 0.0])

    def _marked(self, bits: Mapping[int, Iterable[str]]) -> NDArray[np.int64]:
        """The bits of each word, and none for the unknown one."""
        found = np.zeros(len(self._number) + 1, dtype=np.int64)
        for bit, words in bits.items():
            for word in words:
                found[self._number[word]] |= bit
        return found

    def _pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """A bit for each first word of `clauses.PAIRS`: of the word itself, and of those that may follow."""
        firsts = {1 << number: (word,) for number, word in enumerate(clauses.PAIRS)}
        seconds = {1 << number: words for number, words in enumerate(clauses.PAIRS.values())}
        return self._marked(firsts), self._marked(seconds)

    def _tables(self, phrases: Vocabulary) -> tuple[tuple[Any, ...], int]:
        """The trie of the phrases as arrays, as `kernel.drafts` takes it, and the most names of a phrase."""
        nodes = [phrases.root]
        begins, words, below, anys, name_begins, codes, most = [0], [], [], [], [0], [], 1
        for node in nodes:  # grows as it goes
            children = sorted((self._number[word], child) for word, child in node.items() if word not in ("", ANY))
            for word, child in children:
                words.append(word)
                below.append(len(nodes))
                nodes.append(child)
            anys.append(len(nodes) if ANY in node else -1)
            if ANY in node:
                nodes.append(node[ANY])
            names = node.get("", {})
            codes += [
                -1 if name == NONE else NAMES.index(name) * kernel.KINDS + KINDS.index(names[name]) for name in names
            ]
            most = max(most, len(names))
            begins.append(len(words))
            name_begins.append(len(codes))
        root = np.full(len(self._number) + 1, -1, dtype=np.int64)
        root[words[: begins[1]]] = below[: begins[1]]
        return (
            root,
            *(np.asarray(one, dtype=np.int64) for one in (begins, words, below, anys, name_begins, codes)),
        ), most


def _code(name: Name, kind: Kind) -> int:
    return NAMES.index(name) * kernel.KINDS + KINDS.index(kind)


def _moved(drafts: Drafts, places: Mapping[int, Places]) -> Drafts:
    """Drafts in the texts as they came, of those in plain ones whose signs have these places."""
    numbers = drafts.numbers
    for row in np.flatnonzero(np.isin(numbers[:, kernel.TEXT], list(places))).tolist():
        own = places[int(numbers[row, kernel.TEXT])]
        numbers[row, kernel.START] = own[numbers[row, kernel.START]][0]
        numbers[row, kernel.END] = own[numbers[row, kernel.END] - 1][1]
    return drafts


def _listed() -> set[str]:
    """All words of the lists that clauses are cut and read by."""
    return {word for words in (*_BITS.values(), clauses.PAIRS, *clauses.PAIRS.values()) for word in words}


@lru_cache(maxsize=1)
def shipped() -> CompiledFinder:
    """The finder with the vocabulary and the opinion model of the repository."""
    return CompiledFinder(vocabulary.shipped(), opinion.shipped())
