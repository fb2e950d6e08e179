"""Commands: where they can be used, and that Discord is told only of changes."""

from __future__ import annotations

import json

from bot.command_tree import payloads, tree_hash
from tests.fixtures.discord import World


def syncs(world: World) -> int:
    return len([call for call in world.env.http_requests if call.method == "PUT" and call.path.endswith("/commands")])


async def test_synced_only_when_changed(world: World) -> None:
    assert syncs(world) == 1
    await world.restart()
    assert syncs(world) == 1
    make = world.make_bot

    def changed() -> object:
        bot = make()

        async def extra() -> None:
            @bot.tree.command(description="New")
            async def novelty(interaction: object) -> None:
                """Nothing."""

        original = bot.setup_hook

        async def hook() -> None:
            await extra()
            await original()

        bot.setup_hook = hook  # type: ignore[method-assign]
        return bot

    world.make_bot = changed  # type: ignore[assignment]
    await world.restart()
    assert syncs(world) == 2


async def test_commands_work_for_servers_and_users_everywhere(world: World) -> None:
    (call,) = [c for c in world.env.http_requests if c.method == "PUT" and c.path.endswith("/commands")]
    names = {command["name"] for command in call.json}
    assert names == {
        *("score", "Score review", "batch", "upload", "jobs", "results", "report", "correct"),
        *("settings", "server", "privacy", "help", "about", "status"),
    }
    for command in call.json:
        assert sorted(command["integration_types"]) == [0, 1]
        assert sorted(command["contexts"]) == ([0] if command["name"] == "server" else [0, 1, 2])


async def test_discord_is_told_what_was_compared(world: World) -> None:
    (call,) = [c for c in world.env.http_requests if c.method == "PUT" and c.path.endswith("/commands")]
    assert call.json == json.loads(json.dumps(await payloads(world.bot.tree)))
    assert any("de" in command["name_localizations"] for command in call.json)


async def test_the_hash_does_not_depend_on_the_process(world: World) -> None:
    first = await tree_hash(world.bot.tree)
    await world.restart()
    assert await tree_hash(world.bot.tree) == first


async def test_a_stopping_bot_takes_nothing(world: World) -> None:
    world.bot.stopping = True
    result = await world.alice.slash(world.channel, "score", text="Good film")
    assert "restarting" in result.response.content
    await world.dm(world.alice, "Good film")
    assert "restarting" in world.last(world.alice.user.dm_channel).content
