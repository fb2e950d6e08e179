"""Idioms whose words say the opposite of what they mean, and what they mean in plain words.

A short list, for turns that the model reads by their words. Each one was kept only if the reviews of the training part
that have it agree (counts of positive ones in the table).
"""

import re
from collections.abc import Callable
from typing import NamedTuple

Match = re.Match[str]

_CANNOT = "(?:[Cc]an(?:'t|not| not)|[Cc]ould(?:n't| not))"
_END = r"(?=[ \t]{0,3}(?:[.!?,;:)\n\"]|\Z))"
_PLAIN_SENTENCE = r"(?:(?:\A|(?<=[.!?\n] )|(?<=\n))(?:[Ii]t(?:'s| is| was) )?)"
_OPPOSITES = {
    "dull": "exciting",
    "boring": "exciting",
    "slow": "exciting",
    "bad": "good",
    "terrible": "good",
    "awful": "good",
    "predictable": "surprising",
    "stupid": "clever",
    "good": "bad",
    "great": "bad",
    "funny": "unfunny",
    "scary": "boring",
    "interesting": "boring",
    "entertaining": "boring",
    "exciting": "boring",
}


class Idiom(NamedTuple):
    """Letters of which every match has some, the pattern, and what stands for a match."""

    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    replaced: Callable[[Match], str]


def _wanted(found: Match) -> str:
    now = found.group().lower().startswith("can")
    return "am bored and want it to end" if now else "was bored and wanted it to end"


def _opposite(found: Match) -> str:
    return f"very {_OPPOSITES[found.group(1)]}"


IDIOMS: tuple[Idiom, ...] = (
    # 9 of 9
    Idiom(
        (" enough",),
        re.compile(rf"\b{_CANNOT} recommend( [^.!?,;\n]{{1,40}}?)(?: highly| strongly)? enough{_END}"),
        lambda found: f"highly recommend{found.group(1)}",
    ),
    # 13 of 17; as a sentence of its own 4 of 4
    Idiom(("ot bad at all", "ot half bad"), re.compile(r"\b[Nn]ot (?:bad at all|half bad)\b"), lambda _: "quite good"),
    Idiom(
        ("ot bad", "ot too bad"),
        re.compile(rf"{_PLAIN_SENTENCE}[Nn]ot (?:too )?bad(?=[ \t]{{0,3}}(?:[.!\n]|\Z))"),
        lambda _: "quite good",
    ),
    # 5 of 11 in all: what it means hangs on its last word
    Idiom(("nything but ",), re.compile(rf"\b[Aa]nything but ({'|'.join(_OPPOSITES)}){_END}"), _opposite),
    # 0 of 8
    Idiom(
        (" wait for ",),
        re.compile(rf"\b{_CANNOT} wait for (?:it|that|th(?:is|e)(?: [a-z]{{1,12}})?) to (?:end|be over|finish){_END}"),
        _wanted,
    ),
    # 9 of 10
    Idiom(("econd to none",), re.compile(r"\b[Ss]econd to none\b"), lambda _: "the very best"),
)
"""In no order: no two of them match one place."""
HINTS = tuple(dict.fromkeys(hint for idiom in IDIOMS for hint in idiom.hints))


def may_hold(text: str) -> bool:
    """Whether a text has the letters of one of them: a cheap test before each is looked for."""
    return any(hint in text for hint in HINTS)
