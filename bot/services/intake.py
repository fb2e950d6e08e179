"""The way in: check, store in SQL, then ring the bell. Nothing is acknowledged before it is stored."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import discord

from bot.core import BotCore
from bot.permissions import NOBODY, Requester, file_rules
from bot.services.downloads import download
from common.content_digest import content_sha256
from common.errors import UserError
from common.file_formats import is_review_file, packed_suffixes, read_suffixes
from common.i18n import listing, mark, mib, number, tr, trn
from common.i18n import size as size_words
from common.settings import MIB, Settings
from db.blobs import read_blob
from db.queries.jobs import get_job, upload_blob
from db.queue.accept import accept_review, accept_upload, check_upload, find_same_file
from db.queue.quotas import quotas_of
from db.types import Accepted, JobView, Origin, Viewer

MAX_FILES = 10
NO_TEXT = mark("There is no text to score: write the review after the mention, or attach a file of reviews.")


def check_text(text: str, settings: Settings) -> str:
    """The review without white space around it; raises UserError when nothing is left or it is too long."""
    text = text.strip()
    if not text:
        raise UserError(tr(NO_TEXT))
    if len(text) > settings.max_message_chars:
        raise UserError(
            trn(
                "That review has {count} character and the limit is {limit}. Shorten it, or send it as a file.",
                "That review has {count} characters and the limit is {limit}. Shorten it, or send it as a file.",
                len(text),
                limit=number(settings.max_message_chars),
            )
        )
    return text


def check_file(name: str, size: int, settings: Settings, *, max_mib: int | None = None) -> None:
    """Raises UserError for a file we do not read, an empty one, and one above the limit. `size` in bytes.

    `max_mib`: the server's own limit, when it is lower than the host's.
    """
    limit = settings.max_upload_mib if max_mib is None else max_mib
    shown = discord.utils.escape_markdown(name)[:100]
    if not is_review_file(name):
        raise UserError(
            tr(
                "I cannot read {file}. Send a file of one of these kinds: {kinds}; plain, or packed as {packed}.",
                file=shown,
                kinds=listing(read_suffixes()),
                packed=listing(packed_suffixes()),
            )
        )
    if size == 0:
        raise UserError(tr("{file} is empty: send a file with at least one review.", file=shown))
    if size > limit * MIB:
        raise UserError(
            tr(
                "{file} is {size} and the limit is {limit}. Pack it as .gz or send it in parts.",
                file=shown,
                size=size_words(size, 1),
                limit=mib(limit),
            )
        )


@dataclass(frozen=True, slots=True)
class FileRequest:
    """One attachment to be scored. `part`: its place among the attachments of one message. `standing`: who sends it;
    unless it is said, somebody without a role.
    """

    attachment: discord.Attachment
    origin: Origin
    part: int = 0
    text_column: str | None = None
    film_column: str | None = None
    date_column: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    """What else is said of how it is read: `stars_column`, `no_header`, `sheet`, `delimiter`, `encoding`."""
    standing: Requester = NOBODY
    data: bytes | None = None
    """Its bytes, where they are loaded already."""


async def accept_text(bot: BotCore, origin: Origin, text: str, *, part: int = 0) -> Accepted:
    """Stores a checked review and rings for it; `part`: of its message. Raises db.errors.DbError."""
    accepted = await bot.in_thread(accept_review, bot.db, origin, text, part)
    bot.wake_workers(accepted)
    return accepted


async def accept_file(bot: BotCore, request: FileRequest) -> Accepted | JobView:
    """Downloads a file, stores it and rings; or gives the finished job of the very same file.

    Raises UserError, also when the download fails, db.errors.DbError (QuotaExceeded).
    """
    rules = await file_rules(bot, request.origin, request.standing)
    attachment = request.attachment
    check_file(attachment.filename, attachment.size, bot.settings, max_mib=rules.max_upload_mib)
    quotas = quotas_of(bot.settings)
    await bot.in_thread(check_upload, bot.db, request.origin, size=attachment.size, part=request.part, quotas=quotas)
    async with bot.downloads.held(attachment.size):
        # At once, and the bytes: the link of an attachment expires.
        data = request.data
        if data is None:
            data = await download(bot, attachment, _message_of(request.origin))
        content = await bot.in_thread(content_sha256, io.BytesIO(data))
        if request.text_column is None and not request.options:
            same = await bot.in_thread(_same_job, bot, request.origin, data, content)
            if same is not None:
                return same
        accepted = await bot.in_thread(
            accept_upload,
            bot.db,
            request.origin,
            filename=attachment.filename,
            parts=_parts(data),
            part=request.part,
            text_column=request.text_column,
            film_column=request.film_column,
            date_column=request.date_column,
            options=request.options,
            file_format=rules.file_format,
            size=len(data),
            content_sha256=content,
            quotas=quotas,
        )
    if accepted.due:
        bot.wake_workers(accepted)
    return accepted


async def accept_again(
    bot: BotCore,
    origin: Origin,
    job_id: int,
    columns: Sequence[str | None],
    *,
    standing: Requester,
    part: int = 0,
    options: Mapping[str, Any] | None = None,
) -> Accepted:
    """Scores the stored file of the caller's job once more, as a new job. `columns`: text, film, date.

    `options`: what else is said of how it is read.

    Raises UserError when the file is no longer kept, db.errors.DbError.
    """
    rules = await file_rules(bot, origin, standing)
    viewer = Viewer(user_id=origin.owner_id, guild_id=origin.guild_id)
    upload = await bot.in_thread(upload_blob, bot.db, viewer, job_id)
    if upload is None:
        raise UserError(tr("That file is no longer kept: send it again."))
    filename, blob_id = upload
    text_column, film_column, date_column = columns
    accepted = await bot.in_thread(
        accept_upload,
        bot.db,
        origin,
        filename=filename,
        parts=await bot.in_thread(read_blob, bot.db, blob_id, owner=origin.owner_id),
        part=part,
        text_column=text_column,
        film_column=film_column,
        date_column=date_column,
        options=options,
        file_format=rules.file_format,
        copy_of=job_id,
        quotas=quotas_of(bot.settings),
    )
    if accepted.due:
        bot.wake_workers(accepted)
    return accepted


def _message_of(origin: Origin) -> tuple[int, int] | None:
    """Channel and message of which the file is an attachment."""
    channel_id = origin.reply_channel_id or origin.channel_id
    return None if origin.reply_to is None or channel_id is None else (channel_id, origin.reply_to)


def _same_job(bot: BotCore, origin: Origin, data: bytes, content: str | None) -> JobView | None:
    viewer = Viewer(user_id=origin.owner_id, guild_id=origin.guild_id)
    job_id = find_same_file(bot.db, viewer, hashlib.sha256(data).hexdigest(), content)
    return None if job_id is None else get_job(bot.db, viewer, job_id)


def _parts(data: bytes) -> Iterator[bytes]:
    view = memoryview(data)
    for start in range(0, len(data), MIB):
        yield bytes(view[start : start + MIB])
