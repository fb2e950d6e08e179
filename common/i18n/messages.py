"""Sentences in the language of the running task, from gettext's catalogues in `common/locale`.

A msgid is a whole English sentence with named placeholders: docs/contributing/add-a-language.md.
"""

from __future__ import annotations

import functools
import gettext

from common.i18n.locales import DOMAIN, ENGLISH, FOLDER, language
from common.i18n.numbers import number


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
