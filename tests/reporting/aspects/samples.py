"""Counts of aspects, made up: acting praised, pacing blamed, music judged by too few, the film left to the verdict."""

from __future__ import annotations

from db.types import AspectCount, Quote

EVIL = "<script>alert(1)</script> **bold** @everyone [x](http://a) `code` =cmd()"


def said(number: int, words: str) -> Quote:
    """A clause of result `number`."""
    return Quote(number, 4, 7, True, "Heat", words)


COUNTS = (
    AspectCount("acting", 30, 10, 2, 50, 50, (said(5, "The acting is great"), said(6, EVIL))),
    AspectCount("pacing", 5, 15, 0, 50, 50, (None, said(7, "It drags"))),
    AspectCount("music", 3, 1),
    AspectCount("film", 40, 1),
)
OTHER = (AspectCount("acting", 5, 35), AspectCount("pacing", 5, 15), AspectCount("music", 9, 9))
