"""The tool for the catalogues: finds every msgid, updates the languages, compiles them, says what is not translated.

`python -m bot.translations [LANGUAGE ...]` updates; `--check` changes nothing and fails unless all are complete.
A changed sentence keeps its old translation as a fuzzy one, for a translator to correct; readers see English so far.
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

from bot.client import ReelfeelBot
from bot.cogs import COGS
from bot.command_names import AS_IT_IS, MENU, msgid_of
from common.i18n import DOMAIN, FOLDER
from common.settings import Settings

ROOT: Final = Path(__file__).parents[1]
ROOMS: Final = ("bot", "common", "reporting")
"""Where sentences for readers stand."""
KEYWORDS: Final[dict[str, tuple[Any, ...] | None]] = {"tr": None, "mark": None, "trn": (1, 2), "mark_plural": (1, 2)}
"""What the functions of `common.i18n` are called, with the places of the msgids."""
COMMENT: Final = "i18n:"
"""How a comment begins that translators read beside the msgid."""
HEADER: Final = (
    "# {language} translations of Reelfeel.\n# Made by `make translations`; see docs/contributing/add-a-language.md."
)


def path_of(language: str) -> Path:
    """The catalogue of a language, as text; the compiled one stands beside it."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def extracted() -> Catalog:
    """Every msgid: those in the code of `ROOMS`, and what Discord is told about its commands."""
    messages = Catalog(charset="utf-8")
    for room in ROOMS:
        for file, line, message, comments, context in extract_from_dir(
            str(ROOT / room),
            method_map=[("**.py", "python")],
            keywords=KEYWORDS,
            comment_tags=[COMMENT],
            strip_comment_tags=True,
            directory_filter=lambda _: True,
        ):
            messages.add(message, locations=[(f"{room}/{file}", line)], auto_comments=comments, context=context)
    for message, context in command_strings(asyncio.run(_loaded())):
        messages.add(message, context=context)
    return messages


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
    bot = ReelfeelBot(Settings(_env_file=None), cast("Any", None))
    for extension in COGS:
        await bot.load_extension(extension)
    return cast("app_commands.CommandTree[discord.Client]", bot.tree)


def read(language: str) -> Catalog:
    """The catalogue of a language as it stands; an empty one for a new language."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str, messages: Catalog) -> Catalog:
    """The language's catalogue with exactly these msgids; a changed one has its nearest old translation, as fuzzy."""
    catalog = read(language)
    catalog.header_comment = HEADER.format(language=catalog.locale.english_name if catalog.locale else language)
    catalog.fuzzy, catalog.project, catalog.version, catalog.language_team = False, "Reelfeel", "1", "Reelfeel"
    catalog.update(messages)
    catalog.obsolete.clear()
    return catalog


def save(language: str, catalog: Catalog) -> None:
    """Writes the catalogue and compiles it."""
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(catalog))
    path.with_suffix(".mo").write_bytes(compiled(catalog))


def written(catalog: Catalog) -> bytes:
    """The catalogue as text; without line numbers and dates, which would change with every commit."""
    out = io.BytesIO()
    write_po(out, catalog, width=120, include_lineno=False, include_previous=True, sort_output=True, omit_header=False)
    lines = out.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(_DATED)).encode()


_DATED: Final = ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Last-Translator', '"Report-Msgid')


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as gettext reads it: without what is fuzzy or not translated, where readers see English."""
    ready = Catalog(locale=catalog.locale, charset="utf-8", fuzzy=False)
    for message in catalog:
        if message.id and is_translated(message):
            ready.add(message.id, message.string, context=message.context)
    out = io.BytesIO()
    write_mo(out, ready)
    return out.getvalue()


def translations_of(message: Message) -> tuple[str, ...]:
    """The translations of a message: one, or one for each plural form."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def is_translated(message: Message) -> bool:
    """Whether readers see the translation: every form is there, and a person has looked at it since it changed."""
    return all(translations_of(message)) and not message.fuzzy


def untranslated(catalog: Catalog) -> list[str]:
    """A line for each message without a translation, and for each with a fuzzy one."""
    lines = []
    for message in catalog:
        if message.id and not is_translated(message):
            one = message.id if isinstance(message.id, str) else message.id[0]
            state = "fuzzy" if message.fuzzy and any(translations_of(message)) else "missing"
            lines.append(f"{state}: {one}")
    return sorted(lines)


def main(arguments: list[str]) -> int:
    """Updates the catalogues of these languages, all when none is named; with `--check` only looks. The exit code."""
    check = "--check" in arguments
    languages = [argument for argument in arguments if argument != "--check"]
    messages = extracted()
    complete = True
    for language in languages or sorted(path.parents[1].name for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        catalog = updated(language, messages)
        if check:
            stale = path_of(language).read_bytes() != written(catalog)
        else:
            save(language, catalog)
            stale = False
        lines = untranslated(catalog)
        complete = complete and not lines and not stale
        sys.stdout.write(f"{language}: {len(catalog)} messages, {len(lines)} not translated\n")
        sys.stdout.writelines(f"  {line}\n" for line in lines)
        if stale:
            sys.stdout.write("  the catalogue is not that of the code: run `make translations`\n")
    return 1 if check and not complete else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
