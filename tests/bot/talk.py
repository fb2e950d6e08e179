"""Asking the bot in a server or in direct messages, reading its answers, and rows to ask about."""

from __future__ import annotations

import asyncio
import csv
import io
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import discord
from sqlalchemy import text

from db.queries.jobs import list_jobs
from db.queries.search import search
from db.queue.accept import accept_review, accept_upload
from db.types import Accepted, JobView, Origin, SearchFilter, Viewer
from tests.fixtures.discord import World

Place = Literal["guild", "dm"]
PLACES: tuple[Place, ...] = ("guild", "dm")

GOOD = "A wonderful, moving and beautifully acted film, one of the best I have seen in years. I loved every minute."
BAD = "A terrible, boring mess with awful acting and a stupid plot. The worst film I have ever seen, a waste of time."

PASTE = "\n\n".join(f"Part {n}. {GOOD} {GOOD}" for n in range(1, 13))
LINES = "\n".join(f"{GOOD} Seen {n} times." for n in range(12))
"""A pasted text of one review, and a list of them."""

_events = itertools.count(10**12)


@dataclass(frozen=True)
class Talk:
    """Commands of one person in one place."""

    world: World
    place: Place
    who: Any

    async def slash(self, command: str, /, **options: Any) -> Any:
        """The bot's last answer to a command."""
        if self.place == "guild":
            return answer(await self.who.slash(self.world.channel, command, **options))
        return answer(await self.who.user.slash(command, **options))

    async def refused(self, command: str, /, **options: Any) -> str:
        """The sentence with which a command is refused: private, with a reference, known to the error table."""
        message = await self.slash(command, **options)
        text, reference = str(message.content).rsplit("\n-# Reference ", 1)
        assert len(reference) == 6
        assert message.ephemeral
        assert "on our side" not in text
        return text

    async def choices(self, command: str, option: str, typed: str) -> list[dict[str, Any]]:
        """What autocompletion offers."""
        if self.place == "guild":
            found: list[dict[str, Any]] = await self.who.autocomplete(self.world.channel, command, option, typed)
        else:
            found = await self.who.user.autocomplete(command, option, typed)
        return found

    async def click(self, message: Any, label: str) -> Any:
        """Presses a button of an answer; what the bot then showed."""
        actor = self.who if self.place == "guild" else self.who.user
        return answer(await actor.click(message, label=label))

    async def pick(self, message: Any, custom_id: str, value: str) -> Any:
        """Chooses from a menu of an answer; what the bot then showed."""
        actor = self.who if self.place == "guild" else self.who.user
        return answer(await actor.select(message, [value], custom_id=custom_id))


def answer(result: Any) -> Any:
    """The last message that an interaction brought."""
    shown = [message for message in (result.response, *result.followups) if message is not None]
    assert shown, "the bot did not answer"
    return shown[-1]


@contextmanager
def all_at_once(world: World) -> Iterator[None]:
    """What people do inside reaches the bot together, when the block ends: SimCord waits after each deed otherwise.

    Follow it with `world.tick`, and read the answers afterwards.
    """
    settle = world.env._settle_internal

    async def later(*_: Any, **__: Any) -> None:
        """The bot has not even read it."""

    world.env._settle_internal = later
    try:
        yield
    finally:
        world.env._settle_internal = settle


def words(message: Any) -> str:
    """Everything that can be read in a message."""
    parts = [message.content]
    for embed in message.embeds:
        parts += [embed.title, embed.description, *(f"{field.name}: {field.value}" for field in embed.fields)]
        parts.append(embed.footer.text)
    return "\n".join(part for part in parts if part)


def numberless(text: str) -> str:
    """The text with every number as `N`."""
    return re.sub(r"\d+", "N", text)


def choices(message: Any) -> list[dict[str, Any]]:
    """The options of the menus of an answer."""
    return [one for row in message.components for part in row["components"] for one in part.get("options", ())]


