"""The finished files of a job as attachments, as far as Discord takes them."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

import discord

from bot.cards.base import CardFile
from bot.core import BotCore
from bot.pools.heavy_work import Lane
from common.file_formats import compressible_suffixes
from db.queries.jobs import list_outputs, read_output
from db.types import JobView, OutputInfo, Viewer

DEFAULT_LIMIT = discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES


@dataclass(frozen=True, slots=True)
class Outputs:
    """Files that fit, and the names with sizes in bytes of those that do not."""

    files: tuple[CardFile, ...]
    too_large: tuple[tuple[str, int], ...]


def _load(bot: BotCore, viewer: Viewer, output: OutputInfo, limit: int) -> CardFile | None:
    """Part by part from SQL to disk: of a file of any size only a part is in memory."""
    if output.size <= limit:
        whole, _ = bot.spool.filled(lambda out: out.writelines(read_output(bot.db, viewer, output.blob_id)))
        return CardFile(output.filename, whole)
    if output.size > limit * 8 or not output.filename.lower().endswith(compressible_suffixes()):
        return None
    packed, fits = bot.spool.filled(lambda out: _pack(read_output(bot.db, viewer, output.blob_id), out, limit))
    return CardFile(f"{output.filename}.gz", packed) if fits else None


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
    for output in list_outputs(bot.db, viewer, job.id):
        loaded = _load(bot, viewer, output, limit)
        if loaded is None:
            too_large.append((output.filename, output.size))
        else:
            files.append(loaded)
    return Outputs(tuple(files), tuple(too_large))


async def finished_files(bot: BotCore, job: JobView, lane: Lane, *, limit: int = DEFAULT_LIMIT) -> Outputs:
    """The outputs of a finished job that fit into `limit` bytes each, text packed with gzip where that makes it fit.

    The caller has checked that whoever gets them may see the job, and holds a place of `lane` until they are sent.
    Raises db.errors.DbError.
    """
    return await bot.heavy.in_thread(lane, _collect, bot, job, limit)


def size_limit(bot: BotCore, guild_id: int | None) -> int:
    """Bytes of one attachment that Discord takes from the bot there; boosted servers take more."""
    guild = bot.get_guild(guild_id) if guild_id is not None else None
    return DEFAULT_LIMIT if guild is None else guild.filesize_limit
