"""Every command about reviews, files, jobs and results, in a server and in direct messages: answered, or refused in
one private sentence for each error it has. What the answers hold is tested beside each command."""

from __future__ import annotations

from typing import Any

import pytest
from discord import app_commands

from tests.bot.talk import GOOD, PLACES, Place, Talk, add_file, add_review, answer, review_file, words
from tests.fixtures.discord import World

CSV = ("films.csv", review_file(4, empty=0))
OTHERS = {"report", "correct", "settings", "server", "privacy", "audit"}
"""Commands with tests of their own elsewhere."""
# Alice has jobs 1 (a file, done), 2 (a message, done: result 1) and 3 (a file, waiting); bob has 4 (a file, done).
ANSWERED: list[tuple[str, dict[str, Any], str]] = [
    ("jobs cancel", {"job": 3}, "is cancelled"),
    ("help", {}, "What I do"),
    ("about", {}, "Accuracy"),
    ("status", {}, "Scoring is down"),
    ("score", {"text": GOOD, "film": "Heat"}, "Positive"),
    ("score", {"text": GOOD, "share": True}, "Positive"),
    ("batch", {"file": ("new.csv", b"review\nFine.\n")}, "is accepted"),
    ("batch", {"file": ("new.csv", b"review\nFine.\n"), "accuracy": 98.0}, "is accepted"),
    ("batch", {"file": CSV, "share": True}, "same file as **job 1**"),
    ("batch", {"file": ("a.csv", b"review\nFine.\n"), "file2": ("b.csv", b"review\nGood.\n")}, "is accepted"),
    ("jobs list", {}, "Jobs"),
    ("jobs list", {"unfinished": True}, "Unfinished jobs"),
    ("jobs status", {"job": 1}, "**finished**"),
    ("jobs download", {"job": 1}, "Job 1"),
    ("results search", {}, "Results"),
    ("results search", {"label": "negative", "film": "heat"}, "film: “heat”"),
    ("results show", {"id": 1}, "Positive"),
]
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("score", {"text": " \n"}, "no text to score"),
    ("score", {"text": "x" * 500, "share": True}, "500 characters"),
    ("batch", {"file": ("cat.png", b"1")}, "I cannot read cat.png"),
    ("batch", {"file": CSV, "accuracy": 99.9}, "goes from 95.0 to 99.5"),
    ("batch", {"file": ("none.csv", b"")}, "is empty"),
    ("batch", {"file": ("big.csv", b"x" * (2**20 + 1)), "share": True}, "the limit is 1 MiB"),
    ("jobs status", {"job": 4}, "There is no job 4"),
    ("jobs cancel", {"job": 4}, "There is no job 4"),
    ("jobs cancel", {"job": 1}, "already finished"),
    ("jobs download", {"job": 4}, "There is no job 4"),
    ("jobs download", {"job": 2}, "without files"),
    ("jobs download", {"job": 3}, "not finished yet"),
    ("results search", {"since": "soon"}, "“soon” is not a date"),
    ("results show", {"id": 99}, "There is no result 99"),
    ("results show", {"id": 6}, "There is no result 6"),
]


@pytest.fixture
async def filled(world: World) -> World:
    """The jobs that the rows above speak of."""
    await add_file(world, world.alice, CSV[1], name=CSV[0])
    await add_review(world, world.alice, GOOD)
    await world.work()
    await add_file(world, world.alice, review_file(6))
    waiting = world.signals.rung.pop()
    await add_file(world, world.bob, review_file(2, empty=0))
    world.signals.rung.insert(0, world.signals.rung.pop())
    from worker.jobs.chunk import process_chunk

    while world.signals.rung:
        process_chunk(world.db, world.scorer, world.signals.rung.pop(), limits=world.limits)
    assert waiting not in world.signals.rung
    world.settings.max_message_chars = 200
    world.settings.max_upload_mib = 1
    return world


@pytest.mark.parametrize("place", PLACES)
async def test_every_command_is_answered(filled: World, place: Place) -> None:
    alice = Talk(filled, place, filled.alice)
    for command, options, part in ANSWERED:
        message = await alice.slash(command, **options)
        if command == "score":
            await filled.work()
            await filled.tick(2)
        assert message.ephemeral is not (command == "score" and bool(options.get("share"))), command
        assert part in words(message), (command, words(message))


@pytest.mark.parametrize("place", PLACES)
async def test_every_error_is_one_private_sentence(filled: World, place: Place) -> None:
    alice = Talk(filled, place, filled.alice)
    for command, options, part in REFUSED:
        assert part in await alice.refused(command, **options), command
    sent = filled.messages(filled.channel) + filled.messages(filled.alice.user.dm_channel)
    assert sent == [], "nothing is said where others read it"


async def test_no_command_is_forgotten(world: World) -> None:
    rows = {command for command, _, _ in ANSWERED + REFUSED} | {"upload", "Score review"}
    here = {
        command.qualified_name
        for command in world.bot.tree.walk_commands()
        if isinstance(command, app_commands.Command) and command.qualified_name.split()[0] not in OTHERS
    }
    assert here - rows <= {"jobs resume"}
    assert answer(await world.alice.slash(world.channel, "help")).ephemeral
