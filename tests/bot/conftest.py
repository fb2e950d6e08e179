"""People who talk with the bot: in a server and in direct messages."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import discord
import pytest

from tests.bot.talk import PLACES, Place, Talk
from tests.fixtures.discord import World


@pytest.fixture(params=PLACES)
def alice(request: pytest.FixtureRequest, world: World) -> Talk:
    """Alice, once in the server and once in her direct messages."""
    place: Place = request.param
    return Talk(world, place, world.alice)


@pytest.fixture
def manager(world: World) -> Any:
    """Somebody with Manage Server."""
    role = world.guild.create_role("managers", permissions=discord.Permissions(manage_guild=True))
    return world.guild.add_member(world.env.create_user("maggie"), roles=[role])


@pytest.fixture
def ready(tmp_path: Path, migrated: Path) -> Path:
    """A data folder with a database at the newest schema."""
    shutil.copy(migrated, tmp_path / "bot.sqlite3")
    return tmp_path
