"""The aspects of a film that a review may judge: their names, and the numbers they are stored under."""

from __future__ import annotations

from typing import Final, Literal, get_args

Name = Literal[
    "acting",
    "story",
    "characters",
    "dialogue",
    "direction",
    "pacing",
    "look",
    "effects",
    "music",
    "humour",
    "suspense",
    "ending",
    "originality",
    "film",
]
"""The aspects, in the order in which they are shown; `film` is the film as a whole."""
NAMES: Final[tuple[Name, ...]] = get_args(Name)
"""An aspect is stored as its place here: a new one comes at the end, and none is ever taken out."""
NUMBERS: Final[dict[Name, int]] = {name: number for number, name in enumerate(NAMES)}
Polarity = Literal["positive", "negative", "neutral"]
