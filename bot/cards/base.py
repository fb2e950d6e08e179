"""What all cards share: escaping, colours, the words and signs of a label, bars, and the card itself.

A card is made by a pure function from stored results; only the outbox knows Discord's calls.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import discord

from common.i18n import mark, mark_plural, tr, trn

POSITIVE, NEGATIVE, UNCERTAIN, NEUTRAL, FAILED = 0x2E9E5B, 0xC8453B, 0xD0A215, 0x5865F2, 0x747F8D

COLOURS: Final = {"positive": POSITIVE, "negative": NEGATIVE, "uncertain": UNCERTAIN}
SIGNS: Final = {"positive": "👍", "negative": "👎", "uncertain": "🤔"}
WORDS: Final = {"positive": mark("Positive"), "negative": mark("Negative"), "uncertain": mark("Unclear")}
WORDS_INSIDE: Final = {"positive": mark("positive"), "negative": mark("negative"), "uncertain": mark("unclear")}
"""The same within a sentence, and as choices of an option."""
COUNTED: Final = {
    "positive": mark_plural("{count} positive", "{count} positive"),
    "negative": mark_plural("{count} negative", "{count} negative"),
    "uncertain": mark_plural("{count} unclear", "{count} unclear"),
}
"""So many reviews of a label."""

FLAG_WORDS: Final = {
    "too_short": mark("very short: little to go by"),
    "not_english": mark("does not look English; the model learned from English reviews only"),
    "truncated": mark("longer than the model reads; the end was ignored"),
    "empty": mark("no words to read"),
    "unknown_words": mark("many words the model has never seen"),
    "not_a_review": mark("does not look like a film review"),
    "stars_disagree": mark("the stars in the text say the opposite of its words"),
    "mixed": mark("mixed: it holds clear praise and clear criticism"),
}

FIELD_CHARS: Final = 1024
"""Most characters of a field of an embed."""
EMBED_CHARS: Final = 6000
"""Most characters of an embed in all: Discord refuses the whole message for one more."""

_MARKDOWN: Final = re.compile(r"([\\*_~|`\[\]()<>#:\-])")
_BREAK: Final = re.compile(r"<\s*br\s*(?:/\s*)?>", re.IGNORECASE)
"""No two runs of blanks stand side by side: that would take quadratic time, and a stored row may hold 100,000."""
_INVISIBLE: Final = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def escape(text: str, limit: int | None = None) -> str:
    """User text made harmless in a message: no markdown, no link, no mention, no hidden direction marks.

    `limit`: most characters of the original text that are shown; a cut is marked with an ellipsis.
    """
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n"))
    if limit is not None and len(text) > limit:
        text = text[: limit - 1].rstrip() + "…"
    return _MARKDOWN.sub(r"\\\1", text).replace("@", "@\u200b")


def one_line(text: str, limit: int) -> str:
    """`escape` of the text on a single line, without the line breaks of web pages."""
    return escape(" ".join(_BREAK.sub(" ", text).split()), limit)


def around(text: str, words: str | None, limit: int) -> str:
    """The part of a text, on one line of at most `limit` characters, in which the first of some words is; unescaped.

    From the start where there are none.
    """
    line = " ".join(_BREAK.sub(" ", text).split())
    folded = line.lower()
    places = [place for word in (words or "").lower().split() if (place := folded.find(word)) >= 0]
    begin = max(0, min(places, default=0) - limit // 3)
    begin = max(0, min(begin, len(line) - limit + 1))
    begin = line.find(" ", begin) + 1 if begin else 0
    return line if begin == 0 else f"…{line[begin:]}"


def plain_line(text: str, limit: int) -> str:
    """User text on a single line where Discord reads no markdown, as in menus: without hidden direction marks only."""
    line = " ".join(_INVISIBLE.sub("", _BREAK.sub(" ", text)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def fitting(parts: Iterable[str], most: int = FIELD_CHARS) -> str:
    """As many of the parts, a line each or more, as `most` characters hold."""
    kept = ""
    for part in parts:
        more = f"{kept}\n{part}" if kept else part
        if len(more) > most:
            break
        kept = more
    return kept


def bar(share: float, cells: int = 12) -> str:
    """A share of 1 as a bar of `cells` signs."""
    full = round(min(1.0, max(0.0, share)) * cells)
    return "▰" * full + "▱" * (cells - full)


def label_word(label: str | None) -> str:
    """Sign and word of a label."""
    if label is None:
        return "❔ " + tr("Not scored")
    return f"{SIGNS.get(label, '❔')} {tr(WORDS.get(label, label))}"


def label_count(label: str, count: int) -> str:
    """So many reviews of one label, for a list of them: `12 positive`."""
    one, many = COUNTED[label]
    return trn(one, many, count)


def label_counts(positive: int, negative: int, uncertain: int) -> list[str]:
    """How many reviews have each label."""
    return [label_count("positive", positive), label_count("negative", negative), label_count("uncertain", uncertain)]


def flag_words(flags: tuple[str, ...]) -> list[str]:
    """Each flag in words a user understands."""
    return [tr(FLAG_WORDS.get(flag, flag.replace("_", " "))) for flag in flags]


class Stored(Protocol):
    """A file that lies on disk (`bot.pools.spool`)."""

    def open(self) -> io.BufferedIOBase:
        """A reader from the start."""


@dataclass(frozen=True, slots=True)
class CardFile:
    """A file on a card, small in memory or of any size on disk; `alt` is its alternative text."""

    name: str
    data: bytes | Stored
    alt: str | None = None

    def to_discord(self) -> discord.File:
        """A fresh discord.File: one cannot be sent twice."""
        content = io.BytesIO(self.data) if isinstance(self.data, bytes) else self.data.open()
        return discord.File(content, filename=self.name, description=self.alt)


@dataclass(frozen=True, slots=True)
class Card:
    """What one message shows. `ping`: ids of the users that its content may mention."""

    content: str = ""
    embed: discord.Embed | None = None
    view: discord.ui.View | None = None
    files: tuple[CardFile, ...] = ()
    ping: tuple[int, ...] = ()

    def mentions(self) -> discord.AllowedMentions:
        """Nobody, or exactly the users of `ping`."""
        if not self.ping:
            return discord.AllowedMentions.none()
        users = [discord.Object(user_id) for user_id in self.ping]
        return discord.AllowedMentions(everyone=False, roles=False, replied_user=False, users=users)

    def for_send(self) -> dict[str, Any]:
        """Keyword arguments of any `send`."""
        parts: dict[str, Any] = {"content": self.content, "allowed_mentions": self.mentions()}
        if self.embed is not None:
            parts["embed"] = self.embed
        if self.view is not None:
            parts["view"] = self.view
        if self.files:
            parts["files"] = [file.to_discord() for file in self.files]
        return parts

    def for_edit(self) -> dict[str, Any]:
        """Keyword arguments of any `edit`: whatever the message showed before is replaced, files included."""
        return {
            "content": self.content or None,
            "embed": self.embed,
            "view": self.view,
            "attachments": [file.to_discord() for file in self.files],
            "allowed_mentions": self.mentions(),
        }
