"""Catalogues: complete, with the placeholders and command names of their msgids, compiled, short enough for Discord."""

from __future__ import annotations

import ast
import io
import re
import string
from collections.abc import Iterable, Iterator
from gettext import NullTranslations
from typing import Any

import discord
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from discord import app_commands

from bot.command_names import CommandTranslator
from bot.command_tree import tree_hash
from bot.components import buttons
from bot.components.menus import column_menu, job_menu, result_menu
from bot.handlers.correction_form import CorrectionForm
from bot.handlers.upload_form import UploadForm
from bot.translations import ROOMS, ROOT, extracted, path_of, told_in
from common.i18n import ENGLISH, languages, number, tr, trn, use_locale
from tests.fixtures.discord import World

LANGUAGES = ("de", "es", "fr", "ja")
NAME = re.compile(r"[-_\w]{1,32}")
"""Discord's rule for names of commands and options; besides, they are lower case where the script has cases."""
COMMAND = re.compile(r"(?<![\w/.])/([a-z]+)(?: ([a-z]+))?")
OPTION = re.compile(r"(?<![\w`])([a-z_]+\d?):(?=\S)|`([a-z_]+\d?)`")


@pytest.fixture(scope="module")
def found() -> Catalog:
    return extracted()


def catalogue(language: str) -> Catalog:
    return read_po(io.BytesIO(path_of(language).read_bytes()), locale=language)


def ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def key(message: Message) -> tuple[str | None, tuple[str, ...]]:
    context = message.context.decode() if isinstance(message.context, bytes) else message.context  # of a .mo
    return context, ids(message)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def pairs(language: str) -> Iterator[tuple[Message, str]]:
    for message in catalogue(language):
        if message.id:
            for told in told_in(message):
                yield message, told


def test_every_language_is_there() -> None:
    assert set(LANGUAGES) <= set(languages())


@pytest.mark.parametrize("language", languages())
def test_every_msgid_is_translated_and_nothing_else_is_there(language: str, found: Catalog) -> None:
    held = {key(message): message for message in catalogue(language) if message.id}
    wanted = {key(message) for message in found if message.id}
    assert sorted(wanted - set(held), key=str) == [], "run `make translations`, then translate these"
    assert sorted(set(held) - wanted, key=str) == [], "run `make translations`: nothing says these any more"
    assert [name for name, message in held.items() if message.fuzzy] == []
    assert [name for name, message in held.items() if not all(told_in(message))] == []


@pytest.mark.parametrize("language", languages())
def test_placeholders_are_those_of_the_msgid(language: str) -> None:
    for message, told in pairs(language):
        one, many = ids(message)[0], ids(message)[-1]
        assert placeholders(told) in (placeholders(one), placeholders(many)), told
        assert told.count("`") == one.count("`"), told
        assert told.count("**") == one.count("**"), told


@pytest.mark.parametrize("language", languages())
def test_the_compiled_catalogue_is_that_of_the_text(language: str) -> None:
    with path_of(language).with_suffix(".mo").open("rb") as file:
        held = {key(message): told_in(message) for message in read_mo(file) if message.id}
    assert held == {key(message): told_in(message) for message in catalogue(language) if message.id}


def test_sentences_of_the_code_are_whole_and_marked() -> None:
    """An f-string inside `tr` is in no catalogue, and `tr` inside an f-string is not extracted by every Python."""
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        assert re.findall(r"\b(?:tr|trn|mark)\(\s*f[\"']|\{trn?\(\s*[\"'].*", path.read_text("utf-8")) == [], path


SHOWN = {
    "UserError", "BadDate", "BadQuestion", "Card", "Embed", "add_field", "set_footer", "Button", "SelectOption",
    "Label", "TextInput", "Select", "send_message", "say_privately",
}  # fmt: skip
"""Calls whose arguments a user reads."""
READ_BY_NOBODY = {"custom_id", "value", "nonce", "style", "emoji"}


def literals(node: ast.expr) -> Iterator[str]:
    """The words that stand in an expression itself, not in calls inside it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from (
            part.value for part in node.values if isinstance(part, ast.Constant) and isinstance(part.value, str)
        )
    elif isinstance(node, ast.BinOp):
        yield from (*literals(node.left), *literals(node.right))
    elif isinstance(node, ast.IfExp):
        yield from (*literals(node.body), *literals(node.orelse))


def test_nothing_a_user_reads_bypasses_the_catalogues() -> None:
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            given = [*node.args, *(one.value for one in node.keywords if one.arg not in READ_BY_NOBODY)]
            said = [text for one in given for text in literals(one)] if called in SHOWN else []
            spoken = [text for text in said if re.search(r"[A-Za-z]{3}", text.replace("Reelfeel", ""))]
            assert spoken == [], f"{path}:{node.lineno}: give it to `tr`"


# ---------------------------------------------------------------- commands


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
    said = {ids(message)[0]: told_in(message)[0] for message in catalogue(language) if message.id}
    for message, told in pairs(language):
        for bold in re.findall(r"\*\*([^*{}]+)\*\*", ids(message)[0]):
            assert bold not in said or f"**{said[bold]}**" in told, told


async def test_a_changed_translation_is_told_to_discord(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await tree_hash(world.bot.tree)
    monkeypatch.setattr("bot.command_names.catalogue", lambda _: NullTranslations())
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
        assert not {"Cancel", "Go on", "Wrong?"} & {text for text, _ in texts}


async def test_an_unknown_language_is_english_and_a_region_its_base() -> None:
    with use_locale("tlh"):
        assert tr("Cancel") == "Cancel"
    with use_locale(None):
        assert number(1234.5, 1) == "1,234.5"
    with use_locale(discord.Locale.latin_american_spanish):
        assert tr("Cancel") == "Cancelar"
    with use_locale("de"):
        assert number(1234.5, 1) == "1.234,5"
        assert trn("{count} review", "{count} reviews", 1) == "1 Kritik"
        assert trn("{count} review", "{count} reviews", 12345) == "12.345 Kritiken"
    with use_locale("ja"):
        assert trn("{count} review", "{count} reviews", 1) == "レビュー 1 件"
    where = app_commands.TranslationContext(app_commands.TranslationContextLocation.other, None)
    said = await CommandTranslator().translate(app_commands.locale_str("Score review"), discord.Locale.korean, where)
    assert said is None
