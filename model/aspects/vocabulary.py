"""The vocabulary of aspects: phrases of `vocabulary.toml`, found in a sentence's words by the longest that fits."""

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast, get_args

from common.aspects import NAMES, Name

Kind = Literal["words", "cues", "says", "praise", "blame"]
"""What a phrase tells, as the head of `vocabulary.toml` says; the later ones tell more."""
KINDS: tuple[Kind, ...] = get_args(Kind)

FILE = Path(__file__).parent / "vocabulary.toml"
ANY = "*"
NONE = "none"
_LEAST_PLURAL = 3
"""Letters of the shortest word that has a plural here."""


class Mention(NamedTuple):
    """An aspect in words `first` to `last` (both within the sentence's words), and what its phrase tells."""

    name: Name
    kind: Kind
    first: int
    last: int


class VocabularyError(ValueError):
    """The vocabulary names something that is no aspect or no kind of phrase."""


class Vocabulary:
    """Phrases as a trie by words. Finding takes time linear in the words, whatever they are."""

    def __init__(self, phrases: dict[str, dict[str, list[str]]]) -> None:
        self.root: dict[str, Any] = {}
        """A node: by each word the node that it leads to, and under "" the kind of each aspect of what ends here."""
        self.words: set[str] = set()
        self.longest = 0
        for name, kinds in phrases.items():
            for kind, lines in kinds.items():
                if (name != NONE and name not in NAMES) or kind not in KINDS:
                    raise VocabularyError(f"{name}.{kind} is no list of the vocabulary.")
                for phrase in (phrase.split() for line in lines for phrase in line.split(",")):
                    self._add(phrase, name, kind)

    def _add(self, phrase: list[str], name: str, kind: Kind) -> None:
        for words in product(*(choices.split("/") for choices in phrase)):
            for last in _numbers(words[-1]) if kind in ("words", "cues") else words[-1:]:
                node = self.root
                self.words.update((*words[:-1], last))
                for word in (*words[:-1], last):
                    node = node.setdefault(word, {})
                found: dict[str, Kind] = node.setdefault("", {})
                if name not in found or KINDS.index(kind) > KINDS.index(found[name]):
                    found[name] = kind
                self.longest = max(self.longest, len(words))

    def find(self, words: Sequence[str]) -> list[Mention]:
        """Aspects that lower-case `words` name, in order; of phrases that overlap the first, of those the longest."""
        found: list[Mention] = []
        free, most = 0, len(words)
        for at, node in enumerate(map(self.root.get, words)):
            # Common words begin many phrases: the second word tells that most of them are none.
            if (
                node is None
                or at < free
                or not ("" in node or ANY in node or (at + 1 < most and words[at + 1] in node))
            ):
                continue
            free, names = _longest(node, words, at + 1)
            found += [Mention(cast("Name", name), kind, at, free - 1) for name, kind in names.items() if name != NONE]
        return found


def _longest(node: dict[str, Any], words: Sequence[str], at: int) -> tuple[int, dict[str, Kind]]:
    """Where the longest phrase below `node` ends that goes on at a word, and the kind of each aspect; else `at`."""
    best: tuple[int, dict[str, Kind]] = (at, node.get("", {}))
    if at < len(words):
        for key in (words[at], ANY):
            if (below := node.get(key)) is not None:
                further = _longest(below, words, at + 1)
                if further[1] and (further[0] > best[0] or not best[1]):
                    best = further
    return best


def _numbers(word: str) -> tuple[str, ...]:
    """A word and its regular plural."""
    if len(word) < _LEAST_PLURAL or not word.isalpha() or word.endswith("s"):
        return (word,)
    if word.endswith("y") and word[-2] not in "aeiou":
        return word, f"{word[:-1]}ies"
    return word, f"{word}es" if word.endswith(("x", "ch", "sh")) else f"{word}s"


def lists(path: Path = FILE) -> dict[str, dict[str, list[str]]]:
    """The lists of a file as they stand there: aspect, kind, lines of phrases."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def shipped() -> Vocabulary:
    """The vocabulary of the repository, read once."""
    return Vocabulary(lists())
