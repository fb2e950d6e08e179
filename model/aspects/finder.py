"""Aspects of a text: which clauses judge what, found by the vocabulary and judged by the scorer.

Two steps, so that the clauses of many texts are scored in one call: `Finder.drafts` reads a text and says which clauses
the scorer must read, `Finder.aspects` makes aspects of their logits.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from common.aspects import Name, Polarity
from model.aspects import clauses, opinion, vocabulary
from model.aspects.clauses import Clause, Words, words_of
from model.aspects.opinion import Opinion, Signs, logit_of
from model.aspects.vocabulary import Mention, Vocabulary
from model.numeric import Floats, sigmoid
from model.text.cleaning import aligned
from model.text.cue_words import NEGATIONS
from model.text.tokens import cap

MOST_WORDS = 4_096
"""Words that are looked at: of a longer text the first quarter and the last three quarters of so many."""
MOST_CLAUSES = 200
"""Clauses of one text that are scored: of more the first quarter and the last three quarters."""
NAMED = 0.35
"""Least probability of an opinion where an aspect is named by a word that speaks of films only."""
CUED = 0.4
"""The same where the word is used of other things too."""
CLEAR = 1.3
"""From this logit on a clause that names an aspect judges it, whatever its words, outside a retold plot."""
PERSON = 0.4
"""The same where nothing but a person is."""
BARE = 0.5
"""The same where nothing is named, and the film as a whole is meant."""
SHORT = 8
"""Sentences of the longest text in which a clause that names nothing is taken for one on the film as a whole: of a
longer one the verdict says that."""
BESIDE = 0.75
"""The same where the rest of the sentence is about something else."""
HINT = 2.5
"""What a phrase that goes one way by itself adds to the clause's logit."""
LOGITS = tuple(map(logit_of, (NAMED, CUED, PERSON, BARE, BESIDE)))
"""Those probabilities as logits, in this order: what is compared is the logit, which needs no exponential."""
_NAMED, _CUED, _PERSON, _BARE, _BESIDE = LOGITS
PLOT = -1.6
"""A sentence whose words sum up to less retells a plot: what it names without an opinion is not the film's."""

_WORD = re.compile(r"[^\W_]+(?:/[0-9]+|(?:'[^\W_]+)*)")
_END = re.compile(r"[.!?]{1,6}[\"')\]]{0,3}(?=\s)|\n")
STARTS = words_of("the this that these those a an i it in on at as if but and or so no not my his her their our")
REFERS = words_of("it they")
PEOPLE = words_of("he she he's she's")
LINKS = words_of("is was are were be feels felt seems seemed looks looked sounds sounded gets got")
WITHOUT_SUBJECT = words_of("is was are were has had does did")
SUREST = 2.5
"""A clause that would be no opinion with this logit either is not scored."""
NEAR = 3
BEGINNING = 40
"""Characters of a clause in which a name is its subject."""


class Aspect(NamedTuple):
    """What one clause says about one aspect of a film.

    start, end: half-open character range of the clause in the text as given; polarity: `neutral` where the clause
    speaks of the aspect and is neither for nor against it; probability: calibrated probability (0..1) of positive.
    """

    name: Name
    start: int
    end: int
    polarity: Polarity
    probability: float


@dataclass(frozen=True, slots=True)
class Draft:
    """A clause that the scorer must read: its range in the text, and what is known of it before.

    hint: above 0 where its phrases are praise by themselves, below 0 for blame; sentence, words, strength: as in
    `model.aspects.opinion.Signs`; sentence_number: to know its neighbours; person: it begins with somebody's name.
    """

    start: int
    end: int
    mentions: tuple[Mention, ...]
    hint: int
    sentence: float
    words: float
    strength: float
    number: int
    person: bool
    refers: bool


class _Sentence(NamedTuple):
    """What the clauses of a sentence share; about: `Opinion.sum_of` its words; bare: as `SHORT` says."""

    number: int
    words: Words
    plain: str
    weights: Sequence[float]
    about: float
    bare: bool


class Reading(Protocol):
    """Texts whose clauses are found."""

    @property
    def pieces(self) -> list[str]:
        """The clauses that the scorer must read, text by text."""

    def aspects(self, logits: Floats) -> list[list[Aspect]]:
        """The aspects of each text, in order, of the calibrated logit (float64 [n]) of each piece."""


