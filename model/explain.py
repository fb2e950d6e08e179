"""Why a verdict: what each sentence does to the logit, by leaving it out (an exact counterfactual)."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from model.metrics import Floats
from model.text import cap, sentences, tokenize
from model.verdict import Explanation, Sentence, Verdict

MOST_RANGES = 40


def ranges(text: str, most: int = MOST_RANGES) -> list[tuple[int, int]]:
    """Sentence ranges of `text`; neighbours are merged evenly until at most `most` are left."""
    found = sentences(text)
    if len(found) <= most:
        return found
    cuts = [round(number * len(found) / most) for number in range(most + 1)]
    return [(found[first][0], found[last - 1][1]) for first, last in pairwise(cuts)]


def explain(
    text: str, limit: int, logits: Callable[[Sequence[Sequence[str]]], Floats], verdict: Verdict
) -> Explanation:
    """The explanation of `verdict` on `text`.

    `logits` scores tokenized texts; `limit` is the number of tokens that are read of a long text.
    """
    pieces = ranges(text)
    owned = [(token, number) for number, (start, end) in enumerate(pieces) for token in tokenize(text[start:end])]
    read = cap(owned, limit)
    whole = [token for token, _ in read]
    without = [[token for token, owner in read if owner != number] for number in range(len(pieces))]
    scored = logits([whole, *without])
    contributions = [float(scored[0] - value) for value in scored[1:]]
    return Explanation(verdict, [Sentence(*piece, c) for piece, c in zip(pieces, contributions, strict=True)])
