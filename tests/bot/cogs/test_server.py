"""`/server`: the rules of a server, for its managers alone."""

from __future__ import annotations

from typing import Any

import discord

from db.preferences import change_guild_settings, guild_settings
from db.types import GuildSettings, Viewer
from tests.bot.talk import GOOD, Talk, result_ids, words
from tests.fixtures.discord import World


async def test_a_manager_sets_the_rules_and_the_log_says_who(world: World, manager: Any) -> None:
    talk = Talk(world, "guild", manager)
    other = world.guild.create_text_channel("elsewhere")
    assert "all channels" in words(await talk.slash("server show"))
    assert f"<#{world.channel.id}>" in words(
        await talk.slash("server channel", channel=world.channel, answer_there=True)
    )
    await talk.slash("server channel", channel=other, answer_there=True)
    await talk.slash("server channel", channel=other, answer_there=False)
    shown = await talk.slash("server limits", retention_days=7, jobs=2, upload_mib=5)
    assert "7 days" in words(shown)
    assert "5 MiB" in words(shown)
    assert shown.ephemeral
    log = words(await talk.slash("server audit"))
    assert log.count(f"<@{manager.id}>") == 6
    assert "days texts are kept: the bot's default → 7" in log
    await talk.slash("server limits", retention_days=0)
    assert guild_settings(world.db, Viewer(manager.id, world.guild.id)).retention_days is None
    await talk.slash("server reset")
    assert guild_settings(world.db, Viewer(manager.id, world.guild.id)).channels == ()
    assert "Say what to change" in await talk.refused("server limits")
    page = words(await talk.slash("server audit", before=3))
    assert page.count(f"<@{manager.id}>") == 2


async def test_a_full_list_of_channels(world: World, manager: Any) -> None:
    full = GuildSettings(world.guild.id, channels=(*range(1, 50), world.channel.id))
    change_guild_settings(world.db, Viewer(manager.id, world.guild.id), lambda _: full)
    talk = Talk(world, "guild", manager)
    other = world.guild.create_text_channel("elsewhere")
    assert "Remove one first" in await talk.refused("server channel", channel=other, answer_there=True)
    assert guild_settings(world.db, Viewer(manager.id, world.guild.id)) == full


async def test_others_may_not(world: World) -> None:
    """Also when a server's own settings for the bot's commands let them through."""
    (server,) = [one for one in await world.bot.tree.fetch_commands() if one.name == "server"]
    world.guild.set_command_permissions(server, {world.alice: True})
    options: dict[str, dict[str, Any]] = {
        "limits": {"retention_days": 1},
        "channel": {"channel": world.channel, "answer_there": True},
        "role": {"role": world.guild.create_role("critics"), "may_send_files": True},
    }
    group = world.bot.tree.get_command("server")
    assert isinstance(group, discord.app_commands.Group)
    names = {command.name for command in group.commands}
    assert names > options.keys()
    for name in sorted(names):
        said = await Talk(world, "guild", world.alice).refused(f"server {name}", **options.get(name, {}))
        assert "You need the Manage Server permission" in said, name
    assert guild_settings(world.db, Viewer(world.alice.id, world.guild.id)) == GuildSettings(world.guild.id)


async def test_a_manager_takes_down_what_a_member_shared(world: World, manager: Any) -> None:
    await world.alice.slash(world.channel, "score", text=GOOD, share=True)
    await world.finish()
    talk, bob = Talk(world, "guild", manager), Talk(world, "guild", world.bob)
    (number,) = await result_ids(world, world.alice)
    assert "Positive" in words(await bob.slash("results show", id=number))
    assert "Say what to take down" in await talk.refused("server takedown")
    assert "Say what to take down" in await talk.refused("server takedown", job=1, result=number)
    assert "is taken down" in words(await talk.slash("server takedown", result=number))
    await world.tick(2)
    assert world.messages(world.channel) == [], "the card is gone"
    assert "There is no result" in await bob.refused("results show", id=number)
    assert await talk.refused("server takedown", result=number)
    assert "Positive" in words(await Talk(world, "guild", world.alice).slash("results show", id=number))
    assert "job taken down: " in words(await talk.slash("server audit"))
