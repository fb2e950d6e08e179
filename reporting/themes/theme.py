"""What is asked of themes and what is found: plain records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

QUOTES: Final = 2
"""Of each theme, at most."""


class Document(NamedTuple):
    """A review. `group`: its number from 0 on; `author`: who wrote it, None where that is not known.

    `key`: what a quote is named by: a row number or the id of a stored review.
    """

    text: str
    group: int
    key: int
    author: int | None = None


@dataclass(frozen=True, slots=True)
class Contrast:
    """A question: what sets the reviews of one group apart from those of other groups?"""

    name: str
    group: int
    rest: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Minimums:
    """Below these nothing is a theme.

    reviews, share: so many reviews of its group, and so large a share of them, hold it. log_odds: by how much its log
    odds are higher than in the rest, shrunk by the prior. false: share of false ones among all themes (the rate of
    Benjamini and Hochberg). authors: so many different people wrote them, and none of these more than half, where it
    is known who wrote what. group: reviews that a group, and its rest, must have.
    """

    reviews: int = 5
    share: float = 0.005
    log_odds: float = 0.4
    false: float = 0.05
    authors: int = 3
    group: int = 20

    def of(self, group_reviews: int) -> int:
        """Reviews of a group of this size that must hold a phrase."""
        return max(self.reviews, -int(-self.share * group_reviews // 1))


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence with the phrase, on one line, unescaped; `key` as in `Document`."""

    key: int
    text: str


@dataclass(frozen=True, slots=True)
class Theme:
    """A phrase of one contrast, as most people write it.

    `reviews` of the group's `of` hold it, and `rest_reviews` of the rest's `rest_of`. `log_odds`: natural logarithm,
    shrunk; `z`: the same in standard errors; `false_rate`: the rate at which it is still found (adjusted p-value).
    """

    phrase: str
    reviews: int
    of: int
    rest_reviews: int
    rest_of: int
    log_odds: float
    z: float
    false_rate: float
    is_name: bool
    quotes: tuple[Quote, ...] = ()

    @property
    def share(self) -> float:
        """Of the reviews of its group."""
        return self.reviews / self.of

    @property
    def rest_share(self) -> float:
        """Of the reviews of the rest."""
        return self.rest_reviews / self.rest_of


@dataclass(frozen=True, slots=True)
class Found:
    """Themes by the name of their contrast, strongest first.

    `reviews`: counted, without copies; `copies`: texts left out because they came before, word for word; `tested`: how
    many phrases were tested at most. `raised`: so many times the minimum of reviews was doubled to bound the work.
    `too_few`: contrasts that were not made, because a side has too few reviews.
    """

    themes: Mapping[str, tuple[Theme, ...]]
    reviews: int = 0
    copies: int = 0
    tested: int = 0
    raised: int = 0
    too_few: tuple[str, ...] = ()
    groups: Mapping[str, int] = field(default_factory=dict)


MINIMUMS: Final = Minimums()
