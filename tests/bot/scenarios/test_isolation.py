"""Nobody learns what is somebody else's: every command, autocompletion, button and menu there is, as another user in
the server, by direct message, and in another server. A new one is called by itself; one that cannot be fails the test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import discord
from discord import app_commands

from bot.handlers import BUTTONS
from db.delivery import continuations
from db.queries.corrections import correct
from db.queries.search import search
from db.types import SearchFilter, Viewer
from tests.bot.talk import GOOD, add_file, add_review, review_file
from tests.fixtures.discord import World

MARK: Final = "quokka"
"""Stands in everything of Alice's: texts, films, file names, a note."""
SECRETS: Final = (f"{MARK} says", f"{MARK} again", f"{MARK}.csv", f"{MARK} note")
"""What only Alice may ever be shown; the name of a film is also what others type."""
VALUES: Final[dict[str, Any]] = {
    "text": "Somebody else's words. " + GOOD,
    "film": f"{MARK} film",
    "query": MARK,
    "note": "wrong",
    "label": "positive",
    "retention_days": 5,
    "topic": "start",
}
"""Values for options by name; numbers of jobs and results are Alice's. Others are left out where they are optional."""
MENUS: Final = (discord.AppCommandType.message, discord.AppCommandType.user)
"""Kinds of entries of context menus."""
HARMLESS: Final = frozenset({"server"})
"""Commands that only managers are shown; tests/bot/cogs/test_server.py has them."""
BUTTON_IDS: Final[dict[str, str]] = {
    "CancelButton": "job:cancel:{job}",
    "ResumeButton": "job:retry:{job}",
    "ColumnSelect": "job:column:{job}",
    "RereadMenu": "job:reread:{job}",
    "ReuseButton": "job:reuse:{job}",
    "AgainButton": "job:again:{again}",
    "FilesButton": "job:files:{files}",
    "NegativesButton": "job:negatives:{job}",
    "DownloadButton": "job:download:{job}",
    "ReadAsButton": "text:read:one:{read_as}",
    "ExampleButton": "greeting:example:99",
    "PageButton": "page:next:{pages}:1",
    "ExportButton": "page:export:{pages}",
    "DetailsButton": "result:details:{result}",
    "WrongButton": "result:wrong:{result}",
    "DeleteButton": "result:delete:{result}",
    "ForgetButton": "privacy:forget:{alice}",
    "ResultMenu": "result:pick",
    "JobMenu": "job:pick",
}
PICKED: Final = {"ColumnSelect": "0", "RereadMenu": "0", "ResultMenu": "{result}", "JobMenu": "{job}"}
"""What is chosen in a menu."""


async def fill(world: World) -> dict[str, Any]:
    """Alice's private things in this server and by direct message; their numbers."""
    review = await add_review(world, world.alice, f"{MARK} says: {GOOD}", film=f"{MARK} film")
    await add_review(world, world.alice, f"{MARK} again: {GOOD}", guild=False, film=f"{MARK} film")
    job = await add_file(world, world.alice, review_file(3, films=(f"{MARK} film",)), name=f"{MARK}.csv")
    await world.work()
    (result,) = [one.id for one in search(world.db, viewer(world), SearchFilter(job_id=review)).items]
    correct(world.db, viewer(world), result, "negative", f"{MARK} note")
    numbers = {"job": job, "id": result, "result": result, "alice": world.alice.id}
    data = {"job": job, "shared": False, "columns": [None] * 3, "message": [1, 2], "files": [], "query": f"{MARK} "}
    keys = {
        kind: continuations.create(world.db, world.alice.id, kind, data)
        for kind in ("again", "files", "read_as", "pages")
    }
    return numbers | keys


def viewer(world: World) -> Viewer:
    return Viewer(world.alice.id, world.guild.id)


def commands(world: World) -> Iterator[app_commands.Command[Any, ..., Any]]:
    """Every slash command, groups opened."""
    for command in world.bot.tree.walk_commands():
        if isinstance(command, app_commands.Command) and command.qualified_name.split()[0] not in HARMLESS:
            yield command