def buttons(message: Any) -> dict[str, bool]:
    """Label of each button -> whether it can be pressed."""
    parts = [part for row in message.components for part in row["components"]]
    return {part["label"]: not part.get("disabled", False) for part in parts if part["type"] == 2}


def origin(
    world: World,
    who: Any,
    *,
    guild: bool = True,
    shared: bool = False,
    film: str | None = None,
    channel: Any = None,
) -> Origin:
    """Work from the command line: the notifier shows it to nobody, so tests of lists stay quiet.

    `channel`: where it is shared, the usual one when None.
    """
    guild_id = world.guild.id if guild else None
    place = (channel or world.channel).id
    return Origin(who.id, guild_id, None, "cli", next(_events), shared=shared, film=film, shared_in=place)


async def add_review(world: World, who: Any, text: str = GOOD, **about: Any) -> int:
    """Accepts a review and gives its job's number; `World.work` scores it."""
    accepted = await asyncio.to_thread(accept_review, world.db, origin(world, who, **about), text)
    return _rung(world, accepted)


async def add_file(world: World, who: Any, data: bytes, name: str = "reviews.csv", **about: Any) -> int:
    """Accepts a file and gives its job's number; `World.work` scores it."""
    accepted = await asyncio.to_thread(
        accept_upload, world.db, origin(world, who, **about), filename=name, parts=[data]
    )
    return _rung(world, accepted)


def _rung(world: World, accepted: Accepted) -> int:
    world.signals.rung.append(accepted.chunk_id)
    return accepted.job_id


def review_file(rows: int = 12, *, films: tuple[str, ...] = ("Heat", "Up"), empty: int = 1) -> bytes:
    """A CSV of good and bad reviews in turn, a film and a day each, and so many rows without a text at the end."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["review", "film", "date"])
    for n in range(rows):
        text = f"{GOOD if n % 2 == 0 else BAD} Seen {n + 1} times."
        writer.writerow([text, films[n % len(films)], f"2026-01-{1 + n % 28:02d}"])
    writer.writerows(["", films[0], "2026-01-01"] for _ in range(empty))
    return out.getvalue().encode()


def table(data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


async def verdict_and_file(world: World, who: Any, place: Place) -> None:
    """A verdict in the channel or in direct messages, and a scored file of six reviews."""
    if place == "guild":
        await who.send(world.channel, f"{world.mention} {GOOD}")
    else:
        await world.dm(who, GOOD)
    await world.finish()
    await add_file(world, who, review_file(6), guild=place == "guild")
    await world.work()


async def stored_texts(world: World) -> list[str | None]:
    """The text of every review in SQL."""

    def read() -> list[str | None]:
        with world.db.read() as session:
            return list(session.scalars(text("SELECT text FROM reviews")))

    return await asyncio.to_thread(read)


async def texts(world: World) -> list[str]:
    """Those of them that stand there."""
    return [text for text in await stored_texts(world) if text is not None]


async def jobs(world: World) -> list[JobView]:
    """Alice's jobs, newest first."""
    return await asyncio.to_thread(list_jobs, world.db, Viewer(world.alice.id))


async def deed(world: World, **message: Any) -> None:
    """Alice sends the bot a direct message that refers to another one."""
    world.env.backend.create_message(world.alice.user.dm_channel.id, world.alice.id, **message)
    world.env._mark_mutation()
    await world.env._settle_internal(dispatch="deed")
    await world.finish()


def about(message: discord.Message, kind: int) -> dict[str, Any]:
    """A reference: 0 to what is answered, 1 to what is forwarded."""
    return {"type": kind, "channel_id": str(message.channel.id), "message_id": str(message.id)}


async def result_ids(world: World, who: Any, **filters: Any) -> list[int]:
    """Numbers of the results that the database finds for somebody in the server."""
    viewer = Viewer(who.id, world.guild.id)
    page = await asyncio.to_thread(search, world.db, viewer, SearchFilter(**filters), limit=100)
    return [item.id for item in page.items]
