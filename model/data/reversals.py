"""Sentences whose verdict one word decides, and the same sentences with that word's antonym.

Which sentences count is settled by words and gold labels alone, before any model sees them:

- a sentence of 3 to 12 words from a labelled review that names the film or a part of it;
- it holds exactly one word of `ANTONYMS`, and that word's side is the review's label;
- no other word of opinion (`OPINIONS`), no negation, contrast, condition, comparison, number, question or quotation;
- the word after is not that of a set phrase ("good guys", "a great deal");
- at most one sentence a review, the first one.

The edited sentence then says the opposite, so the verdict must change sides.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from model.numeric import Labels
from model.text.cleaning import clean
from model.text.cue_words import CONTRASTS, NEGATIONS
from model.text.tokens import sentences

_PAIRS = """great awful|good bad|excellent terrible|wonderful horrible|amazing dreadful|superb lousy|
    beautiful ugly|best worst|brilliant stupid|interesting boring|entertaining tedious|fascinating dull|
    fantastic atrocious|enjoyable unbearable|memorable forgettable|charming irritating|delightful dreary|
    outstanding abysmal|convincing unconvincing|strong weak|masterpiece disaster|funny unfunny|
    brilliantly terribly|wonderfully horribly|perfectly poorly|beautifully badly|loved hated|enjoyed disliked"""
_SPLIT = [pair.split() for pair in _PAIRS.split("|")]
ANTONYMS = {one: other for pair in _SPLIT for one, other in (pair, pair[::-1])}
"""Each word's opposite, in the same place of a sentence."""
POSITIVE = frozenset(pair[0] for pair in _SPLIT)
_VERBS = frozenset(("loved", "hated", "enjoyed", "disliked"))
"""Said of the writer only: a character may love or hate whom they like."""

_OTHERS = """love hate like liked enjoy dislike recommend recommended avoid worth worthless waste wasted fun nice
    fine better worse perfect awesome incredible terrific marvelous marvellous lovely magnificent impressive
    favorite favourite poor pathetic ridiculous laughable annoying silly cheap mess crap garbage trash rubbish
    disappointing disappointed disappointment failed fails fail lame predictable cliched slow overrated underrated
    mediocre decent average hilarious touching moving powerful gem classic enjoyment pleasure happy sad sadly
    unfortunately thankfully surprised surprisingly impressed stunning solid smart clever dumb idiotic horrid
    horrendous problem problems flaw flaws flawed redeeming saving only least most too enough almost nearly
    supposed trying tried tries attempt attempts wish hoping hope expected expecting expect suppose potential
    instead wrong missed miss lack lacks lacking gorgeous fabulous kudos treat charm joy jewel success successful
    successfully hideous flair definitive tired absolute super more less much evil pretty rather fairly reasonably
    quite somewhat talented retarded bland hypnotic sexy well"""
OPINIONS = frozenset(_OTHERS.split()) | frozenset(ANTONYMS)
_HEDGES = """if unless would could should might may than as so such like whether maybe perhaps used once only
    other others some someone people they critics everyone everybody anyone who said says say think thought called
    supposedly"""
HEDGES = frozenset(_HEDGES.split())
_SUBJECTS = """film films movie movies story plot acting performance performances cast script dialogue direction
    directing cinematography photography music score soundtrack ending scenes scene effects actors actor actress
    comedy thriller drama documentary picture flick sequel screenplay writing"""
SUBJECTS = frozenset(_SUBJECTS.split())
_PHRASES = """deal guy guys girl girls boy boys man men luck old night morning time times friend friends cop cops
    supporting picture actor actress sides part parts half thing things news intentions job use way people person
    at known seller britain depression"""
_AFTER = frozenset(_PHRASES.split())
_WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?")
_LONGEST, _SHORTEST = 12, 3


@dataclass(frozen=True, slots=True)
class Reversal:
    """A sentence, the same with the deciding word's antonym, and the label (1 or 0) of the first."""

    before: str
    after: str
    label: int


def _cased(word: str, model: str) -> str:
    if model.isupper() and len(model) > 1:
        return word.upper()
    return word.capitalize() if model[0].isupper() else word


def _swapped(sentence: str, match: re.Match[str]) -> str:
    """The sentence with that word's antonym, a or an in front of it put right."""
    other = _cased(ANTONYMS[match.group().lower()], match.group())
    head = sentence[: match.start()]
    article = "an" if other[0].lower() in "aeiou" else "a"
    head = re.sub(r"\b([Aa])n?(\s+)$", lambda found: _cased(article, found.group(1)) + found.group(2), head)
    return head + other + sentence[match.end() :]


def _decides(words: Sequence[str], at: int) -> bool:
    """Whether the word of `ANTONYMS` at `at` is alone in deciding what the lower-cased words say."""
    others = [word for number, word in enumerate(words) if number != at]
    plain = {part for word in others for part in word.split("'")} | set(others)
    if plain & (OPINIONS | HEDGES | NEGATIONS | CONTRASTS) or any("n't" in word for word in others):
        return False
    if not plain & SUBJECTS or (at + 1 < len(words) and words[at + 1] in _AFTER):
        return False
    if words[at] in _VERBS:
        return at > 0 and (words[at - 1] in ("i", "we") or (at > 1 and words[at - 2] in ("i", "we")))
    return True


def reversal(sentence: str, label: int) -> Reversal | None:
    """The reversal of a sentence from a review with that label, or None where the rules above leave it out."""
    matches = list(_WORD.finditer(sentence))
    words = [match.group().lower() for match in matches]
    at = [number for number, word in enumerate(words) if word in ANTONYMS]
    if len(at) != 1 or not _SHORTEST <= len(words) <= _LONGEST or re.search(r'[?"/:()\d]', sentence):
        return None
    if (words[at[0]] in POSITIVE) != (label == 1) or not _decides(words, at[0]):
        return None
    return Reversal(sentence, _swapped(sentence, matches[at[0]]), label)


def reversals(texts: Sequence[str], labels: Labels) -> Iterator[Reversal]:
    """The first reversal of each review that has one. texts [n], labels 1 or 0 [n]."""
    for text, label in zip(texts, labels.tolist(), strict=True):
        found = (reversal(" ".join(clean(text[start:end]).split()), label) for start, end in sentences(text))
        one = next((each for each in found if each is not None), None)
        if one is not None:
            yield one