def options(command: app_commands.Command[Any, ..., Any], numbers: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What to call it with: the least, and everything an outsider could fill in."""
    known = VALUES | {name: numbers[name] for name in ("job", "id")}
    for one in command.parameters:
        if one.type is discord.AppCommandOptionType.attachment:
            known[one.name] = ("own.csv", b"review\nfine film\n")
    required = {one.name: known[one.name] for one in command.parameters if one.required}
    yield required
    wide = {one.name: known[one.name] for one in command.parameters if one.name in known}
    if wide != required:
        yield wide


def seen(result: Any) -> str:
    """Everything in all messages of an interaction, and in the form it opened."""
    shown = [one for one in (result.response, *result.followups) if one is not None]
    return " ".join([str(getattr(result, "modal", ""))] + [everything(one) for one in shown])


def everything(message: Any) -> str:
    embeds = " ".join(str(one.to_dict()) for one in message.embeds)
    files = " ".join(f"{one.filename} {one.description}" for one in message.attachments)
    return f"{message.content} {embeds} {files} {message.components}"


def files(world: World, result: Any) -> bytes:
    shown = [one for one in (result.response, *result.followups) if one is not None]
    data = [world.env.backend.cdn.get(file.url) for one in shown for file in one.attachments]
    return b"".join(bytes(one) for one in data if one is not None)


async def elsewhere(world: World) -> tuple[Any, Any]:
    """Another server, in which Alice and Bob are too: its channel, and Bob there."""
    guild = world.env.create_guild("Another club")
    channel = guild.create_text_channel("talk")
    return channel, guild.add_member(world.bob.user)


async def test_no_command_tells_of_somebody_else(world: World) -> None:
    numbers = await fill(world)
    before = await rows(world)
    channel, bob = await elsewhere(world)
    called = 0
    for command in commands(world):
        for given in options(command, numbers):
            name = command.qualified_name
            results = [
                await world.bob.slash(world.channel, name, **given),
                await bob.slash(channel, name, **given),
                await world.bob.user.slash(name, **given),
            ]
            words = " ".join(seen(one) + files(world, one).decode("utf-8", "replace") for one in results)
            leaked = [secret for secret in (*SECRETS, str(world.alice.id)) if secret in words]
            assert leaked == [], f"/{name} {given}"
            called += 1
    assert called > 20
    assert await rows(world) == before


async def test_no_autocompletion_tells_of_somebody_else(world: World) -> None:
    await fill(world)
    channel, bob = await elsewhere(world)
    tried = 0
    for command in commands(world):
        for option in [one for one in command.parameters if one.autocomplete]:
            for typed in ("", MARK):
                name = command.qualified_name
                offered = [
                    await world.bob.autocomplete(world.channel, name, option.name, typed),
                    await bob.autocomplete(channel, name, option.name, typed),
                    await world.bob.user.autocomplete(name, option.name, typed),
                ]
                assert offered == [[], [], []], f"/{name} {option.name}"
                tried += 1
    assert tried >= 10


async def test_no_button_tells_of_somebody_else(world: World) -> None:
    assert {button.__name__ for button in BUTTONS} == set(BUTTON_IDS), "a new button: say how it is pressed"
    numbers = await fill(world)
    before = await rows(world)
    for name, pattern in BUTTON_IDS.items():
        custom_id = pattern.format(**numbers)
        card = await world.bot.get_channel(world.channel.id).send("card", view=forged(name, custom_id, numbers))
        if name in PICKED:
            result = await world.bob.select(card, [PICKED[name].format(**numbers)], custom_id=custom_id)
        else:
            result = await world.bob.click(card, custom_id=custom_id)
        assert MARK not in seen(result), name
        told = [one.content for one in (result.response, *result.followups) if one is not None and one.ephemeral]
        assert told, f"{name} said nothing"
        assert "Reference" in told[-1], name
    assert await rows(world) == before


async def test_no_menu_tells_of_somebody_else(world: World) -> None:
    """Alice's verdict on a message that all may read: Bob, who wrote it, learns neither that nor what it is."""
    await fill(world)
    channel, bob = await elsewhere(world)
    menus = [one.name for kind in MENUS for one in world.bot.tree.get_commands(type=kind)]
    assert menus != []
    for menu in menus:
        said = await world.bob.send(world.channel, f"Otters all over. {GOOD}")
        hers = await world.alice.context_menu(world.channel, menu, said)
        await world.work()
        await world.tick(2)
        assert hers.ephemeral
        assert "Positive" in seen(hers)
        assert world.messages(world.channel) == [], "what she was told stands in no channel"
        assert [message for message in world.messages(channel) if not message.flags.ephemeral] == []
        (one,) = search(world.db, viewer(world), SearchFilter(query="Otters")).items
        for name, given in (
            ("results search", {"query": "Otters"}),
            ("results search", {"job": one.job_id}),
            ("results show", {"id": one.id}),
            ("jobs status", {"job": one.job_id}),
            ("correct", {"id": one.id, "label": "negative"}),
        ):
            told = [
                await world.bob.slash(world.channel, name, **given),
                await bob.slash(channel, name, **given),
                await world.bob.user.slash(name, **given),
            ]
            assert not any("Otters" in seen(result) and "Positive" in seen(result) for result in told), name
            assert all(re.search("no results yet|Nothing found|There is no", seen(result)) for result in told), name
        there = await bob.send(channel, f"Otters all over. {GOOD}")
        own = [await world.bob.context_menu(world.channel, menu, said), await bob.context_menu(channel, menu, there)]
        await world.work()
        await world.tick(2)
        for result in own:
            assert result.ephemeral
            words = seen(result)
            assert "Positive" in words
            leaked = (*SECRETS, str(world.alice.id), f"result:details:{one.id}'", f"result:wrong:{one.id}'")
            assert [secret for secret in leaked if secret in words] == []
        (still,) = search(world.db, viewer(world), SearchFilter(query="Otters")).items
        assert still.id == one.id, "what Bob asked is his"


def forged(name: str, custom_id: str, numbers: dict[str, Any]) -> discord.ui.View:
    """A card with any custom_id on it: only the bot can make one, but a number in it can be anybody's."""
    view = discord.ui.View(timeout=None)
    if name in PICKED:
        options = [discord.SelectOption(label="-", value=PICKED[name].format(**numbers))]
        view.add_item(discord.ui.Select(custom_id=custom_id, options=options))
    else:
        view.add_item(discord.ui.Button(label=name, custom_id=custom_id))
    view.stop()
    return view


async def rows(world: World) -> list[str]:
    """Every row that says the mark, and every job of Alice's."""
    import asyncio

    from sqlalchemy import inspect, text

    def read() -> list[str]:
        with world.db.read() as session:
            tables = inspect(session.connection()).get_table_names()
            found = [str(row) for table in tables for row in session.execute(text(f'SELECT * FROM "{table}"'))]
        return sorted(row for row in found if any(one in row for one in (*SECRETS, str(world.alice.id))))

    return await asyncio.to_thread(read)
