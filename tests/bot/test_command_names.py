"""Names of commands, options and choices in every language: Discord's rules, and sentences that call them so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from gettext import NullTranslations
from typing import Any

import discord
import pytest
from babel.messages.catalog import Message
from discord import app_commands

from bot import command_names
from bot.command_names import CommandTranslator
from bot.command_tree import tree_hash
from bot.components import buttons
from bot.components.menus import column_menu, job_menu, result_menu
from bot.handlers.correction_form import CorrectionForm
from bot.handlers.upload_form import UploadForm
from bot.translations import read, translations_of
from common.i18n import ENGLISH, languages, tr, trn, use_locale
from tests.fixtures.discord import World

NAME = re.compile(r"[-_\w]{1,32}")
"""Discord's rule for names of commands and options; besides, they are lower case where the script has cases."""
COMMAND = re.compile(r"(?<![\w/.])/([a-z]+)(?: ([a-z]+))?")
OPTION = re.compile(r"(?<![\w`])([a-z_]+\d?):(?=\S)|`([a-z_]+\d?)`")


def ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def pairs(language: str) -> Iterator[tuple[Message, str]]:
    """Each message with each of its translations that readers see."""
    for message in read(language):
        if message.id and not message.fuzzy:
            yield from ((message, text) for text in translations_of(message) if text)


def names(tree: app_commands.CommandTree[Any]) -> tuple[set[str], set[str]]:
    """Paths of all commands (`jobs list`, groups too) and names of all options."""
    found = list(tree.walk_commands())
    leaves = [command for command in found if not isinstance(command, app_commands.Group)]
    options = {option.display_name for command in leaves for option in command.parameters}
    return {command.qualified_name for command in found}, options


@pytest.mark.parametrize("language", languages())
async def test_sentences_name_commands_and_options_as_discord_shows_them(language: str, world: World) -> None:
    paths, options = names(world.bot.tree)
    names_of = {(message.context, message.id): told for message, told in pairs(language) if message.context is not None}

    def named(root: str, leaf: str | None) -> str | None:
        if leaf and f"{root} {leaf}" in paths:
            return f"/{names_of['command', root]} {names_of['command', leaf]}"
        return f"/{names_of['command', root]}" if root in paths else None

    for message, told in pairs(language):
        if message.context is not None:
            continue
        for root, leaf in COMMAND.findall(ids(message)[-1]):
            said = named(root, leaf)
            assert said is None or said in told, told
        for with_value, alone in OPTION.findall(ids(message)[-1]):
            option = with_value or alone
            if option in options and (alone or "/" in ids(message)[-1]):
                assert names_of["option", option] in told, (option, told)


@pytest.mark.parametrize("language", languages())
def test_bold_names_of_buttons_are_those_on_the_buttons(language: str) -> None:
    said = {ids(message)[0]: text for message, text in pairs(language)}
    for message, told in pairs(language):
        for bold in re.findall(r"\*\*([^*{}]+)\*\*", ids(message)[0]):
            assert bold not in said or f"**{said[bold]}**" in told, told


async def test_a_changed_translation_is_told_to_discord(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await tree_hash(world.bot.tree)
    monkeypatch.setattr(command_names, "catalogue", lambda _: NullTranslations())
    assert await tree_hash(world.bot.tree) != first


def told_names(command: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A command of Discord's payload and all below it."""
    yield command
    for option in command.get("options") or ():
        yield from told_names(option)


@pytest.mark.parametrize("locale", ["de", "es-ES", "es-419", "fr", "ja"])
async def test_names_and_descriptions_follow_discords_rules(locale: str, world: World) -> None:
    (call,) = [c for c in world.env.http_requests if c.method == "PUT" and c.path.endswith("/commands")]

    def name(one: dict[str, Any]) -> str:
        return str((one.get("name_localizations") or {}).get(locale, one["name"]))

    def all_differ(found: Iterable[dict[str, Any]]) -> bool:
        said = [name(one) for one in found]
        return len(set(said)) == len(said)

    assert all_differ(one for one in call.json if one["type"] == 1)
    score = next(one for one in call.json if one["name"] == "score")
    assert name(score) != "score"
    for root in call.json:
        for one in told_names(root):
            if root["type"] == 1:
                assert NAME.fullmatch(name(one)), name(one)
                assert name(one) == name(one).lower()
                assert 1 <= len(one["description_localizations"].get(locale, one["description"])) <= 100, one["name"]
            assert all_differ(one.get("options") or ())
            assert all_differ(one.get("choices") or ())
            assert all(1 <= len(name(choice)) <= 100 for choice in one.get("choices") or ())
    menu = next(one for one in call.json if one["name"] == "Score review")
    assert 1 <= len(name(menu)) <= 32


def modal_texts(form: discord.ui.Modal) -> Iterator[tuple[str, int]]:
    yield form.title, 45
    for part in form.children:
        assert isinstance(part, discord.ui.Label)
        yield part.text, 45
        yield part.description or "-", 100
        yield from ((one.label, 100) for one in getattr(part.component, "options", ()))


def shown_texts() -> Iterator[tuple[str, int]]:
    """(text, most characters) of all forms, buttons and menus, with the longest numbers."""
    yield from modal_texts(UploadForm())
    yield from modal_texts(CorrectionForm(2**53))
    of_a_number = (
        buttons.cancel_button, buttons.resume_button, buttons.reuse_button, buttons.details_button,
        buttons.wrong_button, buttons.delete_button, buttons.forget_button,
    )  # fmt: skip
    yield from ((button(1).label or "", 80) for button in of_a_number)
    for way in buttons.WAYS:
        yield buttons.page_button(way, "0" * 16, 1).label or "", 80
    yield buttons.export_button("0" * 16).label or "", 80
    yield buttons.again_button("0" * 16).label or "", 80
    yield from ((menu([]).placeholder or "", 150) for menu in (result_menu, job_menu))
    yield column_menu(1, ("", "b")).placeholder or "", 150
    for count in (1, 2, 10):
        yield trn("Score this file", "Score these files", count), 80


@pytest.mark.parametrize("language", [ENGLISH, *languages()])
def test_forms_and_buttons_keep_discords_lengths(language: str) -> None:
    with use_locale(language):
        texts = list(shown_texts())
        assert tr("Is result {result} wrong?", result=2**53) == CorrectionForm(2**53).title
    assert len(texts) > 20
    assert [text for text, most in texts if not 1 <= len(text) <= most] == []
    if language != ENGLISH:
        assert not {"Cancel", "Resume", "Wrong?"} & {text for text, _ in texts}


async def test_a_language_without_a_catalogue_keeps_the_english_names() -> None:
    where = app_commands.TranslationContext(app_commands.TranslationContextLocation.other, None)
    name = app_commands.locale_str("Score review")
    assert await CommandTranslator().translate(name, discord.Locale.korean, where) is None