class Finder:
    """Finds aspects with a vocabulary and a model of what is an opinion. Stateless: threads may share one."""

    def __init__(self, phrases: Vocabulary, judged: Opinion) -> None:
        self._phrases, self._opinion = phrases, judged

    def read(self, texts: Sequence[str]) -> Reading:
        """Finds the clauses of texts."""
        return _Drafted(self, texts, [self.drafts(text) for text in texts])

    def drafts(self, text: str) -> list[Draft]:
        """The clauses of `text` that may say something of an aspect, at most `MOST_CLAUSES`; in linear time."""
        plain, places = aligned(text)
        found: list[Draft] = []
        leaning = self._opinion.leanings.get
        read = list(_sentences(plain))
        bare = len(read) <= SHORT
        for number, words in enumerate(read):
            mentions = self._phrases.find(words.spelled)
            if not mentions and not bare and not _may_be_person(plain[words.starts[0] : words.ends[-1]]):
                continue
            weights = list(map(leaning, words.spelled, repeat(0.0)))
            sentence = _Sentence(number, words, plain, weights, self._opinion.sum_of(words.spelled), bare)
            for clause in clauses.split(words, plain, mentions, weights):
                found += self._draft(clause, sentence)
        found = cap(found, MOST_CLAUSES)
        if places is None:
            return found
        return [_moved(draft, places[draft.start][0], places[draft.end - 1][1]) for draft in found]

    def _draft(self, clause: Clause, sentence: "_Sentence") -> Iterator[Draft]:
        """The draft of a clause, where it may come to something."""
        words = sentence.words
        own = words.spelled[clause.first : clause.last + 1]
        weights = sentence.weights[clause.first : clause.last + 1]
        strength = max(max(weights), -min(weights))
        start, end = words.starts[clause.first], _with_sign(sentence.plain, words.ends[clause.last])
        named = any(mention.name != "film" or mention.kind != "says" for mention in clause.mentions)
        person = own[0] in PEOPLE
        if not person and all(mention.kind == "says" for mention in clause.mentions):
            person = _is_person(sentence.plain[start:end])
        refers = own[0] in REFERS or own[0] in WITHOUT_SUBJECT
        if not (named or sentence.bare or (strength >= clauses.STRONG_WORD and (person or refers))):
            return
        mentions = clause.mentions
        if len(mentions) > 1:
            mentions = tuple(_without_epithets(mentions, words.spelled))
        hint = sum(_hint(mention, words.spelled) for mention in mentions)
        about = self._opinion.sum_of(own)
        draft = Draft(start, end, mentions, hint, sentence.about, about, strength, sentence.number, person, refers)
        if hint or self.opinion(draft, SUREST) >= _NAMED or _distinct(mentions, ("words",)):
            yield draft

    def aspects(self, drafts: Sequence[Draft], logits: Floats) -> list[Aspect]:
        """The aspects of a text, in order, of its drafts and the calibrated logit (float64 [n]) of each."""
        likely = probabilities(logits, np.asarray([draft.hint for draft in drafts], dtype=np.int64)).tolist()
        found: list[Aspect] = []
        named_in = {draft.number for draft in drafts if any(mention.name != "film" for mention in draft.mentions)}
        before: tuple[int, tuple[Name, ...]] = (-1, ())
        for draft, logit, probability in zip(drafts, logits.tolist(), likely, strict=True):
            sure = self.opinion(draft, logit)
            inherited = before[1] if draft.refers and before[0] == draft.number else ()
            if abs(logit) >= CLEAR and draft.sentence >= PLOT:
                sure = max(sure, _CUED)
            names = _names(draft, sure, inherited, alone=draft.number not in named_in)
            polarity: Polarity = "positive" if probability >= 0.5 else "negative"
            if names:
                found += [Aspect(name, draft.start, draft.end, polarity, probability) for name in names]
                before = draft.number, tuple(names)
            elif draft.sentence >= PLOT:
                found += [
                    Aspect(name, draft.start, draft.end, "neutral", probability)
                    for name in _distinct(draft.mentions, ("words",))
                    if name not in ("film", "story")
                ]
        return found

    def opinion(self, draft: Draft, logit: float) -> float:
        """Logit of the probability that a clause with this calibrated logit is an opinion."""
        says = any(mention.kind in ("says", "praise", "blame") for mention in draft.mentions)
        return self._opinion.logit(Signs(logit, draft.sentence, draft.words, draft.strength, says))


class _Drafted(NamedTuple):
    """A `Reading` in plain code."""

    finder: Finder
    texts: Sequence[str]
    drafts: list[list[Draft]]

    @property
    def pieces(self) -> list[str]:
        """As `Reading.pieces`."""
        return [text[one.start : one.end] for text, own in zip(self.texts, self.drafts, strict=True) for one in own]

    def aspects(self, logits: Floats) -> list[list[Aspect]]:
        """As `Reading.aspects`."""
        parts = np.split(logits, np.cumsum([len(own) for own in self.drafts], dtype=np.int64))[:-1]
        return [self.finder.aspects(own, part) for own, part in zip(self.drafts, parts, strict=True)]


def probabilities(logits: Floats, hints: NDArray[np.int64]) -> Floats:
    """Probability (float64 [n]) of positive, of calibrated logits [n] and `Draft.hint` [n]."""
    return sigmoid(logits + HINT * np.sign(hints))


