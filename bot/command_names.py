"""Names and descriptions of commands, options and choices as Discord shows them in each language."""

from __future__ import annotations

from typing import Final

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Place

from common.file_formats import REPORT_FORMATS, written_names
from common.i18n import ENGLISH, catalogue, language_of

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
        told = spoken.gettext(string.message) if where is None else spoken.pgettext(where, string.message)
        return None if told == string.message else told
