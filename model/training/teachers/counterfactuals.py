"""Sentences that one word decides, turned into their opposite by an antonym or a negation, for the student.

Reviews seldom hold "it is not a good film", and never beside "it is a good film", so a network learns which words the
reviews hold that dislike a film, and not what "not" does. Here such pairs are made from sentences of the training part,
by rules on words alone (kin of counterfactual augmentation, Kaushik, Hovy & Lipton 2020, where people wrote them). What
`model.evaluation.stress` measures with is not read: its short texts are made up, its sentences are those of held-out
reviews.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from model.data.reversals import ANTONYMS, HEDGES, OPINIONS, POSITIVE
from model.text.cue_words import CONTRASTS, NEGATIONS
from model.training.teachers.token_spans import sentence_starts

_SHORTEST, _LONGEST = 3, 16
_GOOD = """good great excellent wonderful amazing superb beautiful brilliant interesting entertaining fascinating
    fantastic enjoyable memorable charming delightful outstanding convincing strong funny perfect fun nice worth
    impressive lovely touching moving powerful hilarious clever smart believable original worthwhile special recommended
    impressed surprised happy"""
_BAD = """bad awful terrible horrible dreadful lousy ugly stupid boring tedious dull atrocious unbearable forgettable
    irritating dreary abysmal weak unfunny predictable silly disappointing disappointed lame annoying pathetic
    ridiculous laughable cheap mediocre"""
_SIDES = dict.fromkeys(_GOOD.split(), True) | dict.fromkeys(_BAD.split(), False)
"""Words that "is" or "was" may stand before; True: positive."""
_COPULAS = frozenset(("is", "was", "are", "were", "'s"))
# Between the copula and the word: what leaves "not" in front of it the negation of the word.
_DEGREES = """a an the very all really particularly truly so just quite such"""
_BETWEEN = frozenset(_DEGREES.split())
_VERBS = {
    "loved": ("love", True),
    "liked": ("like", True),
    "enjoyed": ("enjoy", True),
    "hated": ("hate", False),
    "disliked": ("dislike", False),
}
"""Of the writer ("i", "we"): the plain form after "did", and its side."""
_PLAIN = {"love": True, "like": True, "enjoy": True, "recommend": True, "hate": False, "regret": False}
_AFTER_MODAL = {
    "recommend": True,
    "enjoy": True,
    "watch": True,
    "see": True,
    "buy": True,
    "avoid": False,
    "skip": False,
}
_MODALS = frozenset(("would", "will", "can", "could", "should", "do"))
# "can see" and the like say nothing of the film.
_ADVICE = frozenset(("watch", "see", "buy", "avoid", "skip"))
_THIRD = {
    "works": ("work", True),
    "succeeds": ("succeed", True),
    "delivers": ("deliver", True),
    "fails": ("fail", False),
}
# What takes back the sentence after it; "that" may follow those that do not end in it. "I can't say" is left out on
# purpose: `model.evaluation.stress` measures with it.
_OPENINGS = """i do n't think|i do not think|i did n't think|i never thought|i would n't say|i would not say|
    i do n't believe|i could not say|nobody would say|no one could say|you could n't say|i do n't feel|
    i am not sure that|it is not true that|i do n't agree that|i can not agree that|i doubt that|
    i can not claim that|it 's not that|nobody can tell me that|i would never say|do n't think|you ca n't really say"""
_FAR = [opening.split() for opening in _OPENINGS.split("|")]
# Words with which a plain statement begins.
_STARTS = frozenset(("this", "it", "that", "these", "those", "its", "his", "her", "their", "the", "all"))
_STOPS = frozenset(('"', "?", "(", ")", "/", ":", "-", "--"))
# What an edited sentence is worth: "not good" says less than "bad", and "not bad" less than "good".
_PLAINLY, _NOT_GOOD, _NOT_BAD = 0.93, 0.10, 0.70


@dataclass(frozen=True, slots=True)
class Edit:
    """A sentence as tokens, and the probability of positive that it is taught with."""

    tokens: list[str]
    probability: float


def _alone(words: Sequence[str], at: int) -> bool:
    """Whether no other word of the sentence has an opinion, a negation, a contrast or a condition."""
    others = {word for place, word in enumerate(words) if place != at}
    return not others & (OPINIONS | HEDGES | NEGATIONS | CONTRASTS | frozenset(_SIDES) - {"surprised", "special"})


