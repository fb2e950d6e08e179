"""Each entry of the error table is provoked, and each reason for which a worker refuses a file reaches its sender."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands

from bot.errors.table import TABLE, UNKNOWN, explain
from bot.services import intake
from common.errors import UserError
from common.settings import MIB
from db.errors import BadTextKey, DatabaseUnavailable, HostError, NotFound, SchemaOutdated, TextKeyMissing
from tests.bot.short_reviews import GOOD
from tests.bot.talk import PLACES, Place, Talk
from tests.fixtures.discord import World
from tests.worker.files.helpers import csv_bytes, encrypted_zip, pack, zip_bytes


class _Answer:
    """What discord.py's exceptions want of an answer."""

    status, reason = 500, "none"


RAISED: dict[type[BaseException], Callable[[], BaseException]] = {
    UserError: lambda: UserError("Do this."),
    DatabaseUnavailable: lambda: DatabaseUnavailable("gone"),
    SchemaOutdated: lambda: SchemaOutdated("old"),
    HostError: BadTextKey,
    TextKeyMissing: lambda: TextKeyMissing(("k1",)),
    discord.Forbidden: lambda: discord.Forbidden(_Answer(), "no"),  # type: ignore[arg-type]
    discord.NotFound: lambda: discord.NotFound(_Answer(), "no"),  # type: ignore[arg-type]
    discord.DiscordServerError: lambda: discord.DiscordServerError(_Answer(), "no"),  # type: ignore[arg-type]
    aiohttp.ClientError: lambda: aiohttp.ClientPayloadError("cut"),
    app_commands.MissingPermissions: lambda: app_commands.MissingPermissions(["manage_guild"]),
    BaseException: lambda: RuntimeError(f"could not store {GOOD}"),
}
SAID = {
    UserError: "Do this.",
    DatabaseUnavailable: "database does not answer at the moment, so nothing was accepted",
    SchemaOutdated: "being updated, so nothing was accepted",
    HostError: "nothing that was accepted is lost. Try again",
    TextKeyMissing: "stored texts cannot be read at the moment",
    discord.Forbidden: "Ask a moderator to give me the permissions",
    discord.NotFound: "gone from Discord: send it again",
    discord.DiscordServerError: "Discord did not answer: try again",
    aiohttp.ClientError: "Discord did not answer: try again",
    app_commands.MissingPermissions: "You need the Manage Server permission",
    BaseException: "nothing that was accepted is lost. Try again",
}
BY_DISCORD = {app_commands.TransformerError, app_commands.CommandSignatureMismatch, app_commands.CommandNotFound}
"""Raised by discord.py before a command of ours runs."""
BASES = set(TABLE) - set(RAISED) - BY_DISCORD


def test_every_entry_is_here() -> None:
    assert {kind.__name__ for kind in BASES} == {"Problem"}, "an entry of the table that nothing provokes"


@pytest.mark.parametrize("kind", RAISED, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("place", PLACES)
async def test_each_is_one_private_sentence(
    world: World, kind: type[BaseException], place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RAISED[kind]()

    monkeypatch.setattr(intake, "accept_review", fail)
    shown = await Talk(world, place, world.alice).slash("score", text=GOOD, share=True)
    sentence, reference = shown.content.rsplit("\n-# Reference ", 1)
    assert SAID[kind] in sentence
    assert "\n" not in sentence
    assert "loved" not in sentence
    assert len(reference) == 6
    assert shown.ephemeral
    assert world.messages(world.channel) == []
    if TABLE[kind][1] >= logging.ERROR:
        world.env._errors.clear()  # meant


@pytest.mark.parametrize("kind", sorted(BY_DISCORD, key=lambda kind: kind.__name__), ids=lambda kind: kind.__name__)
async def test_what_discord_py_raises(world: World, kind: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that Discord still knows in its old form, and an option that does not fit."""
    command: Any = world.bot.tree.get_command("about")
    raised: dict[Any, Callable[[], Exception]] = {
        app_commands.TransformerError: lambda: kind("x", discord.AppCommandOptionType.string, _Transformer()),
        app_commands.CommandSignatureMismatch: lambda: kind(command),
        app_commands.CommandNotFound: lambda: kind("about", []),
    }

    async def fail(*_: object) -> None:
        raise raised[kind]()

    monkeypatch.setattr(command, "_invoke_with_namespace", fail)
    told = await Talk(world, "guild", world.alice).refused("about")
    assert ("Choose it again" if kind is app_commands.TransformerError else "was just updated") in told


class _Transformer(app_commands.Transformer):
    """Any."""


async def test_a_database_error_says_its_own_words(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise NotFound("result", 7)

    monkeypatch.setattr(intake, "accept_review", fail)
    assert "There is no result 7" in await Talk(world, "guild", world.alice).refused("score", text=GOOD)


FILES: dict[str, tuple[str, bytes, str]] = {
    "encoding": ("a.csv", "review\nХороший фильм, очень понравился\n".encode("cp1251") * 9, "save the file as UTF-8"),
    "no text column": ("a.csv", b"id,n\n1,2\n3,4\n", "No column looks like review texts among 'id', 'n'"),
    "no rows": ("a.csv", b"review\n", "holds no reviews; send one with at least one row"),
    "encrypted": ("a.zip", encrypted_zip(), "protected by a password; send it without one"),
    "nested": ("a.zip", zip_bytes({"b.zip": zip_bytes({"a.csv": b"review\nx\n"})}), "holds another archive"),
    "broken": ("a.xlsx", b"no workbook", "export or pack it again"),
    "rows": ("a.csv", csv_bytes("review", *["good film"] * 11), "more than 10 rows; split it"),
    "columns": ("a.csv", csv_bytes("n," * 1_000 + "review", "1," * 1_000 + "x"), "more than 1,000 columns"),
    "unpacked": (*reversed(pack(b"a fine film\n" * (MIB // 10), "a.txt", "gz")), "larger than 1 MiB (unpacked)"),
}  # type: ignore[assignment]


@pytest.mark.parametrize("name", FILES)
async def test_each_reason_of_the_worker_is_on_the_card(world: World, name: str) -> None:
    world.settings.max_rows, world.settings.max_unpacked_mib = 10, 1
    filename, data, said = FILES[name]
    await Talk(world, "guild", world.alice).slash("batch", file=(filename, data))
    await world.finish()
    card, ping = world.messages(world.alice.user.dm_channel)
    assert "not scored" in card.embeds[0].title
    assert said in card.embeds[0].description.replace("\\", "")
    assert "could not be scored" in ping.content


def test_the_nearest_class_explains() -> None:
    class Narrow(UserError):
        pass

    assert explain(Narrow("Do this.")).sentence == "Do this."
    assert explain(KeyError("secret")).sentence == UNKNOWN
    assert "secret" not in explain(KeyError("secret")).text
    assert explain(KeyError()).reference != explain(KeyError()).reference
