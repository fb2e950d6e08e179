"""The locale of the running task: which catalogue it speaks, and whose numbers it writes.

Both belong to the task: an interaction sets them from its own locale (`set_locale`), the notifier from the job's.
Outside both it is English. A region may have numbers of its own beside its language's words: `es-419` reads the Spanish
catalogue and writes 1,234.5.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final, NamedTuple

ENGLISH: Final = "en"
DOMAIN: Final = "reelfeel"
FOLDER: Final = Path(__file__).parents[1] / "locale"


class Spoken(NamedTuple):
    """A language with a catalogue, and the locale tag it was asked for by (`es` and `es_419`)."""

    language: str
    tag: str


_IN_ENGLISH: Final = Spoken(ENGLISH, ENGLISH)
_spoken: ContextVar[Spoken] = ContextVar("spoken", default=_IN_ENGLISH)


@functools.cache
def languages() -> tuple[str, ...]:
    """Every language with a compiled catalogue, English apart: `de`, `pt_BR`."""
    return tuple(sorted(path.parents[1].name for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")))


@functools.cache
def spoken_for(locale: str | None) -> Spoken:
    """Language and tag for a locale of Discord's: the catalogue of its region, else of its base, else English."""
    tag = str(locale or ENGLISH).replace("-", "_")
    language = next((name for name in (tag, tag.split("_")[0]) if name in languages()), ENGLISH)
    return Spoken(language, ENGLISH if language == ENGLISH else tag)


def language_of(locale: str | None) -> str:
    """The language for a locale of Discord's: that of its region when there is one, else its base, else English."""
    return spoken_for(locale).language


def language() -> str:
    """The language of the running task."""
    return _spoken.get().language


def locale_tag() -> str:
    """The locale of the running task, as `set_locale` takes it again: `de`, `es_419`; English has no regions here."""
    return _spoken.get().tag


def set_locale(locale: object) -> None:
    """From here on the running task, and the tasks and threads it starts, speak the language of this locale."""
    _spoken.set(spoken_for(None if locale is None else str(locale)))


@contextmanager
def use_locale(locale: object) -> Iterator[None]:
    """Inside the block the language of this locale is spoken."""
    token = _spoken.set(spoken_for(None if locale is None else str(locale)))
    try:
        yield
    finally:
        _spoken.reset(token)