def _names(draft: Draft, sure: float, inherited: tuple[Name, ...], *, alone: bool) -> list[Name]:
    """The aspects that a clause is for or against, where `sure` is the logit of its being an opinion."""
    kinds: tuple[vocabulary.Kind, ...] = ("says", "praise", "blame")
    hinted = bool(draft.hint) and draft.sentence >= PLOT
    if sure < _NAMED and not hinted:
        return []
    kinds = (*kinds, "words")
    if sure >= _CUED or hinted:
        kinds = (*kinds, "cues")
    named: list[Name] = [name for name in _distinct(draft.mentions, kinds) if name != "film"]
    if draft.person and sure >= _PERSON and not _distinct(draft.mentions, ("words", "cues", "praise", "blame")):
        return ["acting"]
    if named:
        return named
    if _distinct([mention for mention in draft.mentions if mention.name == "film"], ("words", "praise", "blame")):
        return ["film"]
    if sure < _BARE:
        return []
    if draft.person:
        return ["acting"]
    if inherited:
        return list(inherited)
    return ["film"] if alone or (sure >= _BESIDE and "film" in _distinct(draft.mentions, ("says",))) else []


def _distinct(mentions: Sequence[Mention], kinds: Sequence[vocabulary.Kind]) -> list[Name]:
    return list(dict.fromkeys(mention.name for mention in mentions if mention.kind in kinds))


def _without_epithets(mentions: Sequence[Mention], words: Sequence[str]) -> Iterator[Mention]:
    """Mentions without those that only say how another is: "a gripping story" and "the jokes are predictable" speak of
    story and jokes. What is slow or long is so beside the story too."""
    nouns = [mention for mention in mentions if mention.kind in ("words", "cues") and mention.name != "film"]
    for one in mentions:
        if one.kind != "says" or one.name == "film" or not any(_is_epithet(one, noun, words) for noun in nouns):
            yield one


def _is_epithet(one: Mention, noun: Mention, words: Sequence[str]) -> bool:
    if one.name == noun.name or (one.name == "pacing" and noun.name == "story"):
        return False
    if 0 <= noun.first - one.last - 1 <= 1:
        return True
    between = words[noun.last + 1 : one.first]
    return 1 <= len(between) <= NEAR and not LINKS.isdisjoint(between)


def _hint(mention: Mention, words: Sequence[str]) -> int:
    if mention.kind not in ("praise", "blame"):
        return 0
    before = words[max(0, mention.first - NEAR) : mention.first]
    if not NEGATIONS.isdisjoint(before) or any(word.endswith("n't") for word in before):
        return 0
    return 1 if mention.kind == "praise" else -1


def sentence_words(text: str) -> list[str]:
    """All words of a plain text in lower case, as the vocabulary and the opinion model know them."""
    return _WORD.findall(text.lower())


def _sentences(plain: str) -> Iterator[Words]:
    """The words of each sentence; of a long text those of its beginning and its end."""
    lowered = plain.lower()
    if len(lowered) != len(plain):
        lowered = "".join(sign if len(sign.lower()) != 1 else sign.lower() for sign in plain)
    found = [match.span() for match in _WORD.finditer(lowered)]
    spans = cap(found, MOST_WORDS)
    # What is left out ends a sentence, so that no clause reaches over it.
    gap = {MOST_WORDS // 4} if len(found) > MOST_WORDS else set()
    starts, ends = [span[0] for span in spans], [span[1] for span in spans]
    bounds = sorted({bisect_left(starts, match.end()) for match in _END.finditer(plain)} | gap | {len(starts)})
    first = 0
    for last in bounds:
        if last > first:
            own, closed = starts[first:last], ends[first:last]
            yield Words([lowered[start:end] for start, end in zip(own, closed, strict=True)], own, closed)
            first = last


def _with_sign(plain: str, end: int) -> int:
    """The end of a clause with the full stop or the like that follows."""
    while end < len(plain) and plain[end] in ".!?":
        end += 1
    return end


_CAPITALS = re.compile(r"(?<![\w.])([A-Z][a-z]+)[.,']{0,2} [A-Z][a-z]")


def _may_be_person(sentence: str) -> bool:
    return bool(_CAPITALS.search(sentence)) or sentence[:3].lower() in ("he ", "she", "he'")


def _is_person(clause: str) -> bool:
    """Whether a clause begins with somebody's name: two words with capitals among its first few, but not only."""
    found = _CAPITALS.search(clause, 0, BEGINNING)
    while found is not None and found.group(1).lower() in STARTS:
        found = _CAPITALS.search(clause, found.end(1), BEGINNING)
    return found is not None and any(word[0].islower() for word in clause.split())


def _moved(draft: Draft, start: int, end: int) -> Draft:
    return Draft(start, end, *(getattr(draft, name) for name in Draft.__slots__[2:]))


@lru_cache(maxsize=1)
def shipped() -> Finder:
    """The finder with the vocabulary and the opinion model of the repository."""
    return Finder(vocabulary.shipped(), opinion.shipped())
