"""Cleaning: raw text -> the writer's words in plain signs, the same for training, serving and explanations.

One list of steps (`STEPS`), each a pattern and what stands for its matches. `clean` takes them fast, `placed` keeps the
place of every sign.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from typing import NamedTuple

from model.text import idioms, markup, scars, signs

Match = re.Match[str]
Places = list[tuple[int, int]]


class Step(NamedTuple):
    """A pattern, what replaces a match, and a cheap test whether a text can hold one."""

    applies: Callable[[str], bool]
    pattern: re.Pattern[str]
    replaced: Callable[[Match], str]


_TYPOGRAPHIC = {
    **dict.fromkeys("\u2018\u2019\u201b\u2032\u00b4`", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2013\u2014\u2015", " -- "),
    "\u2026": "...",
    "\u00a0": " ",
}


def _plain_signs() -> dict[str, str]:
    """What stands for one sign: of ASCII form, where there is one.

    Control signs and lone surrogates are a space, those that stray from Windows-1252 what Windows meant. Accented
    letters are their base, since GloVe has "cliche" and not "cliché". A table and not `unicodedata.normalize` at run
    time: the latter is quadratic on long runs of combining marks.
    """
    letters = {chr(code): unicodedata.normalize("NFKD", chr(code))[0] for code in range(0xC0, 0x250)}
    found = {letter: base for letter, base in letters.items() if base.isascii()} | signs.STYLED
    found |= dict.fromkeys(signs.INVISIBLE, "") | _TYPOGRAPHIC
    blank = [*range(9), *range(0x0B, 0x20), 0x7F, *range(0xD800, 0xE000)]
    found |= dict.fromkeys(map(chr, blank), " ")
    for byte in range(0x80, 0xA0):
        meant = bytes([byte]).decode("cp1252", errors="replace").replace("\ufffd", " ")
        found[chr(byte)] = found.get(meant, meant)
    return found


_PLAIN = _plain_signs()


def _one_of(signs: list[str]) -> str:
    """A pattern for one of these, as ranges: `re` looks through thousands of single signs one by one."""
    ranges: list[list[int]] = []
    for code in sorted(map(ord, signs)):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges) + "]"


def _changing() -> re.Pattern[str]:
    # Python is called only for signs that change. Whether a sign is beyond ASCII comes first: the sets alone would make
    # Latin text twice as slow. Two sets, since `re` has a table only for one of 16 bits.
    changed = [sign for sign, plain in _PLAIN.items() if sign > "\x7f" and sign != plain]
    low, high = (_one_of([sign for sign in changed if (sign > "\uffff") is beyond]) for beyond in (False, True))
    return re.compile(f"[\x00-\x08\x0b-\x1f`\x7f]|[^\x00-\x7f](?:(?<={low})|(?<=[\U00010000-\U0010ffff])(?<={high}))")


_SIGN = _changing()


def _plain(found: Match) -> str:
    sign = found.group()
    return _PLAIN.get(sign, sign)


def _holds(sign: str) -> Callable[[str], bool]:
    return lambda text: sign in text


_TWO_SINGLE, _TWO_DOUBLE = re.compile("''"), re.compile('""')


def _doubled(text: str) -> bool:
    # Twice as fast as `in`.
    return bool(_TWO_SINGLE.search(text) or _TWO_DOUBLE.search(text))


def _bulleted(text: str) -> bool:
    return text.startswith(("- ", "* ", "+ ")) or bool(_NEXT_BULLET.search(text))


_NEXT_BULLET = re.compile(r"\n[*+-][ \t]")


def _beyond_ascii(text: str) -> bool:
    return not text.isascii()


def _mojibake(text: str) -> bool:
    return not text.isascii() and any(sign in text for sign in scars.MOJIBAKE_SIGNS)


_BRIEF = 400


def _brief(text: str) -> bool:
    return len(text) <= _BRIEF


def _idiom(idiom: idioms.Idiom) -> Step:
    """For brief texts alone: one idiom decides no long one, and looking for it would cost them time."""
    hints = idiom.hints
    return Step(lambda text: _brief(text) and any(hint in text for hint in hints), idiom.pattern, idiom.replaced)


def _blank(_: Match) -> str:
    return " "


def _nothing(_: Match) -> str:
    return ""


def _line(_: Match) -> str:
    return "\n"


# What ordinary reviews are made of. Other signs of ASCII, and all beyond it, take the long way.
_ORDINARY = bytes(code for code in range(32, 127) if chr(code) not in "#&*<>@\\]_`|~") + b"\t\n"


def _remarkable(text: str) -> bool:
    return not text.isascii() or bool(text.encode("ascii").translate(None, _ORDINARY))


_PRINTED = bytes(code for code in range(32, 127) if chr(code) != "`") + b"\t\n"


def _holds_odd_signs(text: str) -> bool:
    return not text.isascii() or bool(text.encode("ascii").translate(None, _PRINTED))


STEPS: tuple[Step, ...] = (
    Step(_holds("<"), markup.BREAK, _line),
    # Scars before markup: what they hide may be markup.
    Step(_holds("&amp;"), scars.DOUBLE_ENTITY, lambda _: "&"),
    Step(_holds("&"), scars.ENTITY, scars.character),
    # Twice, since some texts were read in the wrong encoding twice.
    Step(_mojibake, scars.MOJIBAKE, scars.mended),
    Step(_mojibake, scars.MOJIBAKE, scars.mended),
    Step(_holds("\\"), scars.ESCAPE, scars.unescaped),
    Step(_doubled, scars.DOUBLE_QUOTE, lambda found: found.group()[0]),
    Step(_holds("<"), markup.BREAK, _line),
    Step(_holds("]("), markup.LABELLED, markup.kept),
    Step(markup.may_hold_links, markup.LINK, markup.after_link),
    Step(_holds("<"), markup.DISCORD, _blank),
    Step(_holds(":"), markup.NAMED, _blank),
    Step(_holds("<"), markup.TAG, _blank),
    Step(_holds("@"), markup.MENTION, _blank),
    Step(markup.may_name_reddit, markup.REDDIT, _blank),
    Step(markup.quotes_the_rest, markup.REST, _blank),
    Step(_holds(">"), markup.QUOTED, _blank),
    Step(_holds("#"), markup.HASH, _nothing),
    # Twice, since bold may stand in italics.
    Step(_holds("*"), markup.STARRED, markup.kept),
    Step(_holds("_"), markup.UNDERLINED, markup.kept),
    Step(_holds("*"), markup.STARRED, markup.kept),
    Step(lambda text: "~~" in text or "||" in text, markup.HIDDEN, markup.kept),
    Step(_holds("`"), markup.FENCED, markup.kept),
    Step(_bulleted, markup.BULLET, _nothing),
    Step(_holds_odd_signs, _SIGN, _plain),
    Step(signs.may_be_mixed, signs.MIXED, signs.latin),
    Step(signs.starry, signs.NUMBERED, signs.numbered),
    Step(lambda text: signs.starry(text) and signs.adorned(text), signs.LONE, _blank),
    Step(signs.starry, signs.LONE, signs.ornament),
    Step(signs.starry, signs.STARS, signs.counted),
    Step(signs.may_be_rated, signs.RATED, signs.rated),
    Step(lambda text: not text.isascii() and signs.speaks(text), signs.EMOJI, signs.meaning),
    Step(_beyond_ascii, signs.SILENT, _blank),
    *map(_idiom, idioms.IDIOMS),
)


# The idioms come last; before them the steps after the first, and of those the ones that can change a text of ordinary
# signs alone.
_LAST = STEPS[-len(idioms.IDIOMS) :]
_LONG = STEPS[1 : -len(idioms.IDIOMS)]
_SHORT = tuple(
    step
    for step in _LONG
    if step.pattern in (scars.DOUBLE_QUOTE, markup.LINK, markup.NAMED, markup.REDDIT, markup.BULLET, signs.RATED)
)
_ORDINARY_STEPS = (*_SHORT, *_LAST)


def clean(text: str) -> str:
    """Plain text of a raw review, in its own case.

    Entities, escapes and letters in the wrong encoding become what they were meant to be; `<br />` a line break; tags,
    links, mentions, Discord's and Markdown's signs and quoted lines go; invisible signs vanish; styled and accented
    letters, typographic quotes and dashes get their ASCII form; stars and ratings in words read "9/10", emoji beside
    few words read as a word, idioms of brief texts as what they mean (`model.text.idioms`); signs without a meaning,
    control characters and lone surrogates become a space. Any string is accepted; the time is linear in its length.
    """
    if "<" in text:
        text = markup.BREAK.sub("\n", text)
    text = stepped(text, _LONG if _remarkable(text) else _SHORT)
    return stepped(text, _LAST) if _brief(text) and idioms.may_hold(text) else text


# Of a text of these signs alone, without any of these strings, every step leaves every sign.
_QUIET = bytes(code for code in range(32, 127) if chr(code).isalnum() or chr(code) in " !\"'(),-.;?")
_STIRS = ("''", '""', "- ", "www.", "tar", "STAR", *idioms.HINTS)


def clean_all(texts: Sequence[str]) -> list[str]:
    """`clean` of each text; of many short ones, as clauses are, in a third of the time."""
    # All in one string: most hold nothing that a step would change, and one look says so of all of them.
    quiet = [
        len(text) <= _BRIEF and text.isascii() and not text.encode("ascii").translate(None, _QUIET) for text in texts
    ]
    joined = "\n".join(compress(texts, quiet))
    for stir in _STIRS:
        if stir in joined:
            quiet = [still and stir not in text for text, still in zip(texts, quiet, strict=True)]
    return [text if still else clean(text) for text, still in zip(texts, quiet, strict=True)]


def stepped(text: str, steps: Iterable[Step]) -> str:
    """The text after these steps."""
    for applies, pattern, replaced in steps:
        if applies(text):
            text = pattern.sub(replaced, text)
    return text


def _places(signs: int) -> Places:
    return [(place, place + 1) for place in range(signs)]


# Of nearly all reviews: to make them anew is most of the work on a text.
_PLACES = _places(8_192)


def placed(text: str, steps: Iterable[Step] = STEPS) -> tuple[str, Places]:
    """As `clean`, with the half-open range in the original text of every sign.

    steps: in order, those that are taken.
    """
    places = _PLACES[: len(text)] if len(text) <= len(_PLACES) else _places(len(text))
    for applies, pattern, replaced in steps:
        if applies(text):
            text, places = substituted(pattern, replaced, text, places)
    return text, places


def aligned(text: str) -> tuple[str, Places | None]:
    """As `placed`, without places where every sign keeps its own: most reviews, and a tenth of the time.

    A line break in HTML is as many signs there as it was, a line break and blanks.
    """
    padded = text
    if "<" in text:
        padded = markup.BREAK.sub(lambda found: "\n" + " " * (len(found.group()) - 1), text)
    steps = STEPS if _remarkable(padded) else _ORDINARY_STEPS
    if any(step.applies(padded) and step.pattern.search(padded) for step in steps):
        return placed(text)
    return padded, None


def substituted(
    pattern: re.Pattern[str], replaced: Callable[[Match], str], text: str, places: Places
) -> tuple[str, Places]:
    """As `pattern.sub`, with the range in the original text of every sign before and after.

    Where the words of a match stay and its signs go, the words keep their places.
    """
    pieces: list[str] = []
    kept: Places = []
    at = 0
    for match in pattern.finditer(text):
        start, end = match.span()
        if start == end:
            continue
        new = replaced(match)
        pieces += (text[at:start], new)
        kept += places[at:start]
        if match.lastindex and match.group(match.lastindex) == new:
            kept += places[match.start(match.lastindex) : match.end(match.lastindex)]
        else:
            kept += [(places[start][0], places[end - 1][1])] * len(new)
        at = end
    return "".join([*pieces, text[at:]]), kept + places[at:]
