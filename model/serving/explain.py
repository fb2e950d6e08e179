"""Why a verdict: what each sentence and each key word does to the logit, by leaving it out (exact counterfactuals).

Occlusion, or leave-one-out (Zeiler & Fergus 2014; Li, Monroe & Jurafsky 2016, "Understanding Neural Networks through
Representation Erasure"): the text is scored again without the part, so the n-grams it belonged to are gone too.
Whether what is found matters more than parts taken at random is measured by `model.evaluation.verdict_checks`.
"""

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from model.numeric import Floats, sigmoid
from model.serving.mixed import Rule
from model.serving.verdict import Explanation, Sentence, Verdict, Word
from model.text.tokens import cap, sentences, token_spans

MOST_RANGES = 40
MOST_TOKENS = 16_000
"""Tokens that are scored again to see what leaving a sentence out changes: some 40 sentences of a review of 300 words.
Of a longer one only the sentences that say most when they are read alone are left out."""
MOST_WORDS = 5
# Words left out one by one: so many, and so many tokens of text to score again, at most.
_CANDIDATES = 20
_BUDGET = 8_000
_AROUND = 1
"""Words on each side that a word is read with when candidates are sought: its trigram."""

Logits = Callable[[Sequence[Sequence[str]]], Floats]
"""Tokenized texts -> calibrated logits."""
Alone = Callable[[list[str], list[list[str]]], tuple[Floats, Floats]]
"""Sentences as they stand in the text, and what is read of each -> calibrated logits, each read alone: as a piece of a
review, and as a verdict says them."""
Decider = Callable[[list[str]], Logits]
"""What is read of a text -> the logits of whatever is left of it, by the part of the model that decides on the text."""
Said = Callable[[Floats, Sequence[Sequence[str]]], Floats]
"""Calibrated logits of tokenized texts, and the texts -> their logits as a verdict says them."""
Deciding = Callable[[list[str], float], Verdict]
"""What is read of a text, and its calibrated logit -> the verdict on the text."""


class _Token(NamedTuple):
    """A token that is read, the number of its sentence, and its character range in the text."""

    text: str
    sentence: int
    start: int
    end: int


def ranges(text: str, most: int = MOST_RANGES) -> list[tuple[int, int]]:
    """Sentence ranges of `text`; neighbours are merged evenly until at most `most` are left."""
    found = sentences(text)
    if len(found) <= most:
        return found
    cuts = [round(number * len(found) / most) for number in range(most + 1)]
    return [(found[first][0], found[last - 1][1]) for first, last in pairwise(cuts)]


def _read(text: str, pieces: Sequence[tuple[int, int]], limit: int) -> list[_Token]:
    """The tokens of `text` that the model reads, at most `limit`."""
    found = [
        _Token(token, number, start + first, start + last)
        for number, (start, end) in enumerate(pieces)
        for token, first, last in token_spans(text[start:end])
    ]
    return cap(found, limit)


def capped(tokens: Sequence[list[str]], limit: int) -> list[list[str]]:
    """What is read of each sentence of a text, at most `limit` tokens of all, of the tokens of each."""
    if sum(map(len, tokens)) <= limit:
        return list(tokens)
    found: list[list[str]] = [[] for _ in tokens]
    for number, token in cap([(number, token) for number, own in enumerate(tokens) for token in own], limit):
        found[number].append(token)
    return found


def _texts(read: Sequence[_Token]) -> list[str]:
    return [token.text for token in read]


def candidates(read: Sequence[_Token], logits: Logits, within: Collection[int] | None = None) -> list[int]:
    """Places in `read` of the words that are worth leaving out.

    Those whose trigram, read alone, has the logit furthest from that of nothing: a few tokens a word instead of a whole
    text. `within`: numbers of the sentences to look in, None for all.
    """
    words = [
        place
        for place, token in enumerate(read)
        if token.text[0].isalpha() and (within is None or token.sentence in within)
    ]
    most = min(_CANDIDATES, _BUDGET // max(1, len(read)))
    if not words or most == 0:
        return []
    trigrams = {place: tuple(_texts(read[max(0, place - _AROUND) : place + _AROUND + 1])) for place in words}
    distinct = sorted(set(trigrams.values()))
    alone = dict(zip(distinct, np.abs(logits(distinct)).tolist(), strict=True))
    return sorted(sorted(words, key=lambda place: -alone[trigrams[place]])[:most])


def key_words(
    read: Sequence[_Token],
    whole: float,
    logits: Logits,
    said: Said,
    most: int = MOST_WORDS,
    within: Collection[int] | None = None,
) -> tuple[Word, ...]:
    """The words whose leaving out moves the logit (`whole` with all of them) most, strongest first.

    logits, said: as in `explain`. None where the text is so long that even one candidate is beyond the budget.
    """
    places = candidates(read, logits, within)
    if not places:
        return ()
    texts = _texts(read)
    left = [[*texts[:place], *texts[place + 1 :]] for place in places]
    moved = [whole - float(value) for value in said(logits(left), left)]
    order = sorted(range(len(places)), key=lambda number: -abs(moved[number]))[:most]
    return tuple(Word(read[places[number]].start, read[places[number]].end, moved[number]) for number in order)


def _without(read: Sequence[_Token], left_out: Sequence[int]) -> list[list[str]]:
    """What is read, without each of these sentences."""
    return [[token.text for token in read if token.sentence != number] for number in left_out]


def explain(
    text: str, limit: int, scored_alone: Alone, decider: Decider, said: Said, verdict: Deciding, rule: Rule
) -> Explanation:
    """The explanation of the verdict on `text`.

    `scored_alone` scores the sentences read alone; `decider` gives what scores the text and what is left of it; `said`
    makes of the logits of both what a verdict would say; `limit` is the number of tokens that are read of a long text;
    `verdict` makes one of what is read and its logit, which is scored with the rest; `rule` says what is mixed.
    """
    pieces = ranges(text)
    read = _read(text, pieces, limit)
    alone: list[list[str]] = [[] for _ in pieces]
    for token in read:
        alone[token.sentence].append(token.text)
    tokens = _texts(read)
    decided = decider(tokens)
    single, single_said = scored_alone([text[start:end] for start, end in pieces], alone)
    most = MOST_TOKENS // max(1, len(read))
    tried = list(range(len(pieces)))
    if most < len(pieces):
        tried = sorted(sorted(tried, key=lambda number: -abs(single[number]))[: max(1, most)])
    documents = [tokens, *_without(read, tried)]
    scored, probabilities = decided(documents), sigmoid(single_said)
    served = said(scored, documents)
    whole, left = float(served[0]), served[1:]
    words = key_words(read, whole, decided, said, within=None if len(tried) == len(pieces) else set(tried))
    found = [
        Sentence(*pieces[number], whole - float(value), float(probabilities[number]))
        for number, value in zip(tried, left, strict=True)
    ]
    return Explanation(verdict(tokens, float(scored[0])), found, words, rule.holds(single))
