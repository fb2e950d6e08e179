"""A server's rules: where the bot answers, who sends files, how large they may be."""

from __future__ import annotations

from typing import Any

from db.queries.jobs import list_jobs
from db.types import Viewer
from tests.bot.short_reviews import FILE
from tests.bot.talk import GOOD, Talk, words
from tests.fixtures.discord import World


async def test_the_bot_answers_only_where_it_may(world: World, manager: Any) -> None:
    quiet = world.guild.create_text_channel("quiet")
    await Talk(world, "guild", manager).slash("server channel", channel=quiet, answer_there=True)
    said = await Talk(world, "guild", world.alice).refused("score", text=GOOD)
    assert f"I answer in <#{quiet.id}>" in said
    await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    await world.alice.send(quiet, f"{world.mention} {GOOD}")
    await world.finish()
    assert world.messages(world.channel) == []
    assert len(world.messages(quiet)) == 1
    for command in ("privacy show", "settings", "help"):
        assert words(await Talk(world, "guild", world.alice).slash(command))
    assert len(list_jobs(world.db, Viewer(world.alice.id))) == 1


async def test_only_some_roles_send_files(world: World, manager: Any) -> None:
    critics = world.guild.create_role("critics")
    talk = Talk(world, "guild", manager)
    await talk.slash("server role", role=critics, may_send_files=True)
    said = await Talk(world, "guild", world.alice).refused("batch", file=("a.csv", FILE.encode()))
    assert f"<@&{critics.id}>" in said
    await world.alice.send(world.channel, world.mention, attachments=[("a.csv", FILE.encode())])
    assert f"<@&{critics.id}>" in world.last(world.channel).content
    carol = world.guild.add_member(world.env.create_user("carol"), roles=[critics])
    for who in (carol, manager):
        taken = await who.slash(world.channel, "batch", file=(f"{who.id}.csv", FILE.encode() + str(who.id).encode()))
        assert "is accepted" in taken.response.content
    assert "is accepted" in (await world.alice.user.slash("batch", file=("a.csv", FILE.encode()))).response.content
    assert list_jobs(world.db, Viewer(world.alice.id, None))[0].guild_id is None


async def test_a_servers_file_size_counts(world: World, manager: Any) -> None:
    await Talk(world, "guild", manager).slash("server limits", upload_mib=1)
    large = ("a.csv", FILE.encode() * 2_000)
    assert len(large[1]) > 1024 * 1024
    assert "the limit is 1 MiB" in await Talk(world, "guild", world.alice).refused("batch", file=large)
