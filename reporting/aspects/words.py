"""What is praised and blamed, in words, unescaped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from common.aspects import NAMES, Name
from common.i18n import in_brackets, listing, mark, pair, percent, percent_range, signed, tr, trn
from db.types import AspectCount, Judged
from reporting.aspects.figures import LEAST, between, from_others, most_blamed, most_praised, share, share_interval
from reporting.intervals import Interval

WORDS: Final[dict[Name, str]] = {
    "acting": mark("acting"),
    "story": mark("story"),
    "characters": mark("characters"),
    "dialogue": mark("dialogue"),
    "direction": mark("direction"),
    "pacing": mark("pacing"),
    "look": mark("look of the film"),
    "effects": mark("effects"),
    "music": mark("music and sound"),
    "humour": mark("humour"),
    "suspense": mark("suspense"),
    "ending": mark("ending"),
    "originality": mark("originality"),
    "film": mark("the film as a whole"),
}
_DIFFERS: Final = mark("{points} percentage points ({low} to {high}), a real difference")
_MAY_BE_CHANCE: Final = mark("{points} percentage points ({low} to {high}), which could be chance")


def said_of(found: Iterable[Judged]) -> str | None:
    """What one review praises and blames, in a line; None where it speaks of nothing but the film as a whole."""
    sides: Counter[Name] = Counter()
    for one in found:
        sides[one.name] += {"positive": 1, "negative": -1, "neutral": 0}[one.polarity]
    named = [name for name in NAMES if name != "film"]
    parts = [
        tr(words, aspects=listing(tr(WORDS[name]) for name in those))
        for words, those in (
            (_PRAISED, [name for name in named if sides[name] > 0]),
            (_BLAMED, [name for name in named if sides[name] < 0]),
        )
        if those
    ]
    return " · ".join(parts) or None


_PRAISED: Final = mark("Praised: {aspects}")
_BLAMED: Final = mark("Blamed: {aspects}")


def summed_up(counts: Sequence[AspectCount]) -> list[str]:
    """A line for the aspects that reviews praise most surely, and one for those that they blame."""
    praised, blamed = most_praised(counts), most_blamed(counts)
    lines = []
    if praised:
        lines.append(tr("Most praised: {aspects}", aspects=listing(_short(one, one.n_for) for one in praised)))
    if blamed:
        lines.append(tr("Most blamed: {aspects}", aspects=listing(_short(one, one.n_against) for one in blamed)))
    return lines


def _short(one: AspectCount, count: int) -> str:
    said = trn("{share} of {count} review", "{share} of {count} reviews", one.judged, share=percent(count / one.judged))
    return in_brackets(tr(WORDS[one.name]), said)


def praise_of(one: AspectCount) -> str:
    """The share of reviews that praise an aspect, with its interval, as in `79% (66-88%) of 52 reviews praise it`."""
    if one.judged < LEAST:
        return trn("{count} review judges it", "{count} reviews judge it", one.judged)
    return trn(
        "{share} of {count} review praises it",
        "{share} of {count} reviews praise it",
        one.judged,
        share=in_brackets(percent(share(one)), _range(share_interval(one))),
    )


def _range(sure: Interval) -> str:
    return percent_range(sure.low, sure.high)


def beside_others(one: AspectCount) -> str | None:
    """How far that is from all other films; None where there is nothing to say."""
    found = from_others(one)
    return None if found is None else pair(tr("Against other films"), _moved(*found))


def aspect_differences(one: Sequence[AspectCount], other: Sequence[AspectCount]) -> list[str]:
    """How far the first is from the second in each aspect that enough reviews of both judge, a line each."""
    theirs = {count.name: count for count in other}
    lines = []
    for mine in one:
        found = between(mine, theirs[mine.name]) if mine.name in theirs else None
        if found is not None:
            lines.append(pair(tr(WORDS[mine.name]), _moved(*found)))
    return lines


def _moved(points: float, sure: Interval) -> str:
    return tr(
        _MAY_BE_CHANCE if sure.includes_zero else _DIFFERS,
        points=signed(100 * points, 1),
        low=signed(100 * sure.low, 1),
        high=signed(100 * sure.high, 1),
    )
