"""`/help` and `/about`."""

from __future__ import annotations

import sys

import pytest

from bot.cards.info import TOPICS
from db.errors import DatabaseUnavailable
from tests.bot.talk import PLACES, Place, Talk, words
from tests.fixtures.discord import World


@pytest.mark.parametrize("place", PLACES)
async def test_help_and_about_answer_privately_everywhere(world: World, place: Place) -> None:
    alice = Talk(world, place, world.alice)
    start = await alice.slash("help")
    assert start.ephemeral
    assert "`/score`" in words(start)
    for topic in TOPICS:
        assert (await alice.slash("help", topic=topic)).ephemeral
    about = await alice.slash("about")
    assert about.ephemeral
    assert "Accuracy" in words(about)
    assert "Limits" in words(about)


async def test_every_command_works_in_servers_and_in_direct_messages_for_servers_and_users(world: World) -> None:
    for name in ("jobs", "results", "report", "help", "about"):
        command = world.bot.tree.get_command(name)
        assert command is not None
        told = command.to_dict(world.bot.tree)
        assert sorted(told["contexts"]) == [0, 1, 2], name
        assert sorted(told["integration_types"]) == [0, 1], name


async def test_status_answers_without_the_database(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: object) -> None:
        raise DatabaseUnavailable("gone")

    info = sys.modules["bot.cogs.info"]  # discord.py loads an extension anew, whoever imported it before
    monkeypatch.setattr(info, "overview", away)
    shown = await Talk(world, "guild", world.alice).slash("status")
    assert "My database does not answer" in words(shown)
    assert "Reference" not in words(shown)
