"""The finished files of a job as attachments, as far as Discord takes them."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Final

import discord

from bot.cards.base import CardFile
from bot.core import BotCore
from bot.pools.heavy_work import Lane
from bot.pools.spool import SpooledFile
from common.file_formats import compressible_suffixes
from db.queries.jobs import list_outputs, read_output
from db.types import JobView, OutputInfo, Viewer

DEFAULT_LIMIT = discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES
MOST_PACKED: Final = 8
"""Times that packing makes a file of reviews smaller, at most: one beyond is not even tried."""


MOST_PARTS: Final = 8
"""Parts of one file: with the chart and the list of rejected rows they are the ten files of one message."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """Files that fit, those in parts among them, and the names with sizes in bytes of those that do not.

    `parted`: name of each file that comes in parts, and how many they are.
    """

    files: tuple[CardFile, ...]
    too_large: tuple[tuple[str, int], ...]
    parted: tuple[tuple[str, int], ...] = ()


def _load(bot: BotCore, viewer: Viewer, output: OutputInfo, limit: int) -> list[CardFile]:
    """Part by part from SQL to disk: of a file of any size only a part is in memory. Empty for one too large."""
    most = limit * MOST_PARTS
    packs = output.filename.lower().endswith(compressible_suffixes())
    if output.size <= limit or (not packs and output.size <= most):
        whole, _ = bot.spool.filled(lambda out: out.writelines(read_output(bot.db, viewer, output.blob_id)))
        return _cut(output.filename, whole, limit)
    if not packs or output.size > most * MOST_PACKED:
        return []
    packed, fits = bot.spool.filled(lambda out: _pack(read_output(bot.db, viewer, output.blob_id), out, most))
    return _cut(f"{output.filename}.gz", packed, limit) if fits else []


def _cut(name: str, whole: SpooledFile, limit: int) -> list[CardFile]:
    """The file, or its parts: joined in their order they are the file."""
    parts = whole.parts(limit)
    if len(parts) == 1:
        return [CardFile(name, whole)]
    return [CardFile(f"{name}.{number:03d}", part) for number, part in enumerate(parts, 1)]


def _pack(parts: Iterable[bytes], out: IO[bytes], limit: int) -> bool:
    """Writes them packed; False once they are longer than `limit` bytes, and then stops."""
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6, mtime=0, filename="") as packer:
        for part in parts:
            packer.write(part)
            if out.tell() > limit:
                return False
    return out.tell() <= limit


def _collect(bot: BotCore, job: JobView, limit: int) -> Outputs:
    viewer = Viewer(user_id=job.owner_id, guild_id=job.guild_id)
    files: list[CardFile] = []
    too_large: list[tuple[str, int]] = []
    parted: list[tuple[str, int]] = []
    for output in list_outputs(bot.db, viewer, job.id):
        loaded = _load(bot, viewer, output, limit)
        files += loaded
        if not loaded:
            too_large.append((output.filename, output.size))
        elif len(loaded) > 1:
            parted.append((loaded[0].name.removesuffix(".001"), len(loaded)))
    return Outputs(tuple(files), tuple(too_large), tuple(parted))


async def finished_files(bot: BotCore, job: JobView, lane: Lane, *, limit: int = DEFAULT_LIMIT) -> Outputs:
    """The outputs of a finished job, of `limit` bytes each at most: packed or in parts where that makes them fit.

    The caller has checked that whoever gets them may see the job, and holds a place of `lane` until they are sent.
    Raises db.errors.DbError.
    """
    return await bot.heavy.in_thread(lane, _collect, bot, job, limit)


def size_limit(bot: BotCore, guild_id: int | None) -> int:
    """Bytes of one attachment that Discord takes from the bot there; boosted servers take more."""
    guild = bot.get_guild(guild_id) if guild_id is not None else None
    return DEFAULT_LIMIT if guild is None else guild.filesize_limit
