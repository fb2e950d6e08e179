"""The language of what the bot says: gettext's catalogues in `common/locale`, and whose language it is now.

A msgid is a whole English sentence with named placeholders. The language belongs to the running task: an interaction
sets it from its own locale (`set_locale`), the notifier from the job's. Outside both it is English:
docs/contributing/add-a-language.md.
"""

from __future__ import annotations

import functools
import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

ENGLISH: Final = "en"
DOMAIN: Final = "reelfeel"
FOLDER: Final = Path(__file__).parents[1] / "locale"

_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


@functools.cache
def languages() -> tuple[str, ...]:
    """Every language with a compiled catalogue, English apart: `de`, `pt_BR`."""
    return tuple(sorted(found.parents[1].name for found in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")))


@functools.cache
def language_of(locale: str | None) -> str:
    """The language for a locale of Discord's: that of its region when there is one, else its base, else English."""
    tag = str(locale or ENGLISH).replace("-", "_")
    return next((known for known in (tag, tag.split("_")[0]) if known in languages()), ENGLISH)


def language() -> str:
    """The language of the running task."""
    return _spoken.get()


def set_locale(locale: object) -> None:
    """From here on the running task, and the tasks and threads it starts, speak the language of this locale."""
    _spoken.set(language_of(None if locale is None else str(locale)))


@contextmanager
def use_locale(locale: object) -> Iterator[None]:
    """Inside the block the language of this locale is spoken."""
    token = _spoken.set(language_of(None if locale is None else str(locale)))
    try:
        yield
    finally:
        _spoken.reset(token)


@functools.cache
def catalogue(name: str) -> gettext.NullTranslations:
    """The catalogue of a language; English is its own msgids."""
    if name == ENGLISH:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, FOLDER, [name])


def mark(message: str) -> str:
    """Nothing but a mark for the extraction, for constants and class bodies: `tr` is asked where it is shown."""
    return message


def mark_plural(one: str, many: str) -> tuple[str, str]:
    """As `mark` for a sentence with a number in it: both English forms, for `trn`."""
    return one, many


def tr(message: str, /, **values: object) -> str:
    """The sentence in the language of the running task; `{name}` becomes `values["name"]`."""
    text = catalogue(language()).gettext(message)
    return text.format_map(values) if values else text


def trn(one: str, many: str, number_of: int, /, **values: object) -> str:
    """The sentence for so many: `{count}` is the number, grouped. Both forms are English; a language has its own."""
    text = catalogue(language()).ngettext(one, many, number_of)
    return text.format_map({"count": number(number_of), **values})


def tr_in(context: str, message: str) -> str:
    """`message` as it is said in that context: command, option, choice, menu."""
    return catalogue(language()).pgettext(context, message)


def number(value: float, digits: int = 0) -> str:
    """A number with so many digits after the point, grouped as the language has it: `1,234.5`, `1.234,5`."""
    english = f"{value:,.{digits}f}"
    if language() == ENGLISH:
        return english
    from babel.numbers import format_decimal

    point = "." + "0" * digits if digits else ""
    told: Any = format_decimal(value, format=f"#,##0{point}", locale=language())
    return str(told)