def _negated(words: Sequence[str], at: int, rng: np.random.Generator) -> tuple[list[str], bool] | None:
    """The sentence with the word at `at` negated, and whether that word is positive; None where no rule fits."""
    word, draw = words[at], rng.random()
    short = "n't" if draw < 0.45 else "never" if draw > 0.9 else "not"
    before = words[at - 1] if at else ""
    if word in _SIDES:
        place = at - 1
        while place >= 0 and words[place] in _BETWEEN:
            place -= 1
        if place < 1 or words[place] not in _COPULAS:
            return None
        short = "not" if words[place] == "'s" else short
        return [*words[: place + 1], short, *words[place + 1 :]], _SIDES[word]
    if word in _VERBS and before in ("i", "we"):
        plain, side = _VERBS[word]
        return [*words[:at], "did", "not" if short == "never" else short, plain, *words[at + 1 :]], side
    if word in _AFTER_MODAL and before in (("should",) if word in _ADVICE else _MODALS):
        # "ca n't", "wo n't": as the tokenizer splits them.
        stem = {"can": "ca", "will": "wo"}.get(before, before) if short == "n't" else before
        return [*words[: at - 1], stem, short, *words[at:]], _AFTER_MODAL[word]
    if word in _PLAIN and before in ("i", "we"):
        return [*words[:at], "do", "not" if short == "never" else short, *words[at:]], _PLAIN[word]
    if word in _THIRD and at:
        plain, side = _THIRD[word]
        return [*words[:at], "does", "not" if short == "never" else short, plain, *words[at + 1 :]], side
    return None


def _taken_back(words: Sequence[str], at: int, rng: np.random.Generator) -> list[str] | None:
    """The statement with what takes it back before it; None for another kind of sentence."""
    if words[0] not in _STARTS or not _COPULAS & set(words[1:at]):
        return None
    opening = _FAR[int(rng.integers(len(_FAR)))]
    joined = ["that"] if opening[-1] != "that" and rng.random() < 0.4 else []
    return [*opening, *joined, *words]


def _swapped(words: Sequence[str], at: int) -> list[str]:
    other = ANTONYMS[words[at]]
    found = [*words[:at], other, *words[at + 1 :]]
    if at and words[at - 1] in ("a", "an"):
        found[at - 1] = "an" if other[0] in "aeiou" else "a"
    return found


def _deciding(words: Sequence[str]) -> int | None:
    """The place of the one word that decides, or None."""
    if not _SHORTEST <= len(words) <= _LONGEST or set(words) & _STOPS or any(word[0].isdigit() for word in words):
        return None
    known = [at for at, word in enumerate(words) if word in _SIDES or word in ANTONYMS or word in _VERBS]
    if not known:
        known = [at for at, word in enumerate(words) if word in _PLAIN or word in _AFTER_MODAL or word in _THIRD]
    return known[0] if len(known) == 1 and _alone(words, known[0]) else None


def of_sentence(words: Sequence[str], rng: np.random.Generator) -> list[Edit]:
    """The sentence (tokens) and its opposites with what they are taught with; nothing where no single word decides."""
    at = _deciding(words)
    if at is None:
        return []
    negated, far = _negated(words, at, rng), _taken_back(words, at, rng)
    antonym = words[at] in ANTONYMS and (words[at] not in _VERBS or (at > 0 and words[at - 1] in ("i", "we")))
    if negated is None and not antonym:
        return []
    side = negated[1] if negated else words[at] in POSITIVE
    found = [Edit(list(words), _PLAINLY if side else 1.0 - _PLAINLY)]
    if antonym:
        found.append(Edit(_swapped(words, at), 1.0 - _PLAINLY if side else _PLAINLY))
    if negated:
        found.append(Edit(negated[0], _NOT_GOOD if side else _NOT_BAD))
        if far:
            found.append(Edit(far, _NOT_GOOD if side else _NOT_BAD))
    return found


def edits(reviews: Sequence[Sequence[str]], seed: int) -> Iterator[Edit]:
    """The edits of all sentences of tokenized reviews."""
    rng = np.random.default_rng([seed, 5])
    for tokens in reviews:
        starts = sentence_starts(tokens)
        for first, end in pairwise(starts):
            yield from of_sentence(tokens[first:end], rng)


def chosen(reviews: Sequence[Sequence[str]], share: float, seed: int) -> list[Edit]:
    """A share (0 to 1) of the edits of tokenized reviews, drawn at random, in the order of the reviews."""
    found = list(edits(reviews, seed)) if share else []
    drawn = np.random.default_rng([seed, 6]).permutation(len(found))[: round(share * len(found))]
    return [found[number] for number in np.sort(drawn)]
