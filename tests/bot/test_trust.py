"""`/settings`, `/server`, `/privacy`, `/correct` and Wrong?: in servers and direct messages, for the right person."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from typing import Any

import discord
import pytest

from db.preferences import change_guild_settings, guild_settings, user_settings
from db.queries.corrections import corrections_of
from db.queries.jobs import list_jobs
from db.queries.results import get_result
from db.types import GuildSettings, SearchFilter, Viewer
from tests.bot.talk import GOOD, PLACES, Talk, add_file, add_review, answer, buttons, review_file, words
from tests.bot.test_conversations import FILE
from tests.fixtures.discord import World

WHEREVER = pytest.mark.parametrize("place", PLACES)


def results(world: World, who: Any) -> list[int]:
    from db.queries.search import search

    return [one.id for one in search(world.db, Viewer(who.id, world.guild.id), SearchFilter()).items]


@pytest.fixture
def manager(world: World) -> Any:
    """Somebody with Manage Server."""
    role = world.guild.create_role("managers", permissions=discord.Permissions(manage_guild=True))
    return world.guild.add_member(world.env.create_user("maggie"), roles=[role])


# ---------------------------------------------------------------- /settings


@WHEREVER
async def test_settings_are_shown_kept_and_honoured(world: World, place: Any) -> None:
    talk = Talk(world, place, world.alice)
    assert "only you see them" in words(await talk.slash("settings"))
    shown = await talk.slash("settings", sharing=True, notices=False, file_format="jsonl")
    assert shown.ephemeral
    assert "are saved" in words(shown)
    await world.restart()
    assert "everybody in the channel" in words(await talk.slash("settings"))
    kept = user_settings(world.db, Viewer(world.alice.id))
    assert (kept.share, kept.dm_notices, kept.file_format) == (True, False, "jsonl")
    await talk.slash("settings", file_format="as it came in")
    assert user_settings(world.db, Viewer(world.alice.id)).file_format is None
    assert user_settings(world.db, Viewer(world.bob.id)).share is False


async def test_sharing_is_the_default_of_commands(world: World) -> None:
    await Talk(world, "guild", world.alice).slash("settings", sharing=True)
    result = await world.alice.slash(world.channel, "score", text=GOOD)
    assert not result.ephemeral
    quiet = await world.alice.slash(world.channel, "score", text=GOOD, share=False)
    assert quiet.ephemeral
    await world.alice.slash(world.channel, "batch", file=("a.csv", FILE.encode()))
    await world.finish()
    assert [job.shared for job in list_jobs(world.db, Viewer(world.alice.id))] == [True, False, True]


async def test_no_direct_messages_means_none(world: World) -> None:
    await Talk(world, "guild", world.alice).slash("settings", notices=False, file_format="jsonl")
    result = await world.alice.slash(world.channel, "batch", file=("a.csv", FILE.encode()))
    assert "this reply shows job 1" in result.response.content
    slow = await world.alice.slash(world.channel, "score", text=GOOD)
    await world.tick(11)
    assert "this reply shows the verdict" in slow.response.content
    await world.finish()
    assert world.alice.user.dm_channel is None or world.messages(world.alice.user.dm_channel) == []
    assert "20 reviews scored" in result.response.embeds[0].title
    (scored,) = [one.filename for one in result.response.attachments if "scored" in one.filename]
    assert scored.endswith(".jsonl")
    assert "Positive" in slow.response.embeds[0].title


# ---------------------------------------------------------------- /server


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
    assert "days texts are kept: the host's → 7" in log
    await talk.slash("server limits", retention_days=0)
    assert guild_settings(world.db, Viewer(manager.id, world.guild.id)).retention_days is None
    await talk.slash("server reset")
    assert guild_settings(world.db, Viewer(manager.id, world.guild.id)).channels == ()
    assert "Name what to change" in await talk.refused("server limits")
    page = words(await talk.slash("server audit", before=3))
    assert page.count(f"<@{manager.id}>") == 2


async def test_a_full_list_of_channels(world: World, manager: Any) -> None:
    full = GuildSettings(world.guild.id, channels=(*range(1, 50), world.channel.id))
    change_guild_settings(world.db, Viewer(manager.id, world.guild.id), lambda _: full)
    talk = Talk(world, "guild", manager)
    other = world.guild.create_text_channel("elsewhere")
    assert "take one out first" in await talk.refused("server channel", channel=other, answer_there=True)
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
        assert "those with Manage Server" in said, name
    assert guild_settings(world.db, Viewer(world.alice.id, world.guild.id)) == GuildSettings(world.guild.id)


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


# ---------------------------------------------------------------- /correct


@WHEREVER
async def test_correct_is_stored_and_shown(world: World, place: Any) -> None:
    await add_review(world, world.alice, guild=place == "guild")
    await world.work()
    (id_,) = results(world, world.alice)
    talk = Talk(world, place, world.alice)
    noted = await talk.slash("correct", id=id_, label="negative", note="It was *irony*.")
    assert noted.ephemeral
    assert "negative" in words(noted)
    shown = words(await talk.slash("results show", id=id_))
    assert "negative 1" in shown
    assert "irony" in shown
    assert "Positive" in shown


@WHEREVER
async def test_somebody_elses_result_is_not_there(world: World, place: Any) -> None:
    await add_review(world, world.bob)
    await world.work()
    (id_,) = results(world, world.bob)
    talk = Talk(world, place, world.alice)
    said = await talk.refused("correct", id=id_, label="negative")
    assert said == (await talk.refused("correct", id=99_999, label="negative")).replace("99999", str(id_))
    assert corrections_of(world.db, Viewer(world.bob.id), id_).counts == {}


async def test_a_shared_result_is_corrected_by_others_whose_notes_stay_theirs(world: World) -> None:
    await add_review(world, world.bob, shared=True)
    await world.work()
    (id_,) = results(world, world.bob)
    await Talk(world, "guild", world.alice).slash("correct", id=id_, label="negative", note="between us")
    shown = words(await Talk(world, "guild", world.bob).slash("results show", id=id_))
    assert "negative 1" in shown
    assert "between us" not in shown
    await Talk(world, "dm", world.alice).refused("correct", id=id_, label="positive")


@pytest.mark.parametrize("restarted", [False, True])
async def test_wrong_opens_a_form_that_outlives_a_restart(world: World, restarted: bool) -> None:
    await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    await world.finish()
    opened = await world.alice.click(world.last(world.channel), label="Wrong?")
    if restarted:
        await world.restart()
    sent = await world.alice.submit_modal(opened, {"label": ["negative"], "note": "no <@1>"})
    assert answer(sent).ephemeral
    assert "negative" in words(answer(sent))
    (id_,) = results(world, world.alice)
    said = corrections_of(world.db, Viewer(world.alice.id), id_)
    assert (said.label, said.note) == ("negative", "no <@1>")
    details = await world.alice.click(world.last(world.channel), label="Details")
    assert "negative 1" in words(answer(details))


async def test_wrong_is_not_for_others(world: World) -> None:
    await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    await world.finish()
    pressed = await world.bob.click(world.last(world.channel), label="Wrong?")
    assert pressed.modal is None
    assert "There is no result" in words(answer(pressed))


# ---------------------------------------------------------------- /privacy


async def everything(world: World, place: Any) -> None:
    """A shared verdict in the channel, and a file."""
    if place == "guild":
        await world.alice.send(world.channel, f"{world.mention} {GOOD}")
    else:
        await world.dm(world.alice, GOOD)
    await world.finish()
    await add_file(world, world.alice, review_file(6), guild=place == "guild")
    await world.work()


@WHEREVER
async def test_show_counts_what_is_kept(world: World, place: Any) -> None:
    talk = Talk(world, place, world.alice)
    assert "Nothing" in words(await talk.slash("privacy show"))
    await everything(world, place)
    shown = await talk.slash("privacy show")
    assert shown.ephemeral
    assert "7, of which 7 with their text" in words(shown)
    assert "90 days after a job ended" in words(shown)
    assert "Nothing" in words(await Talk(world, place, world.bob).slash("privacy show"))


@WHEREVER
async def test_export_is_a_zip_of_ones_own(world: World, place: Any) -> None:
    await everything(world, place)
    await add_review(world, world.bob, "Bob's secret")
    await world.work()
    shown = await Talk(world, place, world.alice).slash("privacy export")
    assert shown.ephemeral
    with zipfile.ZipFile(io.BytesIO(world.attachment(shown, ".zip"))) as packed:
        names = packed.namelist()
        texts = [json.loads(line)["text"] for line in packed.read("reviews.jsonl").splitlines()]
        assert b"Bob" not in b"".join(packed.read(name) for name in names)
    assert GOOD in texts
    assert len(texts) == 7
    assert any(name.endswith("reviews.csv") for name in names)


async def test_export_says_what_did_not_fit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await everything(world, "dm")
    monkeypatch.setattr("db.privacy.export.SPARE", 1 << 30)
    assert "this was left out" in words(await Talk(world, "dm", world.alice).slash("privacy export"))


@WHEREVER
@pytest.mark.parametrize("restarted", [False, True])
async def test_delete_after_the_button(world: World, place: Any, restarted: bool) -> None:
    await everything(world, place)
    channel = world.channel if place == "guild" else world.alice.user.dm_channel
    assert len(world.messages(channel)) == 1
    talk = Talk(world, place, world.alice)
    asked = await talk.slash("privacy delete")
    assert asked.ephemeral
    assert "7 texts" in words(asked)
    assert buttons(asked) == {"Delete everything": True}
    if restarted:
        await world.restart()
    await talk.click(asked, "Delete everything")
    await world.tick(12)
    assert await texts(world) == [None] * 7
    assert world.messages(channel) == []
    assert "Nothing" in words(await talk.slash("privacy show"))
    assert "no results yet" in words(await talk.slash("results search"))


async def texts(world: World) -> list[str | None]:
    from sqlalchemy import text

    def read() -> list[str | None]:
        with world.db.read() as session:
            return list(session.scalars(text("SELECT text FROM reviews")))

    return await asyncio.to_thread(read)


async def test_delete_asks_to_cancel_a_running_job_first(world: World) -> None:
    talk = Talk(world, "guild", world.alice)
    asked_before = await talk.slash("privacy delete")
    job = await add_file(world, world.alice, review_file(3))
    assert "cancel first" in await talk.refused("privacy delete")
    pressed = await world.alice.click(asked_before, label="Delete everything")
    assert any("cancel first" in words(one) for one in pressed.followups)
    await talk.slash("jobs cancel", job=job)
    await talk.click(await talk.slash("privacy delete"), "Delete everything")
    assert list_jobs(world.db, Viewer(world.alice.id)) == []


async def test_another_persons_press_deletes_nothing(world: World) -> None:
    await everything(world, "guild")
    asked = await Talk(world, "guild", world.alice).slash("privacy delete")
    from bot.handlers.privacy import ForgetButton

    assert ForgetButton(world.alice.id).item.custom_id == f"privacy:forget:{world.alice.id}"
    from bot.handlers.base import buttons_view

    open_card = await world.bot.get_channel(world.channel.id).send("?", view=buttons_view(ForgetButton(world.alice.id)))
    pressed = await world.bob.click(open_card, label="Delete everything")
    assert "not yours" in words(answer(pressed))
    assert None not in await texts(world)
    assert buttons(asked)


async def test_a_message_that_cannot_be_deleted_now_is_deleted_later(world: World) -> None:
    await everything(world, "guild")
    talk = Talk(world, "guild", world.alice)
    asked = await talk.slash("privacy delete")
    world.env.inject_error("DELETE", f"/channels/{world.channel.id}/messages/", status=500, times=9)
    await talk.click(asked, "Delete everything")
    await world.restart()
    from sqlalchemy import text

    with world.db.begin() as session:
        session.execute(text("UPDATE message_deletions SET not_before = '2000-01-01 00:00:00.000000'"))
    await world.tick(30)
    assert world.messages(world.channel) == []


async def test_delete_button_of_a_file_says_where_the_text_still_is(world: World) -> None:
    await add_file(world, world.alice, review_file(3))
    await world.work()
    id_ = results(world, world.alice)[0]
    shown = await Talk(world, "guild", world.alice).slash("results show", id=id_)
    pressed = await world.alice.click(shown, label="Delete")
    assert "The files of job 1 still hold it" in words(answer(pressed))
    assert get_result(world.db, Viewer(world.alice.id), id_).text is None
