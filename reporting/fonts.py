"""Fonts of charts: what Matplotlib brings, and for other scripts (film names!) the first that the host has of a list.

Matplotlib draws each character by the first family of a list that has it. Its own DejaVu Sans knows Latin, Greek,
Cyrillic, Hebrew and Arabic letters, but no Chinese, Japanese or Korean ones; those come with a package of the system
(the Docker image installs one). A name that no font can draw is said by its place, never drawn as boxes.
"""

from __future__ import annotations

import functools
import logging
from itertools import groupby
from typing import Final

log = logging.getLogger(__name__)

OWN: Final = "DejaVu Sans"
WIDE: Final = (
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Source Han Sans",
    "Hiragino Sans",
    "PingFang SC",
    "Yu Gothic",
    "Microsoft YaHei",
    "Malgun Gothic",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "IPAexGothic",
    "Unifont",
)
"""Families with Chinese, Japanese or Korean characters, the better ones first: of Linux, macOS and Windows."""
MORE: Final = ("Noto Sans Thai", "Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Tamil")


@functools.cache
def families() -> tuple[str, ...]:
    """The families to draw with, in this order; the log says once when there is none for Chinese, Japanese, Korean."""
    from matplotlib.font_manager import fontManager

    here = set(fontManager.get_font_names())
    wide = [name for name in WIDE if name in here]
    if not wide:
        log.warning("no font for Chinese, Japanese and Korean film names in charts; docs/reports.md names packages")
    return (OWN, *wide, *(name for name in MORE if name in here))


@functools.cache
def _characters(family: str) -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties(family=[family]))).get_charmap())


def has_glyph(character: str) -> bool:
    """Whether one of the fonts here draws the character."""
    return character.isspace() or any(ord(character) in _characters(family) for family in families())


def named(text: str, instead: str) -> str:
    """The text, or `instead` where not one of its letters can be drawn."""
    letters = [character for character in text if character.isalnum()] or list(text)
    return text if any(has_glyph(character) for character in letters) else instead


def without_boxes(text: str) -> str:
    """The text with an ellipsis for each run of characters that no font here draws."""
    parts = [("".join(run) if drawn else "…") for drawn, run in groupby(text, has_glyph)]
    return "".join(parts)
