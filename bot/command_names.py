"""Names and descriptions of commands, options and choices as Discord shows them in each language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Place

from common.file_formats import REPORT_FORMATS, packed_suffixes, usual_suffixes, written_names
from common.i18n import ENGLISH, catalogue, language_of, listing, mark, use_locale

CONTEXTS: Final = {
    Place.command_name: "command",
    Place.group_name: "command",
    Place.parameter_name: "option",
    Place.choice_name: "choice",
}
"""gettext's context of a name; descriptions have none, they are sentences."""
MENU: Final = "menu"
AS_IT_IS: Final = frozenset({*written_names(), *REPORT_FORMATS})
"""Choices that are the same in every language."""
FILE_KINDS: Final = mark("{kinds}, also as {packed}")
"""What a file may be, with the values of `file_kinds`: a new format needs no new translation."""


def file_kinds() -> dict[str, str]:
    """The suffixes that files and packed files have, side by side as the language of the running task lists them."""
    return {"kinds": listing(usual_suffixes()), "packed": listing(packed_suffixes())}


def described(template: str, values: Callable[[], Mapping[str, str]]) -> app_commands.locale_str:
    """A description with values, made for each language; the catalogues know its template."""
    return app_commands.locale_str(template.format_map(values()), template=template, values=values)


def msgid_of(string: app_commands.locale_str) -> str:
    """What the catalogues know a string of the command tree as."""
    return str(string.extras.get("template", string.message))


def context_of(where: app_commands.TranslationContextTypes) -> str | None:
    """The gettext context of a string of the command tree."""
    if isinstance(where.data, app_commands.ContextMenu):
        return MENU
    return CONTEXTS.get(where.location)


class CommandTranslator(app_commands.Translator):
    """Asks the catalogues; None where there is no translation, and Discord then shows English."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """The string in the language of that locale."""
        name = language_of(locale.value)
        if name == ENGLISH or string.message in AS_IT_IS:
            return None
        spoken, where = catalogue(name), context_of(context)
        msgid = msgid_of(string)
        translation = spoken.gettext(msgid) if where is None else spoken.pgettext(where, msgid)
        if translation == msgid:
            return None
        if "values" not in string.extras:
            return translation
        with use_locale(locale.value):
            return translation.format_map(string.extras["values"]())
