"""Scenes of docs/commands: what people do with the real bot in the simulated Discord, one picture each.

Every review is made up. A scene returns the message (or the answer with a form) that its picture shows,
after the member who sees it when that is not alice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

import discord

from db.operations.heartbeats import record
from tests.bot.delivery.test_digests import make_due, reviews_of
from tests.bot.talk import answer
from tests.fixtures.discord import World

Scene = Callable[[World], Awaitable[Any]]
SCENES: Final[dict[str, Scene]] = {}
"""By the name of the picture, in the order in which they are played in one world."""

REVIEW: Final = (
    "Superb cast, a gorgeous score, and an ending that I will never forget. The trailer is awful, though. "
    "One of the best films of the year."
)
GOOD: Final = ("The acting was wonderful and the story moved me to tears.", "Warm, funny and beautifully shot.")
BAD: Final = ("It was a dreadful, boring mess.", "The plot goes nowhere and the dialogue is painful.")


def scene(play: Scene) -> Scene:
    """Adds a scene under its function's name."""
    SCENES[play.__name__.replace("_", "-")] = play
    return play


def made_up(rows: int, *, films: int = 6, empty: int = 0) -> bytes:
    """A CSV of made-up reviews, the last ones without text."""
    lines = ["film,review,seen"]
    for n in range(rows):
        text = " ".join((GOOD if n % 3 else BAD)[: 1 + n % 2])
        lines.append(f'"Festival film {n % films + 1}","{"" if n >= rows - empty else text}",2026-03-{1 + n % 28:02d}')
    return ("\n".join(lines) + "\n").encode()


async def _slash(world: World, command: str, **options: Any) -> Any:
    return answer(await world.alice.slash(world.channel, command, **options))


@scene
async def message(world: World) -> Any:
    await world.dm(world.alice, REVIEW)
    await world.finish()
    return world.last(world.alice.user.dm_channel)


@scene
async def details(world: World) -> Any:
    card = world.last(world.alice.user.dm_channel)
    return answer(await world.alice.user.click(card, label="Details"))


@scene
async def score(world: World) -> Any:
    result = await world.alice.slash(world.channel, "score", text=REVIEW, film="Paddington 2")
    await world.finish()
    return result.response


@scene
async def score_error(world: World) -> Any:
    return await _slash(world, "score", text="   ")


@scene
async def score_review(world: World) -> Any:
    said = await world.bob.send(world.channel, "Two hours of my life that I want back. " + " ".join(BAD))
    result = await world.alice.context_menu(world.channel, "Score review", said)
    await world.finish()
    return result.response


@scene
async def score_review_files(world: World) -> Any:
    said = await world.bob.send(world.channel, "", attachments=[("festival-week.csv", made_up(6))])
    return answer(await world.alice.context_menu(world.channel, "Score review", said))


@scene
async def batch_running(world: World) -> Any:
    await world.alice.slash(world.channel, "batch", file=("festival.csv", made_up(60, empty=3)), share=True)
    return world.last(world.channel)


@scene
async def batch(world: World) -> Any:
    await world.finish()
    return next(one for one in reversed(world.messages(world.channel)) if one.embeds)


@scene
async def batch_several(world: World) -> Any:
    monday, tuesday = ("monday.csv", made_up(9)), ("tuesday.csv", made_up(12))
    return await _slash(world, "batch", file=monday, file2=("poster.png", b"\x89PNG"), file3=tuesday)


@scene
async def batch_same_file(world: World) -> Any:
    await world.finish()
    return await _slash(world, "batch", file=("festival.csv", made_up(60, empty=3)))


@scene
async def batch_column(world: World) -> Any:
    rows = "".join(f'"{GOOD[n % 2]}","{BAD[n % 2]}"\n' for n in range(10))
    await world.alice.slash(world.channel, "batch", file=("survey.csv", f"liked,disliked\n{rows}".encode()), share=True)
    await world.finish()
    return world.last(world.channel)


@scene
async def upload(world: World) -> Any:
    return await world.alice.slash(world.channel, "upload")


@scene
async def jobs_list(world: World) -> Any:
    return await _slash(world, "jobs list")


@scene
async def jobs_status(world: World) -> Any:
    return await _slash(world, "jobs status", job=4)


@scene
async def jobs_download(world: World) -> Any:
    return await _slash(world, "jobs download", job=4)


@scene
async def jobs_error(world: World) -> Any:
    return await _slash(world, "jobs status", job=999)


@scene
async def results_search(world: World) -> Any:
    return await _slash(world, "results search", label="negative", film="Festival film 1")


@scene
async def results_show(world: World) -> Any:
    return await _slash(world, "results show", id=2)


@scene
async def results_nothing(world: World) -> Any:
    return await _slash(world, "results search", query="zebra", label="positive")


@scene
async def help(world: World) -> Any:
    return await _slash(world, "help", topic="files")


@scene
async def about(world: World) -> Any:
    return await _slash(world, "about")


@scene
async def jobs_retry(world: World) -> Any:
    await world.alice.slash(world.channel, "jobs cancel", job=7)
    return await _slash(world, "jobs resume", job=7)


@scene
async def correct(world: World) -> Any:
    return await world.alice.user.click(world.messages(world.alice.user.dm_channel)[0], label="Wrong?")


@scene
async def report(world: World) -> Any:
    return await _slash(world, "report", by="film", job=4)


@scene
async def settings(world: World) -> Any:
    return await _slash(world, "settings", file_format="xlsx")


@scene
async def privacy_show(world: World) -> Any:
    return await _slash(world, "privacy show")


@scene
async def privacy_delete(world: World) -> Any:
    await world.alice.slash(world.channel, "jobs cancel", job=7)
    await world.finish()
    return await _slash(world, "privacy delete")


@scene
async def status(world: World) -> Any:
    for number in range(2):
        record(world.db, f"made-up-{number}", "worker", "here", {"ready": True, "per_second": 4100.0})
    return await _slash(world, "status")


@scene
async def server(world: World) -> Any:
    managers = world.guild.create_role("managers", permissions=discord.Permissions(manage_guild=True))
    manager = world.guild.add_member(world.env.create_user("carol"), roles=[managers])
    await manager.slash(world.channel, "server limits", retention_days=30, jobs=3)
    return manager, answer(await manager.slash(world.channel, "server show"))


@scene
async def digest(world: World) -> Any:
    role = world.guild.create_role("programmers", permissions=discord.Permissions(manage_guild=True))
    manager = world.guild.add_member(world.env.create_user("dora"), roles=[role])
    await manager.slash(world.channel, "server digest", every="week", channel=world.channel)
    until = make_due(world)
    films = (("Paddington 2", 30, 22, 16), ("The Third Man", 18, 15, 14), ("Heat (1995)", 31, 14, 26), ("Up", 9, 5, 5))
    for film, total, now, before in films:
        reviews_of(world, film, until - timedelta(1), now, total)
        reviews_of(world, film, until - timedelta(8), before, total)
    await world.bot.digests.look()
    return world.last(world.channel)
