"""What the scorer says about a review."""

from dataclasses import dataclass
from typing import Literal

Label = Literal["positive", "negative", "uncertain"]

FLAGS: dict[str, str] = {
    "too_short": "The text has too few words to judge.",
    "not_english": "The text does not seem to be English, the only language the model knows.",
    "unknown_words": "Most of the text's words were never seen in training.",
    "truncated": "The text is very long: its first quarter and its end were read, the part between was not.",
}
"""Each flag a verdict can carry, with one plain sentence for users."""

DISTRUSTED = frozenset({"not_english", "unknown_words"})
"""Flags under which the label is `uncertain` whatever the probability."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One review's verdict.

    probability: calibrated probability of positive, 0..1; label: `uncertain` inside the model's uncertain band and
    under the flags `not_english` and `unknown_words`; flags: keys of `FLAGS`; model: version of the model folder.
    """

    label: Label
    probability: float
    flags: tuple[str, ...]
    model: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """Half-open character range of the original text, and how far it moves the logit towards positive.

    contribution (logit units) = logit of the text - logit of the text without this range; 0 where it was not read.
    """

    start: int
    end: int
    contribution: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """A verdict and what each sentence did for it, in the order of the text."""

    verdict: Verdict
    sentences: list[Sentence]
