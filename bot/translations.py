"""Extracts every msgid of the bot, updates the catalogues and compiles them: `python -m bot.translations [LANG]`.

Needs Babel's tools, which the running bot does not: it reads the compiled files with the standard library.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, cast

import discord
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from discord import app_commands

from bot.command_names import AS_IT_IS, MENU, msgid_of
from common.i18n import DOMAIN, FOLDER

ROOT: Final = Path(__file__).parents[1]
ROOMS: Final = ("bot", "common", "reporting")
"""Where sentences for readers stand."""
KEYWORDS: Final[dict[str, tuple[Any, ...] | None]] = {"tr": None, "mark": None, "trn": (1, 2), "mark_plural": (1, 2)}
"""What the functions of `common.i18n` are called, with the places of the msgids."""
HEADER: Final = (
    "# {language} translations of Reelfeel.\n# Made by `make translations`; see docs/contributing/add-a-language.md."
)


def path_of(language: str) -> Path:
    """The catalogue of a language, as text; the compiled one stands beside it."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def extracted() -> Catalog:
    """Every msgid: those in the code of `ROOMS`, and what Discord is told about its commands."""
    found = Catalog(charset="utf-8")
    for room in ROOMS:
        for file, line, message, comments, context in extract_from_dir(
            str(ROOT / room), method_map=[("**.py", "python")], keywords=KEYWORDS, directory_filter=lambda _: True
        ):
            found.add(message, locations=[(f"{room}/{file}", line)], auto_comments=comments, context=context)
    for message, context in command_strings(asyncio.run(_loaded())):
        found.add(message, context=context)
    return found


def command_strings(tree: app_commands.CommandTree[Any]) -> Iterator[tuple[str, str | None]]:
    """(string, context) of everything Discord shows of the commands."""
    for command in tree._get_all_commands():
        if isinstance(command, app_commands.ContextMenu):
            yield command.name, MENU
        else:
            yield from _strings([command])


def _strings(found: Iterable[Any]) -> Iterator[tuple[str, str | None]]:
    for command in found:
        yield command.name, "command"
        yield command.description, None
        if isinstance(command, app_commands.Group):
            yield from _strings(command.commands)
            continue
        for option in command.parameters:
            yield option.display_name, "option"
            yield msgid_of(option.locale_description or app_commands.locale_str(option.description)), None
            yield from ((one.name, "choice") for one in option.choices if one.name not in AS_IT_IS)


async def _loaded() -> app_commands.CommandTree[Any]:
    """The commands of a bot that is connected to nothing."""
    from bot.client import ReelfeelBot
    from bot.cogs import COGS
    from common.settings import Settings

    bot = ReelfeelBot(Settings(_env_file=None), cast("Any", None))
    for extension in COGS:
        await bot.load_extension(extension)
    return cast("app_commands.CommandTree[discord.Client]", bot.tree)


def update(language: str, found: Catalog) -> Catalog:
    """Puts new msgids into the catalogue of a language, takes old ones out, writes and compiles it."""
    path = path_of(language)
    if path.exists():
        with path.open("rb") as file:
            kept = read_po(file, locale=language)
    else:
        kept = Catalog(locale=language, charset="utf-8")
    kept.header_comment = HEADER.format(language=kept.locale.english_name if kept.locale else language)
    kept.fuzzy, kept.project, kept.version, kept.language_team = False, "Reelfeel", "1", "Reelfeel"
    kept.update(found, no_fuzzy_matching=True)
    kept.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(kept))
    path.with_suffix(".mo").write_bytes(compiled(kept))
    return kept


def written(catalog: Catalog) -> bytes:
    """The catalogue as text; without line numbers and dates, which would change with every commit."""
    out = io.BytesIO()
    write_po(out, catalog, width=120, include_lineno=False, sort_output=True, omit_header=False)
    lines = out.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(_DATED)).encode()


_DATED: Final = ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Last-Translator', '"Report-Msgid')


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as gettext reads it."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def told_in(message: Message) -> tuple[str, ...]:
    """The translations of a message: one, or one for each plural form."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def main(languages: list[str]) -> None:
    """Updates the catalogues of these languages, of all there are when none is named; says what is missing."""
    found = extracted()
    for language in languages or sorted(path.parents[1].name for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        catalog = update(language, found)
        missing = sum(not all(told_in(message)) for message in catalog if message.id)
        sys.stdout.write(f"{path_of(language)}: {len(catalog)} messages, {missing} not translated\n")


if __name__ == "__main__":
    main(sys.argv[1:])
