"""What the scorer says about a review."""

from dataclasses import dataclass
from typing import Literal

Label = Literal["positive", "negative", "uncertain"]

FLAGS: dict[str, str] = {
    "too_short": "The text has too few words to judge.",
    "not_english": "The text does not seem to be English, the only language the model knows.",
    "unknown_words": "Most of the text's words were never seen in training.",
    "not_a_review": "The text does not read like the film reviews the model learned from.",
    "truncated": "The text is very long: its first quarter and its end were read, the part between was not.",
    "stars_disagree": "The stars in the text say the opposite of its words.",
}
"""Each flag a verdict can carry, with one plain sentence for users."""

DISTRUSTED = frozenset({"not_english", "not_a_review", "unknown_words"})
"""Flags under which the label is `uncertain` whatever the probability."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One review's verdict.

    probability: calibrated probability of positive, 0..1; label: `uncertain` inside the model's uncertain band, under
    the flags of `DISTRUSTED`, and where the topic model is in doubt (`model.serving.topic_model`); flags: keys of
    `FLAGS`; model: version of the model folder; stars: estimate on the scale of 1 to 10 in halves, None for a text that
    is too short for it (`Serving.star_tokens`), under those flags and in that doubt, and from a model whose estimate
    did not validate.
    """

    label: Label
    probability: float
    flags: tuple[str, ...]
    model: str
    stars: float | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """Half-open character range of the original text, and how far it moves the logit towards positive.

    contribution (logit units) = logit of the text - logit of the text without this range; 0 where it was not read.
    probability: calibrated probability of positive of the range read alone; 0.5 where it has no words.
    """

    start: int
    end: int
    contribution: float
    probability: float = 0.5


@dataclass(frozen=True, slots=True)
class Word:
    """Half-open character range of a word in the original text, and how far it moves the logit towards positive.

    contribution (logit units) = logit of the text - logit of the text without this one occurrence.
    """

    start: int
    end: int
    contribution: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """A verdict and why.

    sentences: in the order of the text, of a very long one those that say most; words: the few that move the logit
    most, strongest first; mixed: whether the text holds clearly positive and clearly negative sentences
    (`model.serving.mixed`), beside the label.
    """

    verdict: Verdict
    sentences: list[Sentence]
    words: tuple[Word, ...] = ()
    mixed: bool = False
